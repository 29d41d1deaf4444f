"""Customer-service messages: text, picture, card with a link, question with answers to tap."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.wechat.client import WeChatClient
from bot.wechat.replies import TEXT_LIMIT

# WeChat's page on msgmenu tells no limits: the whole is kept to those of a text, whose 45002 it shares, number and size of
# the answers to those of the same message in WeCom (10 answers, 128 bytes each). It is for verified accounts only (40200).
ANSWERS, ANSWER_LIMIT = 10, 128


@dataclass(frozen=True, slots=True)
class Card:
    """News with its one article."""

    title: str
    description: str
    url: str
    picture_url: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A msgmenu: `answers` are (id, words); a tap sends the words as a text and the id as `bizmsgmenuid`."""

    head: str
    answers: Sequence[tuple[str, str]]
    tail: str = ""

    @property
    def fits(self) -> bool:
        """Would WeChat take it?"""
        words = [answer.encode() for _, answer in self.answers]
        whole = b"\n".join(
            [self.head.encode("utf-8", "replace"), *words, self.tail.encode("utf-8", "replace")]
        )
        sizes = [len(each) for each in words]
        return 1 <= len(words) <= ANSWERS and max(sizes) <= ANSWER_LIMIT and len(whole) <= TEXT_LIMIT


def text(client: WeChatClient, openid: str, content: str) -> Awaitable[Any]:
    """A text of at most `replies.TEXT_LIMIT` bytes."""
    sending: Awaitable[Any] = client.message.send_text(openid, content)
    return sending


def image(client: WeChatClient, openid: str, media_id: str) -> Awaitable[Any]:
    """A picture that was uploaded before (`media.upload`)."""
    sending: Awaitable[Any] = client.message.send_image(openid, media_id)
    return sending


def card(client: WeChatClient, openid: str, shown: Card) -> Awaitable[Any]:
    """A card; WeChat takes one article in a message."""
    article = {
        "title": shown.title,
        "description": shown.description,
        "url": shown.url,
        "picurl": shown.picture_url,
    }
    sending: Awaitable[Any] = client.message.send_articles(openid, [article])
    return sending


def question(client: WeChatClient, openid: str, asked: Question) -> Awaitable[Any]:
    """A question; wechatpy does not know this kind."""
    menu = {
        "head_content": asked.head,
        "list": [{"id": answer_id, "content": words} for answer_id, words in asked.answers],
        "tail_content": asked.tail,
    }
    body = {"touser": openid, "msgtype": "msgmenu", "msgmenu": menu}
    sending: Awaitable[Any] = client.post("message/custom/send", data=body)
    return sending
