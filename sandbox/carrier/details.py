"""`QuerySendDetails`: what became of the texts to one number on one day."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox import wall
from sandbox.carrier.texts import BadText
from sandbox.state import State, Text

STATUS = {"waiting": 1, "failed": 2, "delivered": 3}
MOST_DAYS_BACK = 30


def query(state: State, given: Mapping[str, str]) -> dict[str, Any]:
    """One page of the texts of a China day, newest first. Raises BadText (isv.INVALID_PARAMETERS)."""
    day = _day(given.get("SendDate", ""))
    size, page = _number(given, "PageSize", 50), _number(given, "CurrentPage", 10**6)
    phone, biz_id = given.get("PhoneNumber", ""), given.get("BizId", "")
    found = [text for text in state.texts if text.phone == phone and text.at.startswith(day)]
    found = [text for text in reversed(found) if biz_id in ("", text.biz_id)]
    shown = [_detail(text) for text in found[(page - 1) * size : page * size]]
    return {
        "Code": "OK",
        "Message": "OK",
        "TotalCount": len(found),
        "SmsSendDetailDTOs": {"SmsSendDetailDTO": shown},
    }


def china_time(stamp: str) -> str:
    """Aliyun's way to write an instant: `yyyy-MM-dd HH:mm:ss` at UTC+8."""
    return datetime.fromisoformat(stamp).astimezone(wall.CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _detail(text: Text) -> dict[str, Any]:
    received = {"ReceiveDate": china_time(text.reported_at)} if text.reported_at else {}
    return {
        "PhoneNum": text.phone,
        "SendStatus": STATUS[text.status],
        "ErrCode": text.err_code,
        "TemplateCode": text.template,
        "Content": text.text,
        "SendDate": china_time(text.at),
        "OutId": text.out_id,
    } | received


def _day(compact: str) -> str:
    try:
        day = datetime.strptime(compact, "%Y%m%d").replace(tzinfo=wall.CHINA)
    except ValueError as error:
        raise BadText("isv.INVALID_PARAMETERS", "SendDate must be yyyyMMdd") from error
    if day < wall.now() - timedelta(days=MOST_DAYS_BACK + 1):
        raise BadText("isv.INVALID_PARAMETERS", f"SendDate is more than {MOST_DAYS_BACK} days back")
    return day.strftime("%Y-%m-%d")


def _number(given: Mapping[str, str], name: str, most: int) -> int:
    value = given.get(name, "")
    if not value.isdecimal() or not 1 <= int(value) <= most:
        raise BadText("isv.INVALID_PARAMETERS", f"{name} must be from 1 to {most}")
    return int(value)
