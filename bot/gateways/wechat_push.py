"""Messages pushed into the WeChat chat: customer-service messages."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from bot.wechat import custom
from bot.wechat.client import WeChatClient
from bot.wechat.errcodes import Recipient
from bot.wechat.http import ApiError
from bot.wechat.outcomes import outcome
from bot.wechat.windows import Act, Windows
from models.base.ports import ChatAct, Outcome, SendResult

Sending = Callable[[], Awaitable[Any]]


class WeChatPush:
    """`ChatGateway` over the official account API.

    Where a refusal is certain, nothing is sent: REFUSED, and `reason` is what stands against it (`window_closed`,
    `not_following`, ...); else `reason` is WeChat's errcode.
    WeChat gives these messages no number and no idempotency key, so a lost answer is UNKNOWN and cannot be asked about.
    """

    def __init__(self, client: WeChatClient, windows: Windows) -> None:
        self._client = client
        self._windows = windows

    async def heard(self, *, openid: str, act: ChatAct) -> None:
        """A window opens, or the citizen left."""
        if act is ChatAct.LEFT:
            await self._windows.refused(openid, Recipient.NOT_FOLLOWING)
        elif openid:
            await self._windows.opened(openid, Act(act.value))

    async def push(self, *, openid: str, text: str) -> SendResult:
        """Push one text of at most `replies.TEXT_LIMIT` bytes."""
        return await self._send(openid, partial(custom.text, self._client, openid, text))

    async def push_image(self, *, openid: str, media_id: str) -> SendResult:
        """Push a picture that was uploaded before."""
        return await self._send(openid, partial(custom.image, self._client, openid, media_id))

    async def push_card(self, *, openid: str, card: custom.Card) -> SendResult:
        """Push a card with a link."""
        return await self._send(openid, partial(custom.card, self._client, openid, card))

    async def push_question(self, *, openid: str, question: custom.Question) -> SendResult:
        """Push a question with answers to tap."""
        return await self._send(openid, partial(custom.question, self._client, openid, question))

    async def _send(self, openid: str, sending: Sending) -> SendResult:
        if obstacle := await self._windows.obstacle(openid):
            return SendResult(Outcome.REFUSED, reason=obstacle.value)
        return await outcome(_noted(self._windows, openid, sending))


async def _noted(windows: Windows, openid: str, sending: Sending) -> Any:
    """The windows learn what became of it; of a lost answer nothing is known."""
    try:
        answer = await sending()
    except ApiError as error:
        if error.entry.recipient:
            await windows.refused(openid, error.entry.recipient)
        raise
    await windows.sent(openid)
    return answer
