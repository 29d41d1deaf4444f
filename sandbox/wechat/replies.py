"""What a passive reply says, and whether WeChat would show it."""

from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from sandbox.wechat.envelope import BadReply

TEXT_LIMIT = 2048  # bytes of UTF-8
HANDED_OVER = "已为您转接人工客服"


@dataclass(frozen=True, slots=True)
class Content:
    """What a chat line shows: its kind, its text, and what its kind needs more (articles, a media_id)."""

    kind: str
    text: str
    extra: dict[str, Any] = field(default_factory=dict)
    sender: str = "account"


def read(reply: etree._Element, openid: str) -> Content:
    """Read a decrypted reply to this citizen. Raises BadReply."""
    if reply.findtext("ToUserName") != openid:
        raise BadReply("the reply is addressed to somebody else")
    if not reply.findtext("CreateTime", "").isdecimal():
        raise BadReply("the reply has no CreateTime in seconds")
    reader = READERS.get(reply.findtext("MsgType", ""))
    if reader is None:
        raise BadReply("the reply's MsgType is not one of WeChat's")
    return reader(reply)


def _text(reply: etree._Element) -> Content:
    content = reply.findtext("Content", "")
    if not content or len(content.encode()) > TEXT_LIMIT:
        raise BadReply(f"a text must have 1 to {TEXT_LIMIT} bytes")
    return Content("text", content)


def _news(reply: etree._Element) -> Content:
    items = reply.findall("Articles/item")
    if not items or reply.findtext("ArticleCount") != str(len(items)):
        raise BadReply("ArticleCount does not tell the number of articles")
    names = {"title": "Title", "description": "Description", "picurl": "PicUrl", "url": "Url"}
    return articles([{ours: item.findtext(theirs, "") for ours, theirs in names.items()} for item in items])


def articles(shown: list[dict[str, str]]) -> Content:
    """A card with one or more linked articles."""
    first = shown[0]
    text = "\n".join(part for part in (first.get("title"), first.get("description")) if part)
    return Content("news", text, {"articles": shown, "url": first.get("url", "")})


def _media(reply: etree._Element) -> Content:
    kind = reply.findtext("MsgType", "")
    media_id = reply.findtext(f"{kind.capitalize()}/MediaId", "")
    if not media_id:
        raise BadReply("the reply has no MediaId")
    return Content(kind, "", {"media_id": media_id})


def _handed_over(_reply: etree._Element) -> Content:
    return Content("transfer_customer_service", HANDED_OVER, sender="system")


READERS = {
    "text": _text,
    "news": _news,
    "image": _media,
    "voice": _media,
    "video": _media,
    "transfer_customer_service": _handed_over,
}
