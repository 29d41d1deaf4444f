"""The outside world in memory: one fake for each port of `models/base/ports.py`.

Each keeps what it was asked, in order. `answers` are taken one by one and are SENT when they run out; `trouble` is raised until it is
taken away. `tests/service.py` puts the service together on these wires.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from models.base.ports import (
    BillLine,
    ChatAct,
    GatewayError,
    GatewayRefused,
    Outcome,
    Receipt,
    RefundNews,
    RefundState,
    SendResult,
    Trade,
    TradeState,
    Unauthentic,
)
from models.base.texts import texts
from models.identity.rules import Claim
from tests.helpers import APP_ID, CHEN_XIAO, LI_MING, MERCHANT_ID, WANG_FANG


@dataclass(frozen=True, slots=True)
class Sms:
    """A text message as it was submitted."""

    phone: str
    template: str
    locale: str
    params: Mapping[str, str]
    key: str

    @property
    def text(self) -> str:
        """As the carrier writes it out: its template filled in. Raises KeyError for a missing parameter."""
        return texts(self.locale).template(f"sms.{self.template}").format_map(self.params)


@dataclass
class FakeSms:
    """A carrier. `known` is what `find` answers, by key; what was SENT is in it, and a test may put in or take out more."""

    name: str = "fake"
    secret: str = "the secret of the path"
    sent: list[Sms] = field(default_factory=list)
    answers: list[SendResult] = field(default_factory=list)
    known: dict[str, SendResult] = field(default_factory=dict)
    looked_up: list[tuple[str, str, date]] = field(default_factory=list)
    reported: Sequence[Receipt] = ()
    trouble: GatewayError | None = None

    async def send(
        self, *, phone: str, template: str, locale: str, params: Mapping[str, str], key: str
    ) -> SendResult:
        self.sent.append(Sms(phone, template, locale, params, key))
        result = _next(self.answers, f"sms-{len(self.sent)}")
        if result.outcome is Outcome.SENT:
            self.known[key] = result
        return result

    async def find(self, *, phone: str, key: str, day: date) -> SendResult | None:
        self.looked_up.append((phone, key, day))
        _raise(self.trouble)
        return self.known.get(key)

    def receipts(self, secret: str, body: bytes) -> Sequence[Receipt]:
        """What `reported` says, whatever the body is."""
        del body
        if secret != self.secret:
            raise Unauthentic("secret")
        return self.reported


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice brought for its template."""

    kind: str
    locale: str
    params: Mapping[str, Any]
    key: str


@dataclass
class FakeChat:
    """All that went into the chat: (openid, text). `choices` are what each push offered to be tapped, `told` the notices among them."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    choices: list[tuple[str, ...]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    answers: list[SendResult] = field(default_factory=list)
    acts: list[tuple[str, ChatAct]] = field(default_factory=list)

    async def heard(self, *, openid: str, act: ChatAct) -> None:
        self.acts.append((openid, act))

    async def push(self, *, openid: str, text: str, choices: Sequence[str] = ()) -> SendResult:
        self.sent.append((openid, text))
        self.choices.append(tuple(choices))
        return _next(self.answers, "")

    async def notify(
        self, *, openid: str, text: str, kind: str, locale: str, params: Mapping[str, Any], key: str
    ) -> SendResult:
        self.sent.append((openid, text))
        self.told.append(Told(kind, locale, params, key))
        return _next(self.answers, "")


@dataclass(frozen=True, slots=True)
class Lock:
    """What the wallet was told of a person."""

    resident_id: str
    authority: str
    legal_basis: str
    since: date


@dataclass
class FakeWallet:
    """`asked`: ("lock" | "unlock", reference); `locks`: what holds now, by reference; `trouble` of its list."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    locks: dict[str, Lock] = field(default_factory=dict)
    answers: list[SendResult] = field(default_factory=list)
    trouble: GatewayError | None = None

    async def lock(
        self, *, reference: str, resident_id: str, authority: str, legal_basis: str, since: date
    ) -> SendResult:
        self.asked.append(("lock", reference))
        result = _next(self.answers, reference)
        if result.outcome is Outcome.SENT:
            self.locks[reference] = Lock(resident_id, authority, legal_basis, since)
        return result

    async def unlock(self, *, reference: str) -> SendResult:
        self.asked.append(("unlock", reference))
        result = _next(self.answers, reference)
        if result.outcome is Outcome.SENT:
            self.locks.pop(reference, None)
        return result

    async def held(self) -> AsyncIterator[Sequence[str]]:
        """In batches of two."""
        _raise(self.trouble)
        references = sorted(self.locks)
        for first in range(0, len(references), 2):
            yield references[first : first + 2]

    async def holds(self, *, reference: str) -> bool:
        _raise(self.trouble)
        return reference in self.locks


@dataclass
class FakeSimRegister:
    """`holders` are the claims that are true; the town's people by default."""

    holders: set[Claim] = field(default_factory=lambda: {LI_MING.claim, WANG_FANG.claim, CHEN_XIAO.claim})
    asked: list[Claim] = field(default_factory=list)
    trouble: GatewayError | None = None

    async def matches(self, *, name: str, resident_id: str, phone: str) -> bool:
        claim = Claim(name, resident_id, phone)
        self.asked.append(claim)
        _raise(self.trouble)
        return claim in self.holders


@dataclass(frozen=True, slots=True)
class Asked:
    """An order as it was asked for; `openid` is empty for one by code."""

    order_no: str
    description: str
    total: int
    expires: datetime
    openid: str = ""


@dataclass
class FakePayments:
    """`trades` is what `query` answers, by order number (OPEN else); `notified` what a notification says (Unauthentic without);
    `arrived` what becomes of a refund, `refunds` those that were taken; `bills` by day."""

    app_id: str = APP_ID
    merchant_id: str = MERCHANT_ID
    asked: list[Asked] = field(default_factory=list)
    queried: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    trades: dict[str, Trade] = field(default_factory=dict)
    notified: Trade | RefundNews | None = None
    arrived: RefundState = RefundState.DONE
    refunds: dict[str, RefundNews] = field(default_factory=dict)
    refunded: list[tuple[str, str, int]] = field(default_factory=list)
    refunds_queried: list[str] = field(default_factory=list)
    bills: dict[date, Sequence[BillLine]] = field(default_factory=dict)
    trouble: GatewayError | None = None

    async def order_in_chat(
        self, *, order_no: str, description: str, total: int, expires: datetime, openid: str
    ) -> str:
        self.asked.append(Asked(order_no, description, total, expires, openid))
        _raise(self.trouble)
        return f"wx-prepay-{order_no}"

    async def order_by_code(self, *, order_no: str, description: str, total: int, expires: datetime) -> str:
        self.asked.append(Asked(order_no, description, total, expires))
        _raise(self.trouble)
        return f"weixin://wxpay/bizpayurl?pr={order_no}"

    def page_call(self, prepay_id: str) -> Mapping[str, str]:
        signed = {
            "appId": self.app_id,
            "timeStamp": "1",
            "nonceStr": "n",
            "signType": "RSA",
            "paySign": 'a"<b',
        }
        return signed | {"package": f"prepay_id={prepay_id}"}

    async def query(self, order_no: str) -> Trade:
        self.queried.append(order_no)
        _raise(self.trouble)
        return self.trades.get(order_no) or Trade(order_no, TradeState.OPEN)

    async def close(self, order_no: str) -> None:
        """Raises GatewayRefused `ORDERPAID` for an order that `trades` calls paid."""
        self.closed.append(order_no)
        _raise(self.trouble)
        if order_no in self.trades and self.trades[order_no].state is TradeState.PAID:
            raise GatewayRefused("ORDERPAID")

    async def refund(
        self, *, refund_no: str, transaction_id: str, amount: int, total: int, reason: str
    ) -> RefundNews:
        """As `arrived` says; the same number again is the same refund."""
        assert 0 < amount <= total
        assert reason
        self.refunded.append((refund_no, transaction_id, amount))
        _raise(self.trouble)
        self.refunds[refund_no] = RefundNews(refund_no, self.arrived, amount)
        return self.refunds[refund_no]

    async def query_refund(self, refund_no: str) -> RefundNews | None:
        self.refunds_queried.append(refund_no)
        _raise(self.trouble)
        return self.refunds.get(refund_no)

    async def trade_bill(self, day: date) -> AsyncIterator[Sequence[BillLine]]:
        """In batches of two."""
        _raise(self.trouble)
        lines = self.bills.get(day, ())
        for first in range(0, len(lines), 2):
            yield lines[first : first + 2]

    def notification(self, headers: Mapping[str, str], body: bytes) -> Trade | RefundNews:
        del headers, body
        if self.notified is None:
            raise Unauthentic("signature")
        return self.notified


@dataclass
class FakeLogin:
    """Codes and whose they are; each is good once."""

    codes: dict[str, str] = field(default_factory=dict)
    trouble: GatewayError | None = None

    def login_url(self, *, redirect: str, state: str) -> str:
        return f"https://open.test/authorize?redirect_uri={redirect}&state={state}"

    async def openid(self, code: str) -> str:
        _raise(self.trouble)
        if code not in self.codes:
            raise GatewayRefused("40029", "invalid code")
        return self.codes.pop(code)


def _next(answers: list[SendResult], provider_id: str) -> SendResult:
    return answers.pop(0) if answers else SendResult(Outcome.SENT, provider_id)


def _raise(trouble: GatewayError | None) -> None:
    if trouble is not None:
        raise trouble
