"""Pushes as WeChat would make them: encrypted and signed by wechatpy, not by the code under test."""

import hashlib
import re

from wechatpy.crypto import WeChatCrypto

from bot.wechat import registry
from bot.wechat.codec import Codec
from bot.wechat.messages import IncomingMessage
from bot.wechat.xml import parse

TOKEN = "AAAAA"
APP_ID = "wx0123456789abcdef"
ORIGINAL_ID = "gh_0123456789ab"
OPENID = "oABCDEFGHIJKLMNOPQRSTUVWXYZ1"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
PREVIOUS_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
NOW = 1714037059


def codec(**changes) -> Codec:
    settings = {
        "token": TOKEN,
        "app_id": APP_ID,
        "original_id": ORIGINAL_ID,
        "aes_key": KEY,
        "wall": lambda: float(NOW),
    }
    return Codec(**{**settings, **changes})


def xml(inner: str, *, to: str = ORIGINAL_ID, openid: str = OPENID) -> str:
    """A message with the common fields and `inner`."""
    return (
        f"<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{NOW}</CreateTime>{inner}</xml>"
    )


def read(inner: str) -> IncomingMessage:
    """What the service reads in a decrypted message with `inner`."""
    return registry.read(parse(xml(inner).encode()))


def text_xml(content: str = "罚单 粤T12345") -> str:
    cdata = content.replace("]]>", "]]]]><![CDATA[>")
    return xml(
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{cdata}]]></Content><MsgId>23456789012345678</MsgId>"
    )


def plain_query(*, timestamp: int | str = NOW, nonce: str = "486452656") -> dict[str, str]:
    signed = "".join(sorted([TOKEN, str(timestamp), nonce]))
    return {
        "signature": hashlib.sha1(signed.encode()).hexdigest(),
        "timestamp": str(timestamp),
        "nonce": nonce,
        "openid": OPENID,
    }


def push(
    message: str,
    *,
    key: str = KEY,
    app_id: str = APP_ID,
    to: str = ORIGINAL_ID,
    timestamp: int = NOW,
    nonce: str = "486452656",
    token: str = TOKEN,
) -> tuple[dict[str, str], bytes]:
    """The query and the body of a safe-mode push."""
    query = plain_query(timestamp=timestamp, nonce=nonce)
    sealed = WeChatCrypto(token, key, app_id).encrypt_message(message, query["nonce"], str(timestamp))
    encrypt, signature = re.findall(r"<(?:Encrypt|MsgSignature)><!\[CDATA\[(.*?)\]\]>", sealed)
    body = f"<xml><ToUserName><![CDATA[{to}]]></ToUserName><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>"
    return {**query, "encrypt_type": "aes", "msg_signature": signature}, body.encode()
