"""The parameters of an order, as WeChat Pay checks them."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yarl import URL

from sandbox.config import PayConfig
from sandbox.pay.door import refused

NO = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
DEFAULT_LIFE, LEAST_LIFE, MOST_LIFE = 7200.0, 60.0, 90 * 86400.0  # seconds
DESCRIPTION_LIMIT = 127
CURRENCY = "CNY"


def check(asked: Mapping[str, Any], pay: PayConfig) -> None:
    """Raises Refusal 400 PARAM_ERROR that names the parameter."""
    amount = asked.get("amount")
    total = amount.get("total") if isinstance(amount, dict) else None
    wrong = {
        "mchid": asked.get("mchid") != pay.merchant_id,
        "appid": asked.get("appid") != pay.app_id,
        "out_trade_no": not _matches(NO, asked.get("out_trade_no")),
        "description": not _is_text(asked.get("description"), DESCRIPTION_LIMIT),
        "attach": "attach" in asked and not _is_text(asked["attach"], 128),
        "notify_url": not is_notify_url(asked.get("notify_url")),
        "amount.total": not isinstance(total, int) or isinstance(total, bool) or total <= 0,
        "amount.currency": isinstance(amount, dict) and amount.get("currency", CURRENCY) != CURRENCY,
    }
    for name, is_wrong in wrong.items():
        if is_wrong:
            raise bad(name)


def payer(asked: Mapping[str, Any]) -> str:
    """The openid of a JSAPI order. Raises Refusal."""
    who = asked.get("payer")
    openid = who.get("openid") if isinstance(who, dict) else None
    if not isinstance(openid, str) or not openid:
        raise bad("payer.openid")
    return openid


def expires(asked: Mapping[str, Any], now: float) -> float:
    """Until when it can be paid, in seconds since 1970: at least a minute, at most 90 days from `now`. Raises Refusal."""
    if "time_expire" not in asked:
        return now + DEFAULT_LIFE
    try:
        end = datetime.fromisoformat(asked["time_expire"])
    except (ValueError, TypeError) as error:
        raise bad("time_expire") from error
    if end.tzinfo is None or "T" not in asked["time_expire"]:
        raise bad("time_expire")
    return min(max(end.timestamp(), now + LEAST_LIFE), now + MOST_LIFE)


def bad(name: str) -> Exception:
    """The refusal of one parameter."""
    return refused(400, "PARAM_ERROR", f"参数错误: {name}")


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_text(value: Any, limit: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= limit


def is_notify_url(value: Any) -> bool:
    """HTTPS without query; plain HTTP only to this machine, where the demo lives."""
    try:
        url = URL(value)
    except (ValueError, TypeError):
        return False
    return not url.query_string and (url.scheme == "https" or (url.scheme == "http" and url.host in LOOPBACK))
