"""What WeChat pushes to the account's service: 5 seconds for a reply, three retries, one MsgId."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from typing import Any

from aiohttp import ClientError, ClientTimeout
from lxml import etree
from yarl import URL

from sandbox import wall
from sandbox.faults import Fault
from sandbox.wechat.envelope import BadReply, fresh_nonce, to_xml
from sandbox.world import World

log = logging.getLogger(__name__)


class NoReply(Exception):
    """The service gave no valid answer to any try."""


def message_xml(world: World, openid: str, kind: str, fields: Mapping[str, Any]) -> str:
    """The XML of a message or event from this citizen. Raises ValueError for text that XML cannot carry."""
    common = {
        "ToUserName": world.config.wechat.original_id,
        "FromUserName": openid,
        "CreateTime": int(wall.seconds()),
        "MsgType": kind,
    }
    named = (
        {} if kind == "event" else {"MsgId": 10**18 + secrets.randbelow(10**18)}
    )  # beyond 2**53, as WeChat's are
    return to_xml({**common, **fields, **named})


async def push(world: World, openid: str, xml: str, fault: Fault) -> etree._Element | None:
    """Push until the service answers; returns its decrypted reply, None for "success". Raises NoReply."""
    if fault.what == "late":
        await asyncio.sleep(fault.seconds)
    for number in range(world.timing.push_tries):
        try:
            reply = await _try(world, openid, xml, spoiled=fault.what == "fail" and number == 0)
        except BadReply as error:
            log.warning("push %d of %d: %s", number + 1, world.timing.push_tries, error)
            continue
        return await _again(world, openid, xml, reply) if fault.what in ("drop", "repeat") else reply
    raise NoReply


async def _again(world: World, openid: str, xml: str, first: etree._Element | None) -> etree._Element | None:
    """The same message once more. The reply to it counts; when there is none, the first one does."""
    try:
        return await _try(world, openid, xml, spoiled=False)
    except BadReply:
        return first


async def _try(world: World, openid: str, xml: str, *, spoiled: bool) -> etree._Element | None:
    """One push. Raises BadReply, also when nothing comes back in time."""
    body, query = world.envelope.seal(xml, str(int(wall.seconds())), fresh_nonce())
    if spoiled:
        query["msg_signature"] = "0" * 40
    try:
        answer = await _post(world, query | {"openid": openid}, body)
    except (ClientError, TimeoutError) as error:
        raise BadReply(f"no answer: {type(error).__name__}") from error
    return None if answer in (b"", b"success") else world.envelope.open(answer)


async def _post(world: World, query: dict[str, str], body: bytes) -> bytes:
    url = URL(world.config.wechat.push_url).update_query(query)
    wait = ClientTimeout(total=world.timing.push_wait)
    async with world.http.post(
        url, data=body, headers={"Content-Type": "text/xml"}, timeout=wait
    ) as response:
        if response.status != 200:
            raise BadReply(f"HTTP {response.status}")
        return (await response.read()).strip()
