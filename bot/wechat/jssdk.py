"""The JS-SDK: what a page inside WeChat passes to `wx.config`."""

import secrets
from dataclasses import dataclass
from typing import Any

from bot.wechat.client import WeChatClient
from bot.wechat.http import NoAnswer
from bot.wechat.tokens import TokenSource
from models.base.clock import Wall
from models.base.ephemeral import Ephemeral


@dataclass(frozen=True, slots=True)
class JsSdk:
    """Signs pages of the account's JS domain. The ticket is kept and shared like the access token."""

    app_id: str
    client: WeChatClient
    tickets: TokenSource
    wall: Wall

    async def config(self, url: str) -> dict[str, Any]:
        """For the page at `url`, exactly as the browser has it; what follows `#` is not signed. Raises as `Api.call`."""
        nonce, timestamp = secrets.token_hex(8), int(self.wall.now().timestamp())
        ticket = await self.tickets.get()
        signed = self.client.jsapi.get_jsapi_signature(nonce, ticket, timestamp, url.partition("#")[0])
        return {"appId": self.app_id, "timestamp": timestamp, "nonceStr": nonce, "signature": signed}


def js_sdk(client: WeChatClient, *, app_id: str, cache: Ephemeral, wall: Wall) -> JsSdk:
    """The JS-SDK of one account."""
    tickets = TokenSource(app_id=app_id, cache=cache, fetch=lambda: _ticket(client), name="jsapi_ticket")
    return JsSdk(app_id, client, tickets, wall)


async def _ticket(client: WeChatClient) -> tuple[str, float]:
    answer = await client.jsapi.get_ticket()
    ticket, lifetime = answer.get("ticket"), answer.get("expires_in")
    if not (isinstance(ticket, str) and ticket and isinstance(lifetime, int)):
        raise NoAnswer("no ticket in the answer")
    return ticket, float(lifetime)
