"""The receiver's half of the signing in docs/wires.md, written from that page and not from our code."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SECRET = "a secret shared by two"
NOW = 1_790_000_000


@dataclass
class Receiver:
    """Checks every call, keeps what it was told, and answers what the test prepared."""

    status: int = 200
    answer: Any = None
    calls: list[tuple[str, str, bytes]] = field(default_factory=list)
    nonces: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        assert_signed(request, body)
        self.nonces.append(request.headers["X-Shimin-Nonce"])
        self.calls.append((request.method, request.raw_path, body))
        if isinstance(self.answer, bytes):
            return web.Response(status=self.status, body=self.answer)
        return web.json_response(self.answer, status=self.status)


def assert_signed(request: web.Request, body: bytes) -> None:
    timestamp, nonce = request.headers["X-Shimin-Timestamp"], request.headers["X-Shimin-Nonce"]
    assert timestamp == str(NOW)
    assert re.fullmatch("[0-9A-Za-z]{16,64}", nonce)
    assert request.query_string == ""
    digest = hashlib.sha256(body).hexdigest()
    text = f"{request.method}\n{request.raw_path}\n{timestamp}\n{nonce}\n{digest}".encode()
    expected = hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()
    assert request.headers["X-Shimin-Signature"] == expected
