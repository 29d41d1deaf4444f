"""Customer-service messages as the service posts them: kind by kind, what they must hold."""

from collections.abc import Mapping
from typing import Any

from sandbox.wechat.replies import TEXT_LIMIT, Content, articles

MEDIA = ("image", "voice", "video", "mpnews")


class BadMessage(ValueError):
    """A message that WeChat refuses; `errcode` is its word for it."""

    def __init__(self, errcode: int, message: str) -> None:
        super().__init__(message)
        self.errcode = errcode


def read(body: Mapping[str, Any]) -> Content:
    """What the chat will show. Raises BadMessage (40008 kind, 44004 empty, 45002 too long, 45008 articles, 40007 media)."""
    kind = body.get("msgtype")
    part = body.get(kind) if isinstance(kind, str) else None
    if kind not in READERS or not isinstance(part, dict):
        raise BadMessage(40008, "invalid message type")
    return READERS[kind](kind, part)


def _text(kind: str, part: Mapping[str, Any]) -> Content:
    return Content(kind, checked_text(part.get("content")))


def _news(_kind: str, part: Mapping[str, Any]) -> Content:
    shown = part.get("articles")
    if not isinstance(shown, list) or len(shown) != 1 or not isinstance(shown[0], dict):
        raise BadMessage(45008, "article size out of limit")
    return articles([{str(key): str(value) for key, value in shown[0].items()}])


def _media(kind: str, part: Mapping[str, Any]) -> Content:
    media_id = part.get("media_id")
    if not isinstance(media_id, str) or not media_id:
        raise BadMessage(40007, "invalid media_id")
    return Content(kind, str(part.get("title", "")), {"media_id": media_id})


def _menu(kind: str, part: Mapping[str, Any]) -> Content:
    items = part.get("list")
    if not isinstance(items, list) or not all(isinstance(item, dict) and "content" in item for item in items):
        raise BadMessage(47001, "data format error")
    head, tail = str(part.get("head_content", "")), str(part.get("tail_content", ""))
    shown = [{"id": str(item.get("id", "")), "content": str(item["content"])} for item in items]
    text = "\n".join(line for line in (head, *(item["content"] for item in shown), tail) if line)
    return Content(kind, checked_text(text), {"head": head, "list": shown, "tail": tail})


def checked_text(text: Any) -> str:
    """A text that WeChat would send. Raises BadMessage (44004, 45002)."""
    if not isinstance(text, str) or not text:
        raise BadMessage(44004, "empty content")
    if len(text.encode()) > TEXT_LIMIT:
        raise BadMessage(45002, "content size out of limit")
    return text


READERS = {"text": _text, "news": _news, "msgmenu": _menu} | dict.fromkeys(MEDIA, _media)
