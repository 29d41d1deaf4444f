"""Signatures and AES of the WeChat webhook: is it WeChat, is it for us, what does it say; and the way back.

Rules from WeChat's "message encryption" pages. Safe mode signs the ciphertext (`msg_signature`); the plaintext signature
covers no byte of the body, so whoever has seen one URL can forge any citizen: production runs in safe mode.
Property-tested against wechatpy, which does the same with other code.
"""

import base64
import binascii
import hashlib
import hmac
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.wechat import registry, xml
from bot.wechat.errors import BadPush, Forged, Unreadable
from bot.wechat.messages import IncomingMessage

__all__ = ["BadPush", "Codec", "Forged", "Mode", "Opened", "Unreadable"]

Mode = Literal["safe", "compat", "plaintext"]
WINDOW = 300  # seconds a timestamp may be away from our clock; our own rule, WeChat has none
BLOCK = 32  # bytes; WeChat pads to this, twice the block of AES


@dataclass(frozen=True, slots=True)
class Opened:
    """A push that is WeChat's and for us.

    `timestamp` and `nonce` are the query's; `key` is the number of the key that fitted (0 current, 1 previous).
    """

    message: IncomingMessage
    nonce: str
    timestamp: int
    key: int
    encrypted: bool


class Codec:
    """Opens pushes to one account and seals replies.

    `aes_key` is the EncodingAESKey (43 characters), `previous_aes_key` the one before it, still honoured while WeChat changes over;
    `original_id` is the account's `gh_...`; `wall` tells seconds since 1970. Raises ValueError for settings that protect nothing.
    """

    def __init__(
        self,
        *,
        token: str,
        app_id: str,
        original_id: str,
        aes_key: str,
        previous_aes_key: str = "",
        mode: Mode = "safe",
        wall: Callable[[], float] = time.time,
    ) -> None:
        if not (token and app_id and original_id):
            raise ValueError("token, app id and original id must be set")
        self._token = token.encode()
        self._app_id = app_id.encode()
        self._original_id = original_id
        self._keys = [_Key(key) for key in (aes_key, previous_aes_key) if key]
        if not self._keys and mode != "plaintext":
            raise ValueError(f"{mode} mode needs an EncodingAESKey")
        self._mode = mode
        self._wall = wall

    def check_url(self, query: Mapping[str, str]) -> str:
        """The `echostr` to answer a GET with, verbatim. Raises Forged."""
        self._check_time(query)
        self._check_signature(query, "signature")
        return _required(query, "echostr")

    def open(self, query: Mapping[str, str], body: bytes) -> Opened:
        """Verify, decrypt and read one push. Raises Forged or Unreadable, and nothing else, for any input."""
        timestamp = self._check_time(query)
        encrypted = self._is_encrypted(query)
        fields, key = xml.parse(body), 0
        if encrypted:
            sealed = xml.text(fields, "Encrypt")
            self._check_signature(query, "msg_signature", sealed)
            self._check_receiver(xml.text(fields, "ToUserName"))
            inner, key = self._decrypt(sealed)
            fields = xml.parse(inner)
        else:
            self._check_signature(query, "signature")
        message = registry.read(fields)
        self._check_receiver(message.to)
        return Opened(message, query["nonce"], timestamp, key, encrypted)

    def seal(self, reply: str | bytes, opened: Opened) -> bytes:
        """The reply as this push wants it: plain, or encrypted with the key that opened it and signed afresh."""
        plain = reply.encode() if isinstance(reply, str) else reply
        if not opened.encrypted:
            return plain
        random = os.urandom(16 + 8)  # one call for both: it costs as much as the encryption
        sealed = self._keys[opened.key].encrypt(random[:16], plain, self._app_id)
        timestamp, nonce = str(int(self._wall())), random[16:].hex()
        return (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{self._sign(timestamp, nonce, sealed)}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        ).encode()

    def _is_encrypted(self, query: Mapping[str, str]) -> bool:
        """No `encrypt_type`, or `raw`, is plaintext; compat mode takes what comes."""
        plain = query.get("encrypt_type", "raw") in {"", "raw"}
        if plain and self._mode == "safe":
            raise Forged("plaintext")
        return not plain and self._mode != "plaintext"

    def _check_time(self, query: Mapping[str, str]) -> int:
        stamp = _required(query, "timestamp")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 10):
            raise Forged("timestamp")
        if abs(self._wall() - int(stamp)) > WINDOW:
            raise Forged("time window")
        return int(stamp)

    def _check_signature(self, query: Mapping[str, str], name: str, *sealed: str) -> None:
        given = _required(query, name)
        expected = self._sign(_required(query, "timestamp"), _required(query, "nonce"), *sealed)
        if not hmac.compare_digest(_bytes(given), expected.encode()):
            raise Forged("signature")

    def _sign(self, *parts: str) -> str:
        """Hex SHA-1 of the token and the parts, sorted and run together. WeChat prescribes the hash."""
        signed = b"".join(sorted([self._token, *map(_bytes, parts)]))
        return hashlib.sha1(signed, usedforsecurity=False).hexdigest()

    def _check_receiver(self, original_id: str) -> None:
        if original_id != self._original_id:
            raise Forged("receiver")

    def _decrypt(self, sealed: str) -> tuple[bytes, int]:
        """The message and the number of the key that fits; a key fits when the app id inside is ours."""
        try:
            ciphertext = binascii.a2b_base64(_bytes(sealed), strict_mode=True)
        except binascii.Error:
            raise Unreadable("base64") from None
        if not ciphertext or len(ciphertext) % BLOCK:
            raise Unreadable("length")
        for number, key in enumerate(self._keys):
            plain, app_id = key.decrypt(ciphertext)
            if app_id == self._app_id:
                return plain, number
        raise Forged("key or app id")


class _Key:
    """One EncodingAESKey. The Cipher object is kept: building it costs as much as decrypting a message."""

    def __init__(self, encoding_aes_key: str) -> None:
        key = base64.b64decode(encoding_aes_key + "=")
        if len(encoding_aes_key) != 43 or len(key) != 32:
            raise ValueError("an EncodingAESKey is 43 characters of base64")
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def encrypt(self, random: bytes, message: bytes, app_id: bytes) -> str:
        """Base64 of: 16 `random` bytes, the message's length (4 bytes, big-endian), the message, the app id, padding."""
        encryptor = self._cipher.encryptor()
        frame = random + len(message).to_bytes(4, "big") + message + app_id
        padding = BLOCK - len(frame) % BLOCK
        padded = frame + bytes([padding]) * padding
        return binascii.b2a_base64(encryptor.update(padded) + encryptor.finalize(), newline=False).decode()

    def decrypt(self, ciphertext: bytes) -> tuple[bytes, bytes]:
        """The message and the app id; both empty when the padding is wrong (another key)."""
        decryptor = self._cipher.decryptor()
        padded = decryptor.update(ciphertext) + decryptor.finalize()
        padding = padded[-1]
        if not 1 <= padding <= BLOCK or not padded.endswith(bytes([padding]) * padding):
            return b"", b""
        end = 20 + int.from_bytes(padded[16:20], "big")
        return padded[20:end], padded[end:-padding]


def _required(query: Mapping[str, str], name: str) -> str:
    value = query.get(name)
    if not value:
        raise Forged(f"no {name}")
    return value


def _bytes(value: str) -> bytes:
    """UTF-8; a query can hold lone surrogates, which must fail the signature and not the program."""
    return value.encode("utf-8", "surrogatepass")
