"""Mass messages: four a month for each citizen, so for what concerns everybody; an administrator may have to confirm."""

from bot.wechat.client import WeChatClient
from bot.wechat.outcomes import outcome
from models.base.ports import SendResult

KEY_LIMIT = 64  # bytes of a clientmsgid


async def send_text(client: WeChatClient, content: str, *, key: str, tag_id: int | None = None) -> SendResult:
    """A text to all followers, or to those with a tag; sent once for each `key`, however often it is tried.

    `provider_id` is what its receipt, MASSSENDJOBFINISH, calls it. wechatpy still builds the groups that tags have replaced.
    Raises ValueError for a key that is empty or too long.
    """
    if not 1 <= len(key.encode()) <= KEY_LIMIT:
        raise ValueError(f"key: must be 1 to {KEY_LIMIT} bytes")
    whom = {"is_to_all": True} if tag_id is None else {"is_to_all": False, "tag_id": tag_id}
    body = {"filter": whom, "msgtype": "text", "text": {"content": content}, "clientmsgid": key}
    return await outcome(client.post("message/mass/sendall", data=body), id_field="msg_id")
