"""Encrypted pushes as WeChat sends them, made before the clock starts. The signature and the cipher are written out here, apart from
the service's codec, so that a mistake in one is not hidden by the other."""

import base64
import hashlib
import os
import struct
import time

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TOKEN, APP_ID, ORIGINAL_ID = "benchmark", "wxbenchmark0000001", "gh_shimin"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA"
KEY = base64.b64decode(AES_KEY + "=")
TEXT = (
    "<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
    "<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>"
    "<MsgId>{msg_id}</MsgId></xml>"
)


def encrypt(message: bytes) -> str:
    """16 random bytes, length, message, app id; padded to blocks of 32."""
    plain = os.urandom(16) + struct.pack(">I", len(message)) + message + APP_ID.encode()
    pad = 32 - len(plain) % 32
    encryptor = Cipher(algorithms.AES(KEY), modes.CBC(KEY[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def sign(*parts: str) -> str:
    """SHA-1 of the sorted parts."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def push(openid: str, text: str, number: int) -> bytes:
    """A whole HTTP request."""
    now = int(time.time())
    fields = {
        "to": ORIGINAL_ID,
        "openid": openid,
        "now": now,
        "text": text,
        "msg_id": 23000000000000000 + number,
    }
    sealed = encrypt(TEXT.format(**fields).encode())
    nonce = f"{number:012d}"
    query = (
        f"signature={sign(TOKEN, str(now), nonce)}&timestamp={now}&nonce={nonce}&openid={openid}"
        f"&encrypt_type=aes&msg_signature={sign(TOKEN, str(now), nonce, sealed)}"
    )
    body = f"<xml><ToUserName><![CDATA[{ORIGINAL_ID}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    head = (
        f"POST /wechat?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()
