"""The platform's half of WeChat Pay v3, with `cryptography` alone: it verifies us, signs answers, seals notices."""

import base64
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

APP_ID, MERCHANT_ID = "wx0123456789abcdef", "1900000109"
CERTIFICATE_SERIAL = "444F4864EA9B34415"
PLATFORM_KEY_ID = "PUB_KEY_ID_0119000001092026"
APIV3_KEY = "0123456789abcdef0123456789abcdef"
NOTIFY_URL = "https://city.example/pay/notify"
NOW = 1_790_000_000


def sign(key: RSAPrivateKey, *lines: str) -> str:
    text = "".join(f"{line}\n" for line in lines)
    return base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()


def verify(key: RSAPrivateKey, signature: str, *lines: str) -> None:
    """Raises InvalidSignature."""
    text = "".join(f"{line}\n" for line in lines)
    key.public_key().verify(base64.b64decode(signature), text.encode(), PKCS1v15(), SHA256())


@dataclass
class Keys:
    """The merchant's and the platform's pair, and one that belongs to nobody."""

    merchant: RSAPrivateKey = field(default_factory=lambda: generate_private_key(65537, 2048))
    platform: RSAPrivateKey = field(default_factory=lambda: generate_private_key(65537, 2048))
    stranger: RSAPrivateKey = field(default_factory=lambda: generate_private_key(65537, 2048))

    @cached_property
    def merchant_pem(self) -> str:
        pem = self.merchant.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return pem.decode()

    @cached_property
    def platform_pem(self) -> str:
        pem = self.platform.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return pem.decode()


def signature_headers(key: RSAPrivateKey, body: str, timestamp: int = NOW) -> dict[str, str]:
    return {
        "Wechatpay-Serial": PLATFORM_KEY_ID,
        "Wechatpay-Timestamp": str(timestamp),
        "Wechatpay-Nonce": "c5ac7061fccab6bf3e254dcf98995b8c",
        "Wechatpay-Signature": sign(key, str(timestamp), "c5ac7061fccab6bf3e254dcf98995b8c", body),
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }


def sealed(content: object, key: str = APIV3_KEY) -> dict[str, str]:
    """The `resource` of a notification."""
    nonce, associated = "fdasflkja484", "transaction"
    text = json.dumps(content, ensure_ascii=False).encode()
    box = AESGCM(key.encode()).encrypt(nonce.encode(), text, associated.encode())
    return {
        "original_type": "transaction",
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(box).decode(),
        "associated_data": associated,
        "nonce": nonce,
    }


@dataclass
class Platform:
    """Verifies every call; answers what the test prepared, with headers the test may spoil."""

    keys: Keys
    status: int = 200
    answer: object = None
    spoil: Mapping[str, str] = field(default_factory=dict)
    calls: list[tuple[str, str, Any]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.text()
        self._verify(request, body)
        self.calls.append((request.method, request.raw_path, json.loads(body) if body else None))
        text = "" if self.answer is None else json.dumps(self.answer, ensure_ascii=False)
        headers = signature_headers(self.keys.platform, text) | dict(self.spoil)
        kind = "application/json" if text else "text/plain"
        return web.Response(status=self.status, text=text, headers=headers, content_type=kind)

    def _verify(self, request: web.Request, body: str) -> None:
        scheme, _, rest = request.headers["Authorization"].partition(" ")
        given = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        assert scheme == "WECHATPAY2-SHA256-RSA2048"
        assert (given["mchid"], given["serial_no"]) == (MERCHANT_ID, CERTIFICATE_SERIAL)
        assert abs(int(given["timestamp"]) - time.time()) < 60
        lines = (request.method, request.raw_path, given["timestamp"], given["nonce_str"], body)
        verify(self.keys.merchant, given["signature"], *lines)
        assert request.headers["Wechatpay-Serial"] == PLATFORM_KEY_ID
