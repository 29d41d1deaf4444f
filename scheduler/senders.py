"""One sender for each channel: from a notice with its reader to the gateway's answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from string import Formatter
from typing import Any, Protocol

from models.base.clock import CITY_ZONE, Wall
from models.base.ports import (
    ChatGateway,
    GatewayDown,
    GatewayRefused,
    Outcome,
    PaymentGateway,
    RefundNews,
    RefundState,
    SendResult,
    SmsGateway,
    WalletGateway,
)
from models.base.texts import CHINESE, texts
from models.identity.acts import Reader
from models.post.notices import Channel, Notice
from models.restrictions import acts as restrictions

# An attempt in doubt may have waited for the morning, or for the carrier, since yesterday.
ANY_DOUBT = timedelta(days=1)
REFUNDED = {
    RefundState.DONE: Outcome.SENT,
    RefundState.UNDER_WAY: Outcome.LATER,
    RefundState.CLOSED: Outcome.REFUSED,
    RefundState.ABNORMAL: Outcome.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice ready to go: to whom, in which language, with all its parameters."""

    notice: Notice
    reader: Reader | None
    language: str
    params: Mapping[str, Any]


class Sender(Protocol):
    """Sends a letter; what comes back is recorded."""

    async def send(self, letter: Letter) -> SendResult: ...


class SmsSender:
    """By text message; an attempt in doubt is looked up at the carrier before anything is sent again."""

    def __init__(self, gateway: SmsGateway, wall: Wall) -> None:
        self._gateway = gateway
        self._wall = wall

    async def send(self, letter: Letter) -> SendResult:
        phone = letter.notice.to or (letter.reader.phone if letter.reader else None)
        if not phone:
            return SendResult(Outcome.REFUSED, reason="no_phone")
        key = letter.notice.key
        if letter.notice.sent_before and (earlier := await self._earlier(phone, key)):
            return earlier
        return await self._gateway.send(
            phone=phone, template=letter.notice.kind, locale=letter.language, params=_shown(letter), key=key
        )

    async def _earlier(self, phone: str, key: str) -> SendResult | None:
        now = self._wall.now().astimezone(CITY_ZONE)
        try:
            for day in dict.fromkeys((now.date(), (now - ANY_DOUBT).date())):
                if found := await self._gateway.find(phone=phone, key=key, day=day):
                    return found
        except GatewayDown as problem:
            return SendResult(Outcome.UNKNOWN, reason=str(problem))
        return None


def _shown(letter: Letter) -> dict[str, str]:
    """The parameters that the template names, written in the reader's language."""
    named = _named(letter.language, letter.notice.kind)
    return texts(letter.language).show_all(
        {name: letter.params[name] for name in named & letter.params.keys()}
    )


@cache
def _named(language: str, kind: str) -> frozenset[str]:
    parts = Formatter().parse(texts(language).template(f"sms.{kind}"))
    return frozenset(name for _, name, _, _ in parts if name)


class ChatSender:
    """Into the chat; the sentence is `chat.<kind>`, and the kind's template may say it where no sentence is let in."""

    def __init__(self, gateway: ChatGateway) -> None:
        self._gateway = gateway

    async def send(self, letter: Letter) -> SendResult:
        if letter.reader is None or letter.reader.openid is None:
            return SendResult(Outcome.REFUSED, reason="no_chat")
        kind, language = letter.notice.kind, letter.language
        text = texts(language).say(f"chat.{kind}", **letter.params)
        return await self._gateway.notify(
            openid=letter.reader.openid,
            text=text,
            kind=kind,
            locale=language,
            params=letter.params,
            key=letter.notice.key,
        )


class WalletSender:
    """To the wallet: its answer is the acknowledgement. Both calls are idempotent, so doubt is mended by asking again."""

    def __init__(self, gateway: WalletGateway) -> None:
        self._gateway = gateway

    async def send(self, letter: Letter) -> SendResult:
        reference = letter.notice.subject
        if letter.notice.kind == restrictions.UNLOCK.name:
            return await self._gateway.unlock(reference=reference)
        return await self._gateway.lock(reference=reference, **restrictions.lock_order(letter.params))


class RefundSender:
    """Money back through WeChat Pay. It is asked what became of it before it is asked to do it again, until it has arrived."""

    def __init__(self, gateway: PaymentGateway) -> None:
        self._gateway = gateway

    async def send(self, letter: Letter) -> SendResult:
        try:
            news = await self._news(letter)
        except GatewayDown as problem:
            return SendResult(Outcome.UNKNOWN, reason=str(problem))
        except GatewayRefused as refusal:
            return SendResult(Outcome.REFUSED, reason=refusal.code)
        return SendResult(REFUNDED[news.state], news.refund_no, news.state)

    async def _news(self, letter: Letter) -> RefundNews:
        number, params = letter.notice.subject, letter.params
        asked = letter.notice.attempts > 1 or params["asked_before"]
        known = await self._gateway.query_refund(number) if asked else None
        return known or await self._gateway.refund(
            refund_no=number,
            transaction_id=params["transaction_id"],
            amount=params["amount"],
            total=params["total"],
            reason=texts(CHINESE).say(f"refund.why.{params['reason']}"),
        )


def senders(
    sms: SmsGateway, chat: ChatGateway, wallet: WalletGateway, payments: PaymentGateway, wall: Wall
) -> Mapping[Channel, Sender]:
    """All of them."""
    return {
        Channel.SMS: SmsSender(sms, wall),
        Channel.CHAT: ChatSender(chat),
        Channel.WALLET: WalletSender(wallet),
        Channel.REFUND: RefundSender(payments),
    }
