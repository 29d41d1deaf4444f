"""Replies say what wechatpy's would, and long texts are cut where a reader would cut them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.replies import ArticlesReply, ImageReply, TextReply, TransferCustomerServiceReply

from bot.wechat import replies, xml
from bot.wechat.messages import Unsubscribe
from tests.wechat.pushes import NOW, OPENID, ORIGINAL_ID

MESSAGE = Unsubscribe(ORIGINAL_ID, OPENID, NOW, "1", "event", "unsubscribe", "")
ARTICLE = replies.Article(
    "缴款 ¥200.00", "12月31日前 & <办理>", "https://example.org/p?a=1&b=2", "https://example.org/1.png"
)
COMMON = {"source": ORIGINAL_ID, "target": OPENID, "time": NOW}


def wechatpy_news() -> ArticlesReply:
    reply = ArticlesReply(**COMMON)
    article = {"title": ARTICLE.title, "description": ARTICLE.description}
    reply.add_article({**article, "url": ARTICLE.url, "image": ARTICLE.pic_url})
    return reply


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(
            replies.text(MESSAGE, "您好 <&>", now=NOW), TextReply(content="您好 <&>", **COMMON), id="text"
        ),
        pytest.param(
            replies.image(MESSAGE, "media-1", now=NOW), ImageReply(media_id="media-1", **COMMON), id="image"
        ),
        pytest.param(replies.news(MESSAGE, ARTICLE, now=NOW), wechatpy_news(), id="news"),
        pytest.param(
            replies.transfer_customer_service(MESSAGE, now=NOW),
            TransferCustomerServiceReply(**COMMON),
            id="to any officer",
        ),
    ],
)
def test_a_reply_says_what_wechatpys_says(ours, theirs):
    assert xml.parse(ours) == xml.parse(theirs.render().encode())


def test_a_transfer_to_one_officer():
    reply = xml.parse(replies.transfer_customer_service(MESSAGE, now=NOW, account="desk@city"))
    assert xml.text(reply, "TransInfo", "KfAccount") == "desk@city"


@pytest.mark.parametrize(
    ("given_text", "inside"),
    [
        pytest.param("a]]>b", "a]]]]><![CDATA[>b", id="the end of a CDATA section is split"),
        pytest.param("a\x00\x08\x0b\x1f\x7fb", "a\x7fb", id="control characters go"),
        pytest.param("a\n\tb", "a\n\tb", id="line end and tab stay"),
        pytest.param("a\r\nb", "a\nb", id="carriage returns go"),
        pytest.param("a\ud83db\udc00", "ab", id="lone surrogates go"),
        pytest.param("a\ufffe\uffffb", "ab", id="non-characters go"),
        pytest.param("👨‍👩‍👧🇨🇳", "👨‍👩‍👧🇨🇳", id="emoji stay"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_what_is_written_into_a_text(given_text, inside):
    assert f"<Content><![CDATA[{inside}]]></Content>".encode() in replies.text(MESSAGE, given_text, now=NOW)


# Cutting

EMOJI = [
    "👨‍👩‍👧‍👦",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "🇨🇳",
    "👍🏽",
    "❤️",
    "1️⃣",
    "👩🏽‍💻",
    "e\u0301",
]
LONG_EMOJI = 40  # bytes: all of EMOJI fit


@given(st.text(max_size=200), st.integers(4, 64))
def test_parts_are_the_text_and_small_enough(content, limit):
    parts = replies.split_text(content, limit)
    assert "".join(parts) == content
    assert all(0 < len(part.encode()) <= limit for part in parts)


@given(st.lists(st.sampled_from([*EMOJI, "罚", "a"]), max_size=60), st.integers(LONG_EMOJI, 80))
def test_no_character_as_seen_by_a_reader_is_cut(characters, limit):
    borders = {0}
    for character in characters:
        borders.add(max(borders) + len(character))
    at = 0
    for part in replies.split_text("".join(characters), limit):
        at += len(part)
        assert at in borders


@pytest.mark.parametrize(
    ("content", "limit", "parts"),
    [
        pytest.param("", 10, [], id="nothing to send"),
        pytest.param("罚单", 6, ["罚单"], id="fits exactly"),
        pytest.param("罚单查询", 7, ["罚单", "查询"], id="between characters"),
        pytest.param("abcdef\nghi jkl", 12, ["abcdef\n", "ghi jkl"], id="after a line"),
        pytest.param("abc。\nde。fgh", 12, ["abc。\n", "de。fgh"], id="a line before a sentence"),
        pytest.param("一二。三四五", 13, ["一二。", "三四五"], id="after a Chinese sentence"),
        pytest.param(
            "Hello. World of words", 12, ["Hello. ", "World of wor", "ds"], id="after a Latin sentence"
        ),
        pytest.param("pay ¥200.00 now", 11, ["pay ¥200.0", "0 now"], id="a decimal point ends no sentence"),
        pytest.param("a\n" + "b" * 14, 8, ["a\nbbbbbb", "b" * 8], id="no tiny parts"),
        pytest.param(
            "a\u0301\u0301\u0301", 4, ["a\u0301", "\u0301\u0301"], id="one character too long for a part"
        ),
    ],
)
def test_where_a_text_is_cut(content, limit, parts):
    assert replies.split_text(content, limit) == parts


def test_a_part_holds_at_least_one_code_point():
    with pytest.raises(ValueError):
        replies.split_text("🏛", 3)


def test_the_default_limit_is_what_wechat_takes():
    assert [len(part.encode()) for part in replies.split_text("罚" * 1000)] == [2046, 954]
