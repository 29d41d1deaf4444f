"""Only WeChat gets in, only what is meant for us, and nothing but BadPush comes out of the codec."""

import re
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.parser import parse_message

from bot.wechat import replies
from bot.wechat.codec import BadPush, Forged, Unreadable
from bot.wechat.messages import Text
from tests.wechat.pushes import (
    APP_ID,
    KEY,
    NOW,
    OPENID,
    ORIGINAL_ID,
    PREVIOUS_KEY,
    TOKEN,
    codec,
    plain_query,
    push,
    text_xml,
    xml,
)

CODEC = codec()
BOTH_KEYS = codec(previous_aes_key=PREVIOUS_KEY)

# What XML can carry; wechatpy strips blanks around a text, so it is compared stripped.
TEXTS = st.lists(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.sampled_from(["]]>", "<", "&", '"', "'", "\n", "👨‍👩‍👧", "🇨🇳", "罚单"]),
    min_size=1,
    max_size=60,
).map("".join)


# The URL check


def test_the_official_signature_vector():
    query = {
        "signature": "899cf89e464efb63f54ddac96b0a0a235f53aa78",
        "timestamp": "1714037059",
        "nonce": "486452656",
        "echostr": "4375120948345356249",
    }
    assert CODEC.check_url(query) == "4375120948345356249"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"signature": "0" * 40}, "signature", id="another signature"),
        pytest.param({"signature": "签名"}, "signature", id="a signature that is not ASCII"),
        pytest.param({"signature": ""}, "no signature", id="no signature"),
        pytest.param({"nonce": ""}, "no nonce", id="no nonce"),
        pytest.param({"nonce": "\ud800"}, "signature", id="a lone surrogate"),
        pytest.param({"timestamp": ""}, "no timestamp", id="no timestamp"),
        pytest.param({"timestamp": "soon"}, "timestamp", id="a timestamp that is no number"),
        pytest.param({"timestamp": "١٧١٤٠٣٧٠٥٩"}, "timestamp", id="digits of another script"),
        pytest.param({"timestamp": "9" * 5000}, "timestamp", id="an endless number"),
        pytest.param({"timestamp": str(NOW + 1)}, "signature", id="a timestamp that was not signed"),
        pytest.param({"echostr": ""}, "no echostr", id="nothing to echo"),
    ],
)
def test_a_url_check_is_refused(changes, reason):
    with pytest.raises(Forged) as refusal:
        CODEC.check_url({**plain_query(), "echostr": "1", **changes})
    assert refusal.value.reason == reason


TIMES = [
    pytest.param(-300, True, id="300 s old"),
    pytest.param(300, True, id="300 s ahead"),
    pytest.param(-301, False, id="301 s old"),
    pytest.param(301, False, id="301 s ahead"),
]


@pytest.mark.parametrize(("offset", "accepted"), TIMES)
def test_a_replay_is_refused_outside_the_window(offset, accepted):
    query, body = push(text_xml(), timestamp=NOW + offset)
    handshake = {**plain_query(timestamp=NOW + offset), "echostr": "1"}
    if accepted:
        assert CODEC.open(query, body).timestamp == NOW + offset
        assert CODEC.check_url(handshake) == "1"
        return
    for attempt in (lambda: CODEC.open(query, body), lambda: CODEC.check_url(handshake)):
        with pytest.raises(Forged, match="time window"):
            attempt()


# Safe mode, with wechatpy on the other side


@given(TEXTS)
def test_what_wechatpy_encrypts_we_read_as_wechatpy_does(content):
    query, body = push(text_xml(content))
    opened = CODEC.open(query, body)
    assert isinstance(opened.message, Text)
    assert opened.message.content == content
    assert (opened.nonce, opened.timestamp, opened.key, opened.encrypted) == ("486452656", NOW, 0, True)
    oracle = parse_message(text_xml(content))
    assert (opened.message.openid, opened.message.to) == (oracle.source, oracle.target)
    assert opened.message.content.strip() == (oracle.content or "").strip()
    assert opened.message.msg_id == str(oracle.id)


@given(TEXTS)
def test_what_we_seal_wechatpy_decrypts(content):
    opened = CODEC.open(*push(text_xml()))
    reply = replies.text(opened.message, content, now=NOW)
    assert unsealed(CODEC.seal(reply, opened), KEY) == reply.decode()
    answer = parse_message(reply.decode())
    assert (answer.source, answer.target, answer.type) == (ORIGINAL_ID, OPENID, "text")
    assert (answer.content or "").strip() == content.strip()


def unsealed(sealed: bytes, key: str) -> str:
    """wechatpy checks the signature and the app id on the way."""
    field = dict(re.findall(r"<(\w+)>(?:<!\[CDATA\[)?([^<\]]+)(?:\]\]>)?</\1>", sealed.decode()))
    assert int(field["TimeStamp"]) == NOW
    crypto = WeChatCrypto(TOKEN, key, APP_ID)
    return str(crypto.decrypt_message(sealed, field["MsgSignature"], field["TimeStamp"], field["Nonce"]))


def test_a_reply_has_a_fresh_nonce():
    opened = CODEC.open(*push(text_xml()))
    assert CODEC.seal("<xml/>", opened) != CODEC.seal("<xml/>", opened)


def test_the_previous_key_still_works_and_the_reply_uses_it():
    opened = BOTH_KEYS.open(*push(text_xml(), key=PREVIOUS_KEY))
    assert opened.key == 1
    assert unsealed(BOTH_KEYS.seal("<xml>好</xml>", opened), PREVIOUS_KEY) == "<xml>好</xml>"


REFUSED = [
    pytest.param(push(text_xml(), key=PREVIOUS_KEY), "key or app id", id="another key"),
    pytest.param(push(text_xml(), app_id="wxffffffffffffffff"), "key or app id", id="another app id"),
    pytest.param(push(text_xml(), to="gh_ffffffffffff"), "receiver", id="another account outside"),
    pytest.param(
        push(xml("<MsgType>text</MsgType>", to="gh_ffffffffffff")), "receiver", id="another account inside"
    ),
    pytest.param(push("<xml><Content>1</Content></xml>"), "no sender or kind", id="nobody's message"),
    pytest.param(push("plain words"), "not xml", id="no XML inside"),
    pytest.param((plain_query(), text_xml().encode()), "plaintext", id="plaintext"),
    pytest.param(
        ({**plain_query(), "encrypt_type": "raw"}, text_xml().encode()),
        "plaintext",
        id="plaintext called raw",
    ),
    pytest.param(
        ({**push(text_xml())[0], "msg_signature": ""}, push(text_xml())[1]), "no msg_signature", id="unsigned"
    ),
    pytest.param(
        (push(text_xml())[0], text_xml().encode()), "signature", id="another body under a good query"
    ),
    pytest.param((push(text_xml())[0], b""), "not xml", id="no body"),
]


@pytest.mark.parametrize(("sent", "reason"), REFUSED)
def test_a_push_is_refused(sent, reason):
    with pytest.raises(BadPush) as refusal:
        CODEC.open(*sent)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("sealed", "reason"),
    [
        pytest.param("", "length", id="empty"),
        pytest.param("AAAA", "length", id="less than a block"),
        pytest.param("A" * 64, "length", id="a multiple of 16 only"),
        pytest.param("A" * 43, "base64", id="cut off"),
        pytest.param("罚单", "base64", id="no base64"),
    ],
)
def test_a_signed_ciphertext_that_cannot_be_one(sealed, reason):
    query = plain_query()
    query |= {
        "encrypt_type": "aes",
        "msg_signature": CODEC._sign(query["timestamp"], query["nonce"], sealed),
    }
    body = f"<xml><ToUserName>{ORIGINAL_ID}</ToUserName><Encrypt>{escape(sealed)}</Encrypt></xml>"
    with pytest.raises(Unreadable) as refusal:
        CODEC.open(query, body.encode())
    assert refusal.value.reason == reason


# The other modes


def test_compat_mode_reads_the_encrypted_part_where_there_is_one():
    query, body = push(text_xml("signed"))
    both = body.replace(b"</xml>", text_xml("not signed").encode().removeprefix(b"<xml>"))
    both = both.replace(f"<ToUserName><![CDATA[{ORIGINAL_ID}]]></ToUserName>".encode(), b"", 1)
    opened = codec(mode="compat").open(query, both)
    assert isinstance(opened.message, Text)
    assert (opened.message.content, opened.encrypted) == ("signed", True)


@pytest.mark.parametrize("mode", ["compat", "plaintext"])
def test_plaintext_where_it_is_allowed(mode):
    chat = codec(mode=mode)
    opened = chat.open(plain_query(), text_xml("好").encode())
    assert isinstance(opened.message, Text)
    assert (opened.message.content, opened.encrypted) == ("好", False)
    assert chat.seal("<xml/>", opened) == b"<xml/>"
    with pytest.raises(Forged, match="signature"):
        chat.open({**plain_query(), "signature": "0" * 40}, text_xml().encode())
    with pytest.raises(Forged, match="receiver"):
        chat.open(plain_query(), text_xml().replace(ORIGINAL_ID, "gh_ffffffffffff").encode())


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"token": ""}, id="no token: anybody could sign"),
        pytest.param({"app_id": ""}, id="no app id"),
        pytest.param({"original_id": ""}, id="no original id"),
        pytest.param({"aes_key": ""}, id="no key in safe mode"),
        pytest.param({"aes_key": "", "mode": "compat"}, id="no key in compat mode"),
        pytest.param({"aes_key": KEY[:-1]}, id="a short key"),
        pytest.param({"aes_key": "!" * 43}, id="a key that is not base64"),
        pytest.param({"previous_aes_key": KEY + "A"}, id="a long previous key"),
    ],
)
def test_settings_that_protect_nothing(settings):
    with pytest.raises(ValueError):
        codec(**settings)


# Whatever comes


@given(
    st.dictionaries(
        st.sampled_from(["signature", "msg_signature", "timestamp", "nonce", "encrypt_type", "echostr"]),
        st.text(st.characters()) | st.just(str(NOW)) | st.sampled_from(["aes", "raw"]),
    ),
    st.binary(max_size=400) | st.text().map(lambda inner: f"<xml>{inner}</xml>".encode()),
)
def test_arbitrary_input_raises_only_bad_push(query, body):
    for attempt in (lambda: CODEC.open(query, body), lambda: CODEC.check_url(query)):
        with pytest.raises(BadPush):
            attempt()


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda inner: b"<xml>" + inner + b"</xml>"))
def test_arbitrary_plaintext_behind_a_good_signature_raises_only_bad_push(body):
    with pytest.raises(BadPush):
        codec(mode="plaintext", aes_key="").open(plain_query(), body)


@pytest.mark.parametrize("bit", [1, 0x20], ids=["lowest bit", "letter case"])
def test_any_changed_byte_of_the_body_is_refused(bit):
    query, body = push(text_xml())
    for at, byte in enumerate(body):
        with pytest.raises(BadPush):
            CODEC.open(query, body[:at] + bytes([byte ^ bit]) + body[at + 1 :])


@pytest.mark.parametrize("at", range(40))
def test_any_changed_digit_of_the_signature_is_refused(at):
    query, body = push(text_xml())
    signature = query["msg_signature"]
    digit = "0" if signature[at] != "0" else "1"
    with pytest.raises(Forged, match="signature"):
        CODEC.open({**query, "msg_signature": signature[:at] + digit + signature[at + 1 :]}, body)
