"""From a call that sends something to what is known afterwards."""

from collections.abc import Awaitable
from typing import Any

from bot.wechat.http import ApiError, NoAnswer
from models.base.ports import GatewayDown, Outcome, SendResult


async def outcome(sending: Awaitable[Any], *, id_field: str = "") -> SendResult:
    """What became of it; never raises for what WeChat answers.

    `reason` is WeChat's errcode, `provider_id` what the answer has under `id_field` (WeChat's ids exceed 2^53: text).
    """
    try:
        answer = await sending
    except ApiError as error:
        return SendResult(error.entry.outcome, reason=str(error.code))
    except NoAnswer as silence:
        return SendResult(Outcome.UNKNOWN, reason=str(silence))
    except GatewayDown as down:
        return SendResult(Outcome.LATER, reason=str(down))
    return SendResult(Outcome.SENT, provider_id=str(answer.get(id_field, "")))
