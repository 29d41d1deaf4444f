"""Passive replies as XML bytes, and the cutting of long texts.

`now` is seconds since 1970. A reply goes back to whoever wrote `message`.
"""

import re
from dataclasses import dataclass
from itertools import accumulate

from bot.wechat.messages import IncomingMessage

TEXT_LIMIT = 2048  # bytes of UTF-8 in one text, passive or pushed

# What XML 1.0 cannot carry, lone surrogates among it, and the carriage return, which XML reads as a line end.
_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# One character as a reader sees it, for Chinese, Latin script and emoji: a flag is two regional indicators; marks, variation
# selectors, skin tones and tags belong to what precedes them; a zero-width joiner ties what follows.
_CLUSTER = re.compile(
    "\r\n|(?:[\U0001f1e6-\U0001f1ff]{2}|.)"
    "(?:[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef]|\u200d.?)*",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Article:
    """The one article a passive news reply may carry."""

    title: str
    description: str
    url: str
    pic_url: str = ""


def text(message: IncomingMessage, content: str, *, now: int) -> bytes:
    """A text; the caller keeps to TEXT_LIMIT (`split_text`)."""
    return _reply(message, "text", f"<Content>{_cdata(content)}</Content>", now)


def image(message: IncomingMessage, media_id: str, *, now: int) -> bytes:
    """A picture that was uploaded before."""
    return _reply(message, "image", f"<Image><MediaId>{_cdata(media_id)}</MediaId></Image>", now)


def news(message: IncomingMessage, article: Article, *, now: int) -> bytes:
    """A card with one link."""
    item = (
        f"<Title>{_cdata(article.title)}</Title><Description>{_cdata(article.description)}</Description>"
        f"<PicUrl>{_cdata(article.pic_url)}</PicUrl><Url>{_cdata(article.url)}</Url>"
    )
    body = f"<ArticleCount>1</ArticleCount><Articles><item>{item}</item></Articles>"
    return _reply(message, "news", body, now)


def transfer_customer_service(message: IncomingMessage, *, now: int, account: str = "") -> bytes:
    """Hand the chat to a person; `account` names one (`name@account`)."""
    to = f"<TransInfo><KfAccount>{_cdata(account)}</KfAccount></TransInfo>" if account else ""
    return _reply(message, "transfer_customer_service", to, now)


def split_text(content: str, limit: int = TEXT_LIMIT) -> list[str]:
    """Cut into parts of at most `limit` bytes of UTF-8 that together are the text; an empty text has no parts.

    A cut falls at a line end, else at a sentence end (either in the second half of the part, so that parts do not get
    tiny), else between two characters as a reader sees them. Raises ValueError for a limit below 4, one code point.
    """
    if limit < 4:
        raise ValueError("a part must hold at least one code point")
    if _size(content) <= limit:  # nearly every reply
        return [content] if content else []
    clusters = _clusters(content, limit)
    parts = []
    while clusters:
        cut = _cut(clusters, limit)
        parts.append("".join(clusters[:cut]))
        clusters = clusters[cut:]
    return parts


def _clusters(content: str, limit: int) -> list[str]:
    """Characters as a reader sees them; one that would not fit into any part (a joke) falls into its code points."""
    clusters: list[str] = []
    for cluster in _CLUSTER.findall(content):
        clusters.extend([cluster] if _size(cluster) <= limit else cluster)
    return clusters


def _cut(clusters: list[str], limit: int) -> int:
    """How many clusters the next part takes: all when they fit, else up to the last good place."""
    ends = list(accumulate(_size(cluster) for cluster in clusters[: limit + 1]))
    fit = sum(end <= limit for end in ends)
    if fit == len(clusters):
        return fit
    late = [at for at in range(1, fit + 1) if ends[at - 1] > limit // 2]
    lines = [at for at in late if clusters[at - 1].endswith("\n")]
    sentences = [at for at in late if _ends_sentence(clusters, at - 1)]
    return (lines or sentences or [fit])[-1]


def _ends_sentence(clusters: list[str], at: int) -> bool:
    """A Chinese mark does; a Latin one only with a space behind it, for `200.00` is one word."""
    return clusters[at] in "。！？；…" or (clusters[at].isspace() and at > 0 and clusters[at - 1] in ".!?;")


def _size(piece: str) -> int:
    return len(piece.encode("utf-8", "surrogatepass"))


def _cdata(value: str) -> str:
    clean = _ILLEGAL.sub("", value).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{clean}]]>"


def _reply(message: IncomingMessage, kind: str, body: str, now: int) -> bytes:
    return (
        f"<xml><ToUserName>{_cdata(message.openid)}</ToUserName><FromUserName>{_cdata(message.to)}</FromUserName>"
        f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{body}</xml>"
    ).encode()
