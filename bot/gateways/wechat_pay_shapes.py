"""What WeChat Pay v3 says: the headers it signs with, its orders and notifications, its error codes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Literal, Self

from multidict import CIMultiDict
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from models.base.ports import (
    GatewayDown,
    GatewayError,
    GatewayRefused,
    Malformed,
    RefundNews,
    RefundState,
    Trade,
    TradeState,
    Unauthentic,
)

MAX_SKEW = 300  # seconds; WeChat Pay, "verify the signature of a callback"
SIGNATURE_TYPE = "WECHATPAY2-SHA256-RSA2048"
PROBE = "WECHATPAY/SIGNTEST/"  # wrong signatures sent on purpose, to see whether we look


def signed_headers(headers: Mapping[str, str], *, serial: str, now: float) -> dict[str, str]:
    """The five headers of a signature, once they name our platform key and our time. Raises Unauthentic.

    The SDK checks neither. It gets these five and no other: given its Django spelling, `HTTP_WECHATPAY_...`, it
    would verify those instead of the ones checked here.
    """
    given = CIMultiDict(headers)
    names = ("Serial", "Timestamp", "Nonce", "Signature", "Signature-Type")
    signed = {f"Wechatpay-{name}": given.get(f"Wechatpay-{name}", "") for name in names}
    if signed["Wechatpay-Serial"] != serial:
        raise Unauthentic("signed with another key than the pinned one")
    if signed["Wechatpay-Signature-Type"] != SIGNATURE_TYPE:
        raise Unauthentic("another signature type")
    if signed["Wechatpay-Signature"].startswith(PROBE):
        raise Unauthentic("a signature probe")
    if not _is_near(signed["Wechatpay-Timestamp"], now):
        raise Unauthentic("signed too long ago, or in the future")
    return signed


def _is_near(timestamp: str, now: float) -> bool:
    is_number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    return is_number and abs(int(timestamp) - now) <= MAX_SKEW


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


class _Shape(BaseModel):
    """Unknown fields are ignored, types are not converted, and what was read stays out of error messages."""

    model_config = ConfigDict(strict=True, frozen=True, hide_input_in_errors=True)


class Prepaid(_Shape):
    """The answer to a JSAPI order."""

    prepay_id: Annotated[str, Field(min_length=1)]


class Scannable(_Shape):
    """The answer to a Native order."""

    code_url: Annotated[str, Field(min_length=1)]


class _Payer(_Shape):
    openid: str = ""


class _Amount(_Shape):
    total: Annotated[int, Field(gt=0)]  # fen
    currency: str = "CNY"


class Transaction(_Shape):
    """An order in the answer to a query and inside a notification. Until it is paid there may be no amount."""

    appid: str
    mchid: str
    out_trade_no: str
    trade_state: TradeState
    transaction_id: str = ""
    success_time: Annotated[AwareDatetime, AfterValidator(_utc)] | None = None
    amount: _Amount | None = None
    payer: _Payer | None = None

    @model_validator(mode="after")
    def _paid_in_full(self) -> Self:
        whole = self.transaction_id and self.success_time and self.amount
        if self.trade_state is TradeState.PAID and not whole:
            raise ValueError("paid, but transaction_id, success_time or amount is missing")
        return self

    def trade(self) -> Trade:
        """The same in our words."""
        amount = self.amount
        return Trade(
            order_no=self.out_trade_no,
            state=self.trade_state,
            app_id=self.appid,
            merchant_id=self.mchid,
            total=amount.total if amount else 0,
            currency=amount.currency if amount else "CNY",
            transaction_id=self.transaction_id,
            paid_at=self.success_time,
            payer=self.payer.openid if self.payer else "",
        )


class _RefundAmount(_Shape):
    refund: Annotated[int, Field(gt=0)]  # fen


class Refunded(_Shape):
    """The answer to a refund, and to a question about one."""

    out_refund_no: str
    status: RefundState
    amount: _RefundAmount

    def news(self) -> RefundNews:
        """The same in our words."""
        return RefundNews(self.out_refund_no, self.status, self.amount.refund)


class BillAt(_Shape):
    """Where a bill can be fetched, for some minutes, and the hash of what it unpacks to."""

    hash_type: Literal["SHA1"]
    hash_value: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{40}$")]
    download_url: Annotated[str, Field(min_length=1)]


class _RefundTold(_Shape):
    """A refund inside a notification, where its state has another name."""

    out_refund_no: str
    refund_status: RefundState
    amount: _RefundAmount


class _Notice(_Shape):
    event_type: Literal["TRANSACTION.SUCCESS", "REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"]


def read_notice(body: bytes, resource: str) -> Trade | RefundNews:
    """What a verified notification tells; `resource` is its decrypted part. Raises Malformed."""
    try:
        notice = _Notice.model_validate_json(body)
        if notice.event_type != "TRANSACTION.SUCCESS":
            told = _RefundTold.model_validate_json(resource)
            return RefundNews(told.out_refund_no, told.refund_status, told.amount.refund)
        trade = Transaction.model_validate_json(resource).trade()
    except ValidationError as error:
        raise Malformed("not a notification of a payment or a refund") from error
    if trade.state is not TradeState.PAID:
        raise Malformed("a notification of success that tells of none")
    return trade


class _Then(Enum):
    DOWN = "the call may be repeated"
    REFUSED = "repeating changes nothing"


# Source: WeChat Pay v3, "error codes" of each call; older pages write some without the underscore.
CODES: Mapping[str, _Then] = MappingProxyType(
    {
        "SYSTEM_ERROR": _Then.DOWN,
        "SYSTEMERROR": _Then.DOWN,
        "BANK_ERROR": _Then.DOWN,
        "BANKERROR": _Then.DOWN,
        "FREQUENCY_LIMITED": _Then.DOWN,
        "FREQUENCY_LIMIT_EXCEED": _Then.DOWN,
        "RATELIMIT_EXCEEDED": _Then.DOWN,
        "STATEMENT_CREATING": _Then.DOWN,  # yesterday's bill is not made before ten
        "NO_STATEMENT_EXIST": _Then.REFUSED,
        "SIGN_ERROR": _Then.DOWN,  # our key or clock: an operator mends it, nothing has happened
        "PARAM_ERROR": _Then.REFUSED,
        "INVALID_REQUEST": _Then.REFUSED,
        "APPID_MCHID_NOT_MATCH": _Then.REFUSED,
        "MCH_NOT_EXISTS": _Then.REFUSED,
        "NO_AUTH": _Then.REFUSED,
        "RULE_LIMIT": _Then.REFUSED,
        "ACCOUNT_ERROR": _Then.REFUSED,
        "OPENID_MISMATCH": _Then.REFUSED,
        "OUT_TRADE_NO_USED": _Then.REFUSED,
        "ORDER_NOT_EXIST": _Then.REFUSED,
        "ORDERNOTEXIST": _Then.REFUSED,
        "ORDER_CLOSED": _Then.REFUSED,
        "ORDERCLOSED": _Then.REFUSED,
        "ORDERPAID": _Then.REFUSED,
        "TRADE_ERROR": _Then.REFUSED,
        "RESOURCE_NOT_EXISTS": _Then.REFUSED,
        "NOT_ENOUGH": _Then.DOWN,  # the merchant's balance: an operator fills it up
        "USER_ACCOUNT_ABNORMAL": _Then.REFUSED,
    }
)


class _Problem(_Shape):
    code: str


def failure(status: int, answer: str | bytes) -> GatewayError:
    """The error of an answer that is not 2xx; for codes not in the table the HTTP status decides.

    The answer's `message` is left out: it may quote what we sent.
    """
    try:
        code = _Problem.model_validate_json(answer).code
    except ValidationError:
        code = f"HTTP_{status}"
    by_status = _Then.DOWN if status >= 500 or status == 429 else _Then.REFUSED
    return GatewayDown(code) if CODES.get(code, by_status) is _Then.DOWN else GatewayRefused(code)
