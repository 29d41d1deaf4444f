"""What a citizen does in the chat, and what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from sandbox.residents import Resident
from sandbox.state import Message
from sandbox.wechat import chat, media, replies
from sandbox.wechat.envelope import BadReply
from sandbox.wechat.push import NoReply, message_xml, push
from sandbox.wechat.replies import Content
from sandbox.world import World

SAID = {
    "subscribe": "关注了公众号",
    "unsubscribe": "取消关注了公众号",
    "CLICK": "点击了菜单",
    "VIEW": "打开了菜单中的链接",
    "SCAN": "扫描了二维码",
    "subscribe_msg_popup_event": "回答了是否接收通知",
    "subscribe_msg_change_event": "取消了通知",
}
WINDOW_OF_EVENT = {
    "CLICK": "click",
    "scancode_push": "click",
    "scancode_waitmsg": "click",
    "SCAN": "scan",
    "subscribe": "follow",
}
FOLLOWERS_ONLY = frozenset(
    {
        *("unsubscribe", "CLICK", "VIEW", "view_miniprogram", "LOCATION", "location_select"),
        *("scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin"),
    }
)


class DoesNotFollow(Exception):
    """What only a follower of the account can do."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The passive replies the citizen saw, or what the chat showed instead of one."""

    replies: list[Message] = field(default_factory=list)
    error: str | None = None


async def say(world: World, citizen: Resident, text: str, menu_id: str | None = None) -> Outcome:
    """Write a text, or tap the item `menu_id` of a message's menu. Raises ValueError for text that XML cannot carry."""
    tapped = {} if menu_id is None else {"bizmsgmenuid": menu_id}
    return await send(world, citizen, "text", {"Content": text} | tapped)


async def send(world: World, citizen: Resident, kind: str, fields: Mapping[str, Any]) -> Outcome:
    """Send a message of any kind; who does not follow yet follows first, as one must to write."""
    xml = message_xml(world, citizen.openid, kind, fields)
    if not chat.bond(world.state, citizen.openid).follows:
        await act(world, citizen, "subscribe")
    text = str(fields.get("Content", ""))
    chat.add(world.state, citizen.openid, Content(kind, text, {"fields": dict(fields)}, "citizen"))
    chat.open_window(world.state, citizen.openid, "click" if "bizmsgmenuid" in fields else "message")
    return await _delivered(world, citizen, xml)


async def act(
    world: World, citizen: Resident, event: str, key: str = "", fields: Mapping[str, Any] | None = None
) -> Outcome:
    """Follow, leave, tap the menu, scan, or any other event with the fields of its XML.

    A scan by a stranger is a follow. Raises DoesNotFollow, ValueError for text that XML cannot carry.
    """
    openid = citizen.openid
    follows = chat.bond(world.state, openid).follows
    if event == "SCAN" and not follows:
        event, key = "subscribe", f"qrscene_{key}"
    if event in FOLLOWERS_ONLY and not follows:
        raise DoesNotFollow
    xml = message_xml(world, openid, "event", {"Event": event, "EventKey": key, **(fields or {})})
    line = Content("event", SAID.get(event, event), {"event": event, "key": key}, "citizen")
    chat.add(world.state, openid, line)
    _bind(world, openid, event)
    return await _delivered(world, citizen, xml)


def _bind(world: World, openid: str, event: str) -> None:
    """What the event does to the bond."""
    if event == "subscribe":
        chat.follow(world.state, openid)
    elif event == "unsubscribe":
        chat.leave(world.state, openid)
    if event in WINDOW_OF_EVENT:
        chat.open_window(world.state, openid, WINDOW_OF_EVENT[event])


async def _delivered(world: World, citizen: Resident, xml: str) -> Outcome:
    """Push, and show what came back."""
    try:
        reply = await push(world, citizen.openid, xml, world.faults.take("wechat_push"))
        content = None if reply is None else _read(world, citizen.openid, reply)
    except (NoReply, BadReply):
        chat.add(world.state, citizen.openid, Content("error", chat.OUT_OF_ORDER, sender="system"))
        return Outcome(error=chat.OUT_OF_ORDER)
    if content is None or not chat.bond(world.state, citizen.openid).follows:
        return Outcome()
    return Outcome([chat.add(world.state, citizen.openid, content)])


def _read(world: World, openid: str, reply: etree._Element) -> Content:
    """What the reply shows. Raises BadReply."""
    content = replies.read(reply, openid)
    if not media.is_there(world.state, content):
        raise BadReply("the reply's MediaId is not one of WeChat's")
    return content
