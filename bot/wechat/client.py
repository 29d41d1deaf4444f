"""The official account API with its access token, over aiohttp.

`WeChatClient` lends wechatpy's API modules, which build the bodies: `await client.message.send_text(openid, text)`,
`client.menu.create(...)`, `client.qrcode.create(...)`, `client.tag.create(...)`, `client.media.upload(...)`. What those lack or
build in an old way is in files of its own: `custom`, `templates`, `mass`, `media`, `qr`, `jssdk`. The errors are those of `http`.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import aiohttp
from wechatpy.client.api import (
    WeChatJSAPI,
    WeChatMedia,
    WeChatMenu,
    WeChatMessage,
    WeChatQRCode,
    WeChatTag,
    WeChatTemplate,
)
from wechatpy.client.base import BaseWeChatClient

from bot.settings import WeChat
from bot.wechat.http import Api, ApiError, File, Json, NoAnswer
from bot.wechat.tokens import TokenSource
from models.base.ephemeral import Ephemeral

__all__ = ["Api", "ApiError", "NoAnswer", "WeChatClient", "connect", "stable_token"]

FILE_SECONDS = 30.0  # for a call that carries a file
Answer = TypeVar("Answer")


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

    jsapi = WeChatJSAPI()
    media = WeChatMedia()
    menu = WeChatMenu()
    message = WeChatMessage()
    qrcode = WeChatQRCode()
    tag = WeChatTag()
    template = WeChatTemplate()

    def __init__(self, api: Api, tokens: TokenSource) -> None:
        # BaseWeChatClient.__init__ is left out: all it makes is a blocking HTTP session and a token store of its own.
        self._api = api
        self._tokens = tokens

    async def token(self) -> str:
        """The access token in use, fetched if there is none. Raises as `Api.call`."""
        return await self._tokens.get()

    async def download(self, endpoint: str, *, params: Mapping[str, str], limit: int) -> File | Json:
        """A file below `/cgi-bin/`, at most `limit` bytes. Raises as `Api.fetch`."""

        async def fetch(query: Mapping[str, str]) -> File | Json:
            return await self._api.fetch(
                f"/cgi-bin/{endpoint}", params=query, limit=limit, timeout=FILE_SECONDS
            )

        return await self._with_token(fetch, params)

    async def _request(
        self,
        method: str,
        url_or_endpoint: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Json | None = None,
        files: Mapping[str, File] | None = None,
        result_processor: Callable[[Json], Any] | None = None,
    ) -> Any:
        """One call below `/cgi-bin/`, or wherever a path with a leading slash says. Raises as `Api.call`."""
        path = url_or_endpoint if url_or_endpoint.startswith("/") else f"/cgi-bin/{url_or_endpoint}"

        async def call(query: Mapping[str, str]) -> Json:
            return await self._api.call(
                method,
                path,
                params=query,
                body=data,
                files=files,
                timeout=FILE_SECONDS if files else None,
            )

        answer = await self._with_token(call, params or {})
        try:
            return result_processor(answer) if result_processor else answer
        except (
            KeyError,
            TypeError,
        ):  # wechatpy's processors take what they want out of the answer, there or not
            raise NoAnswer("unreadable") from None

    async def _with_token(
        self, call: Callable[[Mapping[str, str]], Awaitable[Answer]], params: Mapping[str, str]
    ) -> Answer:
        """A refused token is renewed once and the call repeated once."""
        token = await self._tokens.get()
        try:
            return await call({**params, "access_token": token})
        except ApiError as error:
            if not error.entry.token_expired:
                raise
        return await call({**params, "access_token": await self._tokens.renew(token)})


def connect(session: aiohttp.ClientSession, account: WeChat, cache: Ephemeral) -> WeChatClient:
    """The client of one account, whose token is kept in `cache`."""
    api = Api(session, base_url=account.api_base)
    app_id, secret = account.app_id, account.app_secret.get_secret_value()
    tokens = TokenSource(
        app_id=app_id, cache=cache, fetch=lambda: stable_token(api, app_id=app_id, secret=secret)
    )
    return WeChatClient(api, tokens)
