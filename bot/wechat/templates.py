"""Template messages and subscription notices: what reaches a citizen outside of any window."""

from collections.abc import Mapping

from bot.wechat import fields
from bot.wechat.client import WeChatClient
from bot.wechat.outcomes import outcome
from models.base.ports import SendResult


async def send_template(
    client: WeChatClient, *, openid: str, template_id: str, values: Mapping[str, str], key: str, url: str = ""
) -> SendResult:
    """A template message; `key` (client_msg_id) makes it idempotent for ten minutes, `url` is what a tap opens.

    `provider_id` is what its receipt, TEMPLATESENDJOBFINISH, calls it. Raises ValueError for a field WeChat would refuse.
    """
    body = {
        "touser": openid,
        "template_id": template_id,
        "client_msg_id": key,
        "data": fields.checked(values, fields.TEMPLATE),
    }
    link = {"url": url} if url else {}  # an empty one is an error on iOS
    return await outcome(client.post("message/template/send", data=body | link), id_field="msgid")


async def send_subscription(
    client: WeChatClient, *, openid: str, template_id: str, values: Mapping[str, str], page: str = ""
) -> SendResult:
    """A subscription notice, which uses up one consent; `page` is what a tap opens. WeChat knows no idempotency here.

    Raises ValueError for a field WeChat would refuse.
    """
    body = {
        "touser": openid,
        "template_id": template_id,
        "data": fields.checked(values, fields.SUBSCRIPTION),
    }
    link = {"page": page} if page else {}
    return await outcome(client.post("message/subscribe/bizsend", data=body | link))
