"""Messages into the WeChat chat: customer-service messages while a window is open, template messages beside them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

import structlog

from bot.wechat import custom, templates
from bot.wechat.client import WeChatClient
from bot.wechat.errcodes import Recipient, recipient
from bot.wechat.outcomes import outcome
from bot.wechat.replies import split_text
from bot.wechat.templates import Template, Templates
from bot.wechat.windows import Act, Windows
from models.base.ports import ChatAct, Outcome, SendResult

Sending = Callable[[], Awaitable[Any]]
NO_TEMPLATES: Templates = {}
log = structlog.get_logger()


class WeChatPush:
    """`ChatGateway` over the official account API.

    Where a refusal is certain, nothing is sent: REFUSED, and `reason` is what stands against it (`window_closed`,
    `not_following`, ...); else `reason` is WeChat's errcode.
    WeChat gives customer-service messages no number and no idempotency key, so a lost answer is UNKNOWN and cannot be asked about.
    """

    def __init__(
        self, client: WeChatClient, windows: Windows, templates_by_kind: Templates = NO_TEMPLATES
    ) -> None:
        self._client = client
        self._windows = windows
        self._templates = templates_by_kind

    async def heard(self, *, openid: str, act: ChatAct) -> None:
        """A window opens, or the citizen left."""
        if act is ChatAct.LEFT:
            await self._windows.refused(openid, Recipient.NOT_FOLLOWING)
        elif openid:
            await self._windows.opened(openid, Act(act.value))

    async def push(self, *, openid: str, text: str, choices: Sequence[str] = ()) -> SendResult:
        """In parts of at most `replies.TEXT_LIMIT` bytes, until one is not taken; the choices stand below the last."""
        *before, last = split_text(text) or [text]
        for part in before:
            result = await self._text(openid, part)
            if result.outcome is not Outcome.SENT:
                return result
        return await self._with_choices(openid, last, choices)

    async def notify(
        self, *, openid: str, text: str, kind: str, locale: str, params: Mapping[str, Any], key: str
    ) -> SendResult:
        """The text; where only the window is against it, the kind's template."""
        result = await self.push(openid=openid, text=text)
        template = self._templates.get(f"{kind}.{locale}")
        closed = recipient(result.reason) is Recipient.WINDOW_CLOSED
        if template is None or result.outcome is not Outcome.REFUSED or not closed:
            return result
        return await self._by_template(
            template, openid=openid, kind=kind, locale=locale, params=params, key=key
        )

    async def push_image(self, *, openid: str, media_id: str) -> SendResult:
        """Push a picture that was uploaded before."""
        return await self._send(openid, partial(custom.image, self._client, openid, media_id))

    async def push_card(self, *, openid: str, card: custom.Card) -> SendResult:
        """Push a card with a link."""
        return await self._send(openid, partial(custom.card, self._client, openid, card))

    async def push_question(self, *, openid: str, question: custom.Question) -> SendResult:
        """Push a question with answers to tap."""
        return await self._send(openid, partial(custom.question, self._client, openid, question))

    async def _with_choices(self, openid: str, text: str, choices: Sequence[str]) -> SendResult:
        """What is too much for a question, or refused as one, goes as the text alone: its numbers say the same."""
        answers = [(str(number), words) for number, words in enumerate(choices, 1)]
        question = custom.Question(text, answers)
        if not question.fits:
            return await self._text(openid, text)
        result = await self.push_question(openid=openid, question=question)
        if result.outcome is Outcome.REFUSED and recipient(result.reason) is None:
            return await self._text(openid, text)
        return result

    async def _text(self, openid: str, text: str) -> SendResult:
        return await self._send(openid, partial(custom.text, self._client, openid, text))

    async def _send(self, openid: str, sending: Sending) -> SendResult:
        """A customer-service message; the windows learn what became of it. Of a lost answer nothing is known."""
        if obstacle := await self._windows.obstacle(openid):
            return SendResult(Outcome.REFUSED, reason=obstacle.value)
        result = await outcome(sending())
        await self._note(openid, result)
        if result.outcome is Outcome.SENT:
            await self._windows.sent(openid)
        return result

    async def _by_template(
        self, template: Template, *, openid: str, kind: str, locale: str, params: Mapping[str, Any], key: str
    ) -> SendResult:
        """One that cannot be filled is for somebody to mend; the notice goes another way meanwhile."""
        to = {"openid": openid, "locale": locale, "key": key}
        try:
            result = await templates.send(self._client, template, **to, params=params)
        except ValueError as problem:
            log.warning("template_not_filled", kind=kind, locale=locale, problem=str(problem))
            return SendResult(Outcome.REFUSED, reason="template_field")
        await self._note(openid, result)
        return result

    async def _note(self, openid: str, result: SendResult) -> None:
        if state := recipient(result.reason):
            await self._windows.refused(openid, state)
