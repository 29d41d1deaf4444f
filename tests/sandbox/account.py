"""The account's service calling WeChat: wechatpy's own client, and bodies by hand where it has none or an old one."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp.test_utils import TestClient
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException
from yarl import URL

from sandbox.state import State
from sandbox.world import WORLD, World
from tests.sandbox.conftest import said
from tests.sandbox.service import APP_ID

ASK = {"grant_type": "client_credential", "appid": APP_ID, "secret": "app-secret"}


async def token(client: TestClient) -> Any:
    async with client.post("/cgi-bin/stable_token", json=ASK) as response:
        return (await response.json())["access_token"]


async def call(client: TestClient, path: str, body: dict | None = None, **query: Any) -> Any:
    """POST a body (GET without one) under /cgi-bin with a token; the JSON of the answer."""
    url = URL(f"/cgi-bin/{path}").with_query(access_token=await token(client), **query)
    raw = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    async with client.request("GET" if body is None else "POST", url, data=raw) as response:
        assert response.status == 200
        return await response.json()


async def wechatpys(client: TestClient, use: Callable[[WeChatClient], Any]) -> Any:
    """What wechatpy's client gets; of an errcode, the errcode."""
    wechat = WeChatClient(APP_ID, "app-secret", await token(client))
    wechat.API_BASE_URL = str(client.make_url("/cgi-bin/"))
    try:
        return await asyncio.to_thread(use, wechat)
    except WeChatClientException as refused:
        return refused.errcode
    finally:
        wechat._http.close()


def state_of(client: TestClient) -> State:
    """What the sandbox remembers: for what time has to have passed over."""
    world: World = client.server.app[WORLD]  # type: ignore[attr-defined]
    return world.state


async def follow(client: TestClient, *slugs: str) -> None:
    for slug in slugs:
        await said(client, "event", **{"as": slug, "event": "subscribe"})
