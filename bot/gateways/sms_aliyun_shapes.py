"""What Aliyun's SMS service says: its answers, its codes and its delivery reports."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from models.base.ports import Malformed, Outcome, Receipt, ReceiptStatus, SendResult

CARRIER_TIME = timezone(timedelta(hours=8))
MAX_REPORTS = 1000

_OURS = Outcome.LATER  # our account, key, signature text or template: an operator mends it, then it goes out
_QUOTA = Outcome.LATER  # too many to this number or at once: it goes out when the window has moved
_NEVER = Outcome.REFUSED  # this number or these words will not be taken, however often they are offered
_MAYBE = Outcome.UNKNOWN  # the carrier failed half-way: it may have the message

# Source: Aliyun, "SMS API error codes" and the common codes of its gateway.
OUTCOMES: Mapping[str, Outcome] = MappingProxyType(
    {
        "OK": Outcome.SENT,
        "isv.BUSINESS_LIMIT_CONTROL": _QUOTA,
        "isv.DAY_LIMIT_CONTROL": _QUOTA,
        "isv.MONTH_LIMIT_CONTROL": _QUOTA,
        "Throttling": _QUOTA,
        "Throttling.User": _QUOTA,
        "Throttling.Api": _QUOTA,
        "ServiceUnavailable": _QUOTA,
        "isv.MOBILE_NUMBER_ILLEGAL": _NEVER,
        "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": _NEVER,
        "isv.CUSTOMER_REFUSED": _NEVER,
        "isv.BLACK_KEY_CONTROL_LIMIT": _NEVER,
        "isv.SMS_CONTENT_ILLEGAL": _NEVER,
        "isv.CONTENT_LENGTH_LIMIT": _NEVER,
        "isv.PARAM_LENGTH_LIMIT": _NEVER,
        "isv.PARAM_NOT_SUPPORT_URL": _NEVER,
        "isv.INVALID_JSON_PARAM": _NEVER,
        "isv.INVALID_PARAMETERS": _NEVER,
        "isv.SMS_SIGNATURE_ILLEGAL": _OURS,
        "isv.SMS_SIGNATURE_SCENE_ILLEGAL": _OURS,
        "isv.SMS_TEMPLATE_ILLEGAL": _OURS,
        "isv.TEMPLATE_MISSING_PARAMETERS": _OURS,
        "isv.TEMPLATE_PARAMS_ILLEGAL": _OURS,
        "isv.AMOUNT_NOT_ENOUGH": _OURS,
        "isv.OUT_OF_SERVICE": _OURS,
        "isv.PRODUCT_UN_SUBSCRIPT": _OURS,
        "isv.ACCOUNT_NOT_EXISTS": _OURS,
        "isv.ACCOUNT_ABNORMAL": _OURS,
        "isv.DENY_IP_RANGE": _OURS,
        "isp.RAM_PERMISSION_DENY": _OURS,
        "SignatureDoesNotMatch": _OURS,
        "InvalidAccessKeyId.NotFound": _OURS,
        "InvalidTimeStamp.Expired": _OURS,
        "isp.SYSTEM_ERROR": _MAYBE,
        "isp.GATEWAY_ERROR": _MAYBE,
        "InternalError": _MAYBE,
    }
)


def outcome(status: int, code: str) -> Outcome:
    """What a code means for one message.

    A code that is not in the table is LATER (a needless repeat costs little, a wrong REFUSED loses a notice),
    unless the carrier failed with HTTP 5xx: then it may have the message.
    """
    return OUTCOMES.get(code, Outcome.UNKNOWN if status >= 500 else Outcome.LATER)


class _Shape(BaseModel):
    """Unknown fields are ignored, types are not converted, and what was read stays out of error messages."""

    model_config = ConfigDict(strict=True, frozen=True, hide_input_in_errors=True)


class Answer(_Shape):
    """The answer to SendSms."""

    Code: str
    BizId: str = ""


class Detail(_Shape):
    """One message of one number: SendStatus 1 waiting for the operator, 2 failed, 3 delivered."""

    SendStatus: Annotated[int, Field(ge=1, le=3)]
    ErrCode: str | None = None
    OutId: str | None = None

    def result(self) -> SendResult:
        """The carrier has it, unless the operator has already said that it cannot be delivered."""
        if self.SendStatus == 2:
            return SendResult(Outcome.REFUSED, reason=self.ErrCode or "")
        return SendResult(Outcome.SENT)


class _DetailList(_Shape):
    SmsSendDetailDTO: list[Detail] = []


class Details(_Shape):
    """One page of the answer to QuerySendDetails."""

    Code: str
    TotalCount: Annotated[int, Field(strict=False)] = 0  # a number or a string, both have been seen
    SmsSendDetailDTOs: _DetailList = _DetailList()

    @property
    def rows(self) -> Sequence[Detail]:
        """The messages of this page."""
        return self.SmsSendDetailDTOs.SmsSendDetailDTO


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CARRIER_TIME).astimezone(UTC)


class _Report(_Shape):
    """One item of the SmsReport callback; messages sent by hand at the carrier's console have no `out_id`."""

    biz_id: str
    out_id: str | None = None
    success: bool
    report_time: Annotated[str, Field(max_length=19)]
    err_code: str | None = None

    def receipt(self) -> Receipt:
        """Raises ValueError and OverflowError for a time that is none."""
        return Receipt(
            provider_id=self.biz_id,
            key=self.out_id or "",
            status=ReceiptStatus.DELIVERED if self.success else ReceiptStatus.FAILED,
            at=_instant(self.report_time),
            reason="" if self.success else self.err_code or "",
        )


_REPORTS = TypeAdapter(
    Annotated[list[_Report], Field(max_length=MAX_REPORTS)],
    config=ConfigDict(hide_input_in_errors=True),  # the items' own setting does not reach the list's errors
)


def read_receipts(body: bytes) -> Sequence[Receipt]:
    """The receipts of one SmsReport call. Raises Malformed: a report is taken whole or not at all."""
    try:
        return [report.receipt() for report in _REPORTS.validate_json(body)]
    except (ValueError, OverflowError) as error:
        raise Malformed("an SMS report cannot be read") from error
