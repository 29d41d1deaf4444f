"""Signed JSON over HTTP, as docs/wires.md specifies it for the SIM register and the wallet."""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
from yarl import URL

from models.base.ports import GatewayDown, GatewayRefused

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

# 4xx answers that do not mean "never": 401 is our own secret or clock, which an operator mends (and
# nothing has happened then); 408 and 429 come from proxies on the way.
REPEATABLE = frozenset({401, 408, 429})


def secure_url(address: str) -> URL:
    """An HTTPS address, or HTTP on loopback. Raises ValueError for any other: personal data travels to it."""
    url = URL(address)
    if not url.host or (url.scheme != "https" and url.host not in LOOPBACK):
        raise ValueError("a gateway's address is HTTPS; plain HTTP is for loopback only")
    return url


def signature(secret: str, *, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """The hex value of `X-Shimin-Signature`; `path` is the path as sent, without host and query."""
    text = "\n".join((method, path, timestamp, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


class SignedHttp:
    """Calls to one system that shares a secret with us.

    `timeout` is seconds for a whole call; `wall` tells seconds since 1970.
    """

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        base_url: str,
        secret: str,
        timeout: float,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._session = session
        self._base = str(secure_url(base_url)).rstrip("/")
        self._secret = secret
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._wall = wall

    async def call(self, method: str, path: str, body: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The JSON object of a 200 answer. Raises GatewayRefused (4xx) and GatewayDown (everything else)."""
        url = URL(self._base + path)
        payload = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            async with self._session.request(
                method,
                url,
                data=payload,
                headers=self._headers(method, url.raw_path, payload),
                timeout=self._timeout,
                allow_redirects=False,  # personal data goes to the address that was configured or nowhere
            ) as response:
                return _read(response.status, await response.read())
        except TimeoutError as error:
            raise GatewayDown("timeout") from error
        except aiohttp.ClientError as error:
            raise GatewayDown("unreachable") from error

    def _headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        timestamp = str(int(self._wall()))
        nonce = secrets.token_hex(16)
        return {
            "Content-Type": "application/json; charset=utf-8",
            "X-Shimin-Timestamp": timestamp,
            "X-Shimin-Nonce": nonce,
            "X-Shimin-Signature": signature(
                self._secret, method=method, path=path, timestamp=timestamp, nonce=nonce, body=body
            ),
        }


def _read(status: int, body: bytes) -> dict[str, Any]:
    if 400 <= status < 500 and status not in REPEATABLE:
        raise GatewayRefused(_error_code(body) or f"http_{status}")
    if status != 200:
        raise GatewayDown(f"http_{status}")
    answer = _json_object(body)
    if answer is None:
        raise GatewayDown("unreadable")
    return answer


def _error_code(body: bytes) -> str:
    """The `code` of an error body. Its `message` is left out: it may repeat what we sent."""
    code = (_json_object(body) or {}).get("code")
    return code if isinstance(code, str) else ""


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
