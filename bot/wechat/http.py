"""One HTTP call to the official account API, and its errors.

Errors, all of them GatewayErrors:
    GatewayDown    not reached: nothing has happened
    |- NoAnswer    it may or may not have happened
    ApiError       HTTP 200 with an errcode, which is an error
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import aiohttp
import structlog

from bot.wechat.errcodes import look_up
from models.base.ports import GatewayDown, GatewayError

HOST = "https://api.weixin.qq.com"
CHUNK = 64 * 1024
MAX_ANSWER = 4 * 1024 * 1024  # bytes of JSON; the longest list of 10,000 openids is well below
Json = dict[str, Any]
_log = structlog.get_logger(__name__)


class NoAnswer(GatewayDown):
    """The call went out and no answer that can be read came back: it may have been carried out."""


class ApiError(GatewayError):
    """WeChat answered with an errcode. `entry` says what that means; WeChat's own errmsg is left out, it may quote us."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.entry = look_up(code)
        super().__init__(f"{code} {self.entry.meaning}")


class TooLarge(GatewayError):
    """More bytes than asked for; the rest was not read."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it goes over the wire; `name` is ASCII: WeChat does not read RFC 5987's `filename*`."""

    name: str
    content_type: str
    content: bytes


class Api:
    """Calls to the API host. `timeout` is seconds for a whole call that asks for no longer, half of it for connecting."""

    def __init__(self, session: aiohttp.ClientSession, *, base_url: str = HOST, timeout: float = 5.0) -> None:
        self._session = session
        self._base = base_url.rstrip("/")
        self._timeout = timeout

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Json | None = None,
        files: Mapping[str, File] | None = None,
        timeout: float | None = None,
    ) -> Json:
        """The JSON object of the answer. Raises GatewayDown, NoAnswer, ApiError; none of them shows the URL, which holds secrets."""
        data = _form(files) if files else _json(body)
        async with self._answer(method, path, params, data, timeout) as response:
            return _read(response.status, await _limited(response, MAX_ANSWER))

    async def fetch(
        self, path: str, *, params: Mapping[str, str], limit: int, timeout: float | None = None
    ) -> File | Json:
        """A file of at most `limit` bytes; the JSON object where WeChat answers with one. Raises as `call`, and TooLarge."""
        async with self._answer("GET", path, params, None, timeout) as response:
            disposition = response.content_disposition
            if response.status != 200 or disposition is None:
                return _read(response.status, await _limited(response, MAX_ANSWER))
            content = await _limited(response, limit)
            return File(PurePath(disposition.filename or "").name, response.content_type, content)

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        data: bytes | aiohttp.FormData | None,
        timeout: float | None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        try:
            async with self._session.request(
                method,
                self._base + path,
                params=params,
                data=data,
                timeout=aiohttp.ClientTimeout(total=timeout or self._timeout, connect=self._timeout / 2),
                allow_redirects=False,  # the secrets in the query would go along
            ) as response:
                yield response
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise GatewayDown("unreachable") from error
        except TimeoutError as error:
            raise NoAnswer("timeout") from error
        except aiohttp.ClientError as error:
            raise NoAnswer("connection lost") from error


def _json(body: Json | None) -> bytes | None:
    """Raw UTF-8: WeChat answers 40033 to \\u escapes."""
    return None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _form(files: Mapping[str, File]) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for field, file in files.items():
        form.add_field(field, file.content, filename=file.name, content_type=file.content_type)
    return form


async def _limited(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body, read no further than `limit` bytes, whatever its headers claim. Raises TooLarge."""
    content = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        content += chunk
        if len(content) > limit:
            raise TooLarge(f"more than {limit} bytes")
    return bytes(content)


def _read(status: int, body: bytes) -> Json:
    if status != 200:
        raise NoAnswer(f"http_{status}")
    try:
        # Not strict: WeChat has been seen to put raw control characters into strings.
        answer = json.loads(body.decode("utf-8", "replace"), strict=False)
        code = int(answer.get("errcode", 0))
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise NoAnswer("unreadable") from None
    if code:
        error = ApiError(code)
        if error.entry.ours:
            _log.warning("wechat_refused", code=code, meaning=error.entry.meaning)
        raise error
    return answer  # type: ignore[no-any-return]  # an object: it had .get
