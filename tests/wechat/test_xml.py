"""One hardened pass: what it reads and what it refuses."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wechat import xml
from bot.wechat.errors import Unreadable


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        pytest.param("<xml/>", {}, id="nothing"),
        pytest.param("<xml><a>1</a><b><![CDATA[<2>]]></b></xml>", {"a": "1", "b": "<2>"}, id="leaves"),
        pytest.param("<xml><a/><b></b></xml>", {"a": "", "b": ""}, id="empty leaves"),
        pytest.param("<xml>\n <a> 1 </a>\n</xml>", {"a": " 1 "}, id="blanks: kept in leaves only"),
        pytest.param("<xml><a><b>1</b></a></xml>", {"a": {"b": "1"}}, id="nested"),
        pytest.param(
            "<xml><L><i>1</i></L><L><i>2</i></L><L/></xml>",
            {"L": [{"i": "1"}, {"i": "2"}, ""]},
            id="a name that repeats",
        ),
        pytest.param("<xml><a>x<![CDATA[ ]]]]><![CDATA[> ]]>y</a></xml>", {"a": "x ]]> y"}, id="split CDATA"),
        pytest.param("<xml><a>&lt;&amp;&#32602;</a></xml>", {"a": "<&罚"}, id="built-in references"),
        pytest.param(
            '<?xml version="1.0" encoding="UTF-8"?><xml><a>好</a></xml>', {"a": "好"}, id="a declaration"
        ),
        pytest.param("\ufeff<xml><a>好</a></xml>", {"a": "好"}, id="a UTF-8 byte order mark"),
    ],
)
def test_read(body, fields):
    assert xml.parse(body.encode()) == fields


NESTED = "<a>" * 7 + "1" + "</a>" * 7
BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "not xml", id="empty"),
        pytest.param(b"success", "not xml", id="words"),
        pytest.param(b"<xml><a></xml>", "not xml", id="a tag left open"),
        pytest.param(b"<xml/><xml/>", "not xml", id="two roots"),
        pytest.param(b"<y/>", "not a message", id="another root"),
        pytest.param(b"<xml><a>\x00</a></xml>", "not xml", id="a NUL"),
        pytest.param(b"<xml><a>\xc4\xe3</a></xml>", "not xml", id="GBK"),
        pytest.param(
            b'<?xml version="1.0" encoding="gbk"?><xml><a>\xc4\xe3</a></xml>', "not xml", id="GBK, declared"
        ),
        pytest.param("<xml><a>1</a></xml>".encode("utf-16"), "not xml", id="UTF-16"),
        pytest.param(b"<!DOCTYPE xml><xml/>", "doctype", id="a DTD"),
        pytest.param(b'<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml/>', "doctype", id="a DTD elsewhere"),
        pytest.param(b'<!DOCTYPE xml [<!ENTITY a "b">]><xml><a>&a;</a></xml>', "doctype", id="an entity"),
        pytest.param(
            b'<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><a>&a;</a></xml>',
            "doctype",
            id="a file as an entity",
        ),
        pytest.param(
            f'<!DOCTYPE xml [<!ENTITY a0 "lol">{BOMB}]><xml><a>&a11;</a></xml>'.encode(),
            "not xml",
            id="an entity bomb",
        ),
        pytest.param(
            f'<!DOCTYPE xml [<!ENTITY a0 "lol">{BOMB}]><xml a="&a11;"/>'.encode(),
            "not xml",
            id="an entity bomb in an attribute",
        ),
        pytest.param(b"<xml><a>&nothing;</a></xml>", "not xml", id="an undeclared entity"),
        pytest.param(b"<xml><?php 1?></xml>", "not a message", id="a processing instruction"),
        pytest.param(b"<?php 1?><xml/>", "not a message", id="one before"),
        pytest.param(b"<xml/><?php 1?>", "not a message", id="one behind"),
        pytest.param(b"<xml><a><!-- 1 --></a></xml>", "not a message", id="a comment"),
        pytest.param(f"<xml><a>{NESTED}</a></xml>".encode(), "too deep", id="nine levels"),
        pytest.param(b"<xml>" + b"<a>" * 20_000, "not xml", id="twenty thousand levels"),
        pytest.param(b"<xml>" + b" " * 65_526 + b"</xml>", "too large", id="64 KiB and a byte"),
    ],
)
def test_refused(body, reason):
    with pytest.raises(Unreadable) as refusal:
        xml.parse(body)
    assert refusal.value.reason == reason


def test_the_largest_and_the_deepest_that_is_read():
    assert xml.parse(b"<xml>" + b" " * 65_525 + b"</xml>") == {}
    assert xml.parse(f"<xml>{NESTED}</xml>".encode())


def test_many_repeated_names_take_no_more_than_linear_time():
    started = time.process_time()
    fields = xml.parse(b"<xml>" + b"<a/>" * 16_000 + b"</xml>")
    assert len(fields["a"]) == 16_000
    assert time.process_time() - started < 0.5


@given(st.binary() | st.text().map(lambda inner: f"<xml>{inner}</xml>".encode("utf-8", "replace")))
def test_any_bytes_are_read_or_unreadable(body):
    with suppress(Unreadable):
        xml.parse(body)


FIELDS: xml.Fields = {
    "a": "1",
    "b": {"c": "2"},
    "Wrap": {"List": [{"i": "1"}, "x", {"i": "2"}]},
    "List": {"i": "3"},
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        pytest.param(("a",), "1", id="a leaf"),
        pytest.param(("b", "c"), "2", id="a nested leaf"),
        pytest.param(("b",), "", id="not a leaf"),
        pytest.param(("a", "c"), "", id="below a leaf"),
        pytest.param(("z", "c"), "", id="missing"),
        pytest.param(("Wrap", "List"), "", id="repeated"),
    ],
)
def test_text(path, found):
    assert xml.text(FIELDS, *path) == found


def test_find_all_looks_into_any_wrapper():
    assert [xml.text(item, "i") for item in xml.find_all(FIELDS, "List")] == ["1", "2", "3"]


NAMES = st.sampled_from(["a", "ToUserName", "_b", "xml", "a1", "1a", "é", ""])
WORDS = st.text(st.sampled_from("ab 罚\n\t\r<>&]![\x00\x0b\ufffe\ud800😀") | st.characters(), max_size=8)
LEAVES = st.builds(
    lambda name, end, word, form: form.format(name=name, end=end or name, word=word),
    NAMES,
    st.sampled_from(["", "", "", "a"]),
    WORDS,
    st.sampled_from(
        ["<{name}>{word}</{end}>", "<{name}><![CDATA[{word}]]></{end}>", "<{name}/>", "{word}", "&lt;", "]]>"]
    ),
)


@given(st.lists(LEAVES, max_size=5), st.sampled_from(["", " ", "\n", "\u3000"]))
def test_the_short_way_reads_what_the_long_way_reads(leaves: list[str], gap: str):
    """What the expression takes is what libxml2 makes of it; what it does not take goes there anyway."""
    body = f"<xml>{gap}{gap.join(leaves)}</xml>".encode("utf-8", "surrogatepass")
    short = xml._row_of_leaves(body)
    if short is not None:
        assert short == xml._tree(body)


def test_a_message_takes_the_short_way():
    body = "<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[罚单]]></Content><MsgId>1</MsgId></xml>"
    assert xml._row_of_leaves(body.encode()) == {"MsgType": "text", "Content": "罚单", "MsgId": "1"}
