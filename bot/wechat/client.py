"""The official account API over aiohttp.

`Api` is one HTTP call and its errors; `WeChatClient` adds the access token and lends wechatpy's API modules, which build
the bodies: `await client.message.send_text(openid, text)`, `client.menu.create(...)`, `client.qrcode.create(...)`.

Errors, all of them GatewayErrors:
    GatewayDown    not reached: nothing has happened
    |- NoAnswer    it may or may not have happened
    ApiError       HTTP 200 with an errcode, which is an error
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import structlog
from wechatpy.client.api import WeChatMenu, WeChatMessage, WeChatQRCode
from wechatpy.client.base import BaseWeChatClient

from bot.wechat.errcodes import look_up
from bot.wechat.tokens import TokenSource
from models.base.ports import GatewayDown, GatewayError

HOST = "https://api.weixin.qq.com"
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


class Api:
    """Calls to the API host. `timeout` is seconds for a whole call, half of it for connecting."""

    def __init__(self, session: aiohttp.ClientSession, *, base_url: str = HOST, timeout: float = 5.0) -> None:
        self._session = session
        self._base = base_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=timeout / 2)

    async def call(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: Json | None = None
    ) -> Json:
        """The JSON object of the answer. Raises GatewayDown, NoAnswer, ApiError; none of them shows the URL, which holds secrets."""
        # Raw UTF-8: WeChat answers 40033 to \u escapes. No redirects: the secrets in the query would go along.
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        try:
            async with self._session.request(
                method,
                self._base + path,
                params=params,
                data=data,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                return _read(response.status, await response.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise GatewayDown("unreachable") from error
        except TimeoutError as error:
            raise NoAnswer("timeout") from error
        except aiohttp.ClientError as error:
            raise NoAnswer("connection lost") from error


async def stable_token(api: Api, *, app_id: str, secret: str) -> tuple[str, float]:
    """An access token and the seconds it lives. Normal mode: `force_refresh` would kill the token others are using."""
    body = {"grant_type": "client_credential", "appid": app_id, "secret": secret, "force_refresh": False}
    answer = await api.call("POST", "/cgi-bin/stable_token", body=body)
    token, lifetime = answer.get("access_token"), answer.get("expires_in")
    if not (isinstance(token, str) and token and isinstance(lifetime, int)):
        raise NoAnswer("no token in the answer")
    return token, float(lifetime)


class WeChatClient(BaseWeChatClient):  # type: ignore[misc]  # wechatpy has no types
    """wechatpy's client with another engine: its modules return what `_request` returns, so here they return awaitables."""

    message = WeChatMessage()
    menu = WeChatMenu()
    qrcode = WeChatQRCode()

    def __init__(self, api: Api, tokens: TokenSource) -> None:
        # BaseWeChatClient.__init__ is left out: all it makes is a blocking HTTP session and a token store of its own.
        self._api = api
        self._tokens = tokens

    async def _request(
        self,
        method: str,
        url_or_endpoint: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Json | None = None,
        result_processor: Callable[[Json], Any] | None = None,
    ) -> Any:
        """One call below `/cgi-bin/`. A refused token is renewed once and the call repeated once. Raises as `Api.call`."""

        async def call(token: str) -> Json:
            query = {**(params or {}), "access_token": token}
            return await self._api.call(method, f"/cgi-bin/{url_or_endpoint}", params=query, body=data)

        token = await self._tokens.get()
        try:
            answer = await call(token)
        except ApiError as error:
            if not error.entry.token_expired:
                raise
            answer = await call(await self._tokens.renew(token))
        return result_processor(answer) if result_processor else answer


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
