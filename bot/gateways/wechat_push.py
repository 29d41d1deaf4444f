"""Messages pushed into the WeChat chat: customer-service messages."""

from bot.wechat.client import ApiError, NoAnswer, WeChatClient
from models.base.ports import GatewayDown, Outcome, SendResult


class WeChatPush:
    """`ChatGateway` over the official account API.

    WeChat gives these messages no number and no idempotency key, so a lost answer is UNKNOWN and cannot be asked about.
    """

    def __init__(self, client: WeChatClient) -> None:
        self._client = client

    async def push(self, *, openid: str, text: str) -> SendResult:
        """Push one text of at most `replies.TEXT_LIMIT` bytes. `reason` is WeChat's errcode."""
        try:
            await self._client.message.send_text(openid, text)
        except ApiError as error:
            return SendResult(error.entry.outcome, reason=str(error.code))
        except NoAnswer as silence:
            return SendResult(Outcome.UNKNOWN, reason=str(silence))
        except GatewayDown as down:
            return SendResult(Outcome.LATER, reason=str(down))
        return SendResult(Outcome.SENT)
