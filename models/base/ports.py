"""The outside world as the service needs it: one Protocol per wire, and the values that cross it.

Concrete gateways live in `bot/gateways` and are named in `bot/wiring.py` only; tests use fakes of these Protocols.

Errors, the whole tree:

    GatewayError
    |- GatewayDown       no answer, or an answer that says "later": the call may be repeated
    |- GatewayRefused    the other side understood and said no: repeating changes nothing
    |- Unauthentic       what came in is not from whom it claims to be: nothing may be done with it
    |  `- Forbidden      it is, but this is not theirs to do
    `- Malformed         authentic or not, it cannot be read
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol


class GatewayError(Exception):
    """Something about a wire went wrong; the message is for the log and names no person."""


class GatewayDown(GatewayError):
    """No answer, or "later": the call may be repeated."""


class GatewayRefused(GatewayError):
    """The other side said no; `code` is its word for it."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code} {message}".strip())
        self.code = code


class Unauthentic(GatewayError):
    """Signature, secret, serial or time of an incoming call is wrong."""


class Forbidden(Unauthentic):
    """It is known who asks, and this is not theirs to do."""


class Malformed(GatewayError):
    """An incoming call that cannot be read."""


class Outcome(StrEnum):
    """What is known after trying to send something."""

    SENT = "sent"  # the provider has it
    REFUSED = "refused"  # the provider will never take it (wrong number, no consent)
    LATER = "later"  # not taken, try again (quota, busy)
    UNKNOWN = "unknown"  # no answer: ask the provider before sending again


@dataclass(frozen=True, slots=True)
class SendResult:
    """`provider_id` is the provider's name for the message (Aliyun BizId, wallet reference); `reason` its code."""

    outcome: Outcome
    provider_id: str = ""
    reason: str = ""


class ReceiptStatus(StrEnum):
    """A final word on a message that was sent."""

    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """`key` is the idempotency key we sent along (Aliyun OutId), `at` an aware UTC instant of the provider's clock."""

    provider_id: str
    key: str
    status: ReceiptStatus
    at: datetime
    reason: str = ""


class SmsGateway(Protocol):
    """A carrier of text messages. Templates are named by our own names, e.g. `violation_recorded`."""

    name: str

    async def send(
        self, *, phone: str, template: str, locale: str, params: Mapping[str, str], key: str
    ) -> SendResult:
        """Submit one message to one number (11 digits). Never raises for what the carrier answers."""

    async def find(self, *, phone: str, key: str, day: date) -> SendResult | None:
        """Was a message with this key submitted on this day (the carrier's, UTC+8)? None: it never got there. Raises GatewayDown."""

    def receipts(self, secret: str, body: bytes) -> Sequence[Receipt]:
        """Read a delivery report that came to the callback under this secret path. Raises Unauthentic, Malformed."""


class ChatAct(StrEnum):
    """What a citizen did that lets us write to them for a while, or no more. TAP answers a question with tappable lines."""

    MESSAGE = "message"
    CLICK = "click"
    FOLLOW = "follow"
    SCAN = "scan"
    TAP = "tap"
    PAYMENT = "payment"
    LEFT = "left"


class ChatGateway(Protocol):
    """Messages into the chat, outside of replies (WeChat: customer-service messages, and template messages beside them)."""

    async def heard(self, *, openid: str, act: ChatAct) -> None:
        """A citizen did this just now. Never raises: it only spares calls that would be refused."""

    async def push(self, *, openid: str, text: str, choices: Sequence[str] = ()) -> SendResult:
        """Push a text of any length. `choices` are texts the citizen could send: where the chat can, they are offered below it to be
        tapped, and a tap comes back as that text. LATER and UNKNOWN may be tried again; REFUSED when the window is closed or the
        citizen left."""

    async def notify(
        self, *, openid: str, text: str, kind: str, locale: str, params: Mapping[str, Any], key: str
    ) -> SendResult:
        """Tell a notice: as `text` while the chat is open to us, else by the template registered for its kind and language, filled from
        `params`. `key` is its idempotency key. REFUSED, too, where there is no such template: it goes another way."""


class ChatLogin(Protocol):
    """Who is looking at a page inside the chat (WeChat: OAuth, `snsapi_base`)."""

    def login_url(self, *, redirect: str, state: str) -> str:
        """Where to send the browser; it comes back to `redirect` with `code` and `state`."""

    async def openid(self, code: str) -> str:
        """Exchange a code, once. Raises GatewayRefused (used, expired, a virtual account) and GatewayDown."""


class TradeState(StrEnum):
    """What a payment order has come to, at the payment provider."""

    PAID = "SUCCESS"
    OPEN = "NOTPAY"
    PAYING = "USERPAYING"
    CLOSED = "CLOSED"
    REFUNDED = "REFUND"
    FAILED = "PAYERROR"
    REVOKED = "REVOKED"
    UNKNOWN_ORDER = "ORDER_NOT_EXIST"


@dataclass(frozen=True, slots=True)
class Trade:
    """A payment order as its provider tells it, from a query or from a verified notification.

    `total` is fen; `transaction_id`, `paid_at` (aware UTC) and `payer` (an openid) are there once it is paid.
    """

    order_no: str
    state: TradeState
    app_id: str = ""
    merchant_id: str = ""
    total: int = 0
    currency: str = "CNY"
    transaction_id: str = ""
    paid_at: datetime | None = None
    payer: str = ""


class RefundState(StrEnum):
    """What a refund has come to, at the payment provider."""

    DONE = "SUCCESS"
    UNDER_WAY = "PROCESSING"
    CLOSED = "CLOSED"
    ABNORMAL = "ABNORMAL"


@dataclass(frozen=True, slots=True)
class RefundNews:
    """A refund as its provider tells it; `refund_no` is our number for it."""

    refund_no: str
    state: RefundState
    amount: int = 0


@dataclass(frozen=True, slots=True)
class BillLine:
    """A line of the provider's daily bill: `what` is `payment` (`number` is its transaction id) or `refund` (our number for it);
    `amount` is fen, `state` the provider's word, `order_no` our number for the order."""

    what: str
    number: str
    order_no: str
    amount: int
    state: str


class PaymentGateway(Protocol):
    """The treasury's merchant account at WeChat Pay."""

    app_id: str
    merchant_id: str

    async def order_in_chat(
        self, *, order_no: str, description: str, total: int, expires: datetime, openid: str
    ) -> str:
        """Make a JSAPI order of `total` fen, payable until `expires` (aware); returns the prepay_id.

        Raises GatewayDown, GatewayRefused.
        """

    async def order_by_code(self, *, order_no: str, description: str, total: int, expires: datetime) -> str:
        """Make a Native order; returns the code_url to be shown as a QR code. Raises GatewayDown, GatewayRefused."""

    def page_call(self, prepay_id: str) -> Mapping[str, str]:
        """The signed parameters of `getBrandWCPayRequest` for a page inside WeChat."""

    async def query(self, order_no: str) -> Trade:
        """Ask what became of an order (UNKNOWN_ORDER is an answer). Raises GatewayDown, GatewayRefused."""

    async def close(self, order_no: str) -> None:
        """Close an unpaid order; closing a closed or unknown one is fine. Raises GatewayDown, GatewayRefused (`ORDERPAID`: it was paid)."""

    async def refund(
        self, *, refund_no: str, transaction_id: str, amount: int, total: int, reason: str
    ) -> RefundNews:
        """Give `amount` fen of a payment of `total` back the way they came. The same number again is the same refund.

        Raises GatewayDown, GatewayRefused.
        """

    async def query_refund(self, refund_no: str) -> RefundNews | None:
        """Ask what became of a refund; None for a number that was never taken. Raises GatewayDown, GatewayRefused."""

    def trade_bill(self, day: date) -> AsyncIterator[Sequence[BillLine]]:
        """The bill of a day (the provider's, UTC+8) in batches, once all of it was fetched, its hash checked and its sums found right;
        no line at all where the provider has no statement. Raises GatewayDown (not made yet, a wrong hash), GatewayRefused, Malformed.
        """

    def notification(self, headers: Mapping[str, str], body: bytes) -> Trade | RefundNews:
        """Verify, decrypt and read a notification: of a payment, or of a refund. Raises Unauthentic, Malformed."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that a citizen sent; `content_type` is told by its first bytes, not by who sends it."""

    content: bytes
    content_type: str


class ChatMedia(Protocol):
    """Pictures out of the chat (WeChat: temporary media, kept for three days)."""

    async def picture(self, media_id: str, *, limit: int) -> Picture:
        """Fetch one of at most `limit` bytes. Raises GatewayDown; GatewayRefused `TOO_LARGE`, `NO_PICTURE`, `GONE`."""


class WalletGateway(Protocol):
    """The wallet that carries out a lock (docs/wires.md). Both calls are idempotent by `reference`."""

    async def lock(
        self, *, reference: str, resident_id: str, authority: str, legal_basis: str, since: date
    ) -> SendResult: ...

    async def unlock(self, *, reference: str) -> SendResult: ...

    def held(self) -> AsyncIterator[Sequence[str]]:
        """All references that hold a lock there, in batches, in order; what changes meanwhile may be among them or not. Raises
        GatewayDown, GatewayRefused, Malformed."""

    async def holds(self, *, reference: str) -> bool:
        """Does this one hold a lock there now? Raises GatewayDown, GatewayRefused, Malformed."""


class SimRegister(Protocol):
    """The register of phone numbers and their holders (docs/wires.md)."""

    async def matches(self, *, name: str, resident_id: str, phone: str) -> bool:
        """Is this phone registered to this person? Raises GatewayDown."""
