"""The chat of each citizen with the account, and the bond between the two."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sandbox import wall
from sandbox.state import Bond, Message, State
from sandbox.wechat import windows
from sandbox.wechat.replies import Content

OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"


def add(state: State, openid: str, content: Content) -> Message:
    """Write a line into the citizen's chat."""
    line = Message(
        len(state.messages) + 1,
        openid,
        content.sender,
        content.kind,
        content.text,
        wall.stamp(),
        content.extra,
    )
    return state.messages.put(line)


def lines(state: State, openid: str) -> Iterator[Message]:
    """One citizen's chat, oldest first."""
    return (message for message in state.messages if message.openid == openid)


def shown(message: Message) -> dict[str, Any]:
    """A line as the phone sees it."""
    seen = {
        "id": message.id,
        "from": message.sender,
        "kind": message.kind,
        "text": message.text,
        "at": message.at,
    }
    return seen | message.extra


def bond(state: State, openid: str) -> Bond:
    """The bond with a citizen; somebody new does not follow."""
    return state.bonds.get(openid) or Bond(openid)


def follow(state: State, openid: str) -> None:
    """From now on the citizen follows the account."""
    state.bonds.put(replace(bond(state, openid), follows=True))


def leave(state: State, openid: str) -> None:
    """The citizen stops following: every window closes, tags and switches go; consents to notices stay."""
    state.bonds.put(Bond(openid, consents=bond(state, openid).consents))


def mute(state: State, openid: str, *, muted: bool) -> None:
    """The citizen switches the account's messages off, or on again."""
    state.bonds.put(replace(bond(state, openid), muted=muted))


def open_window(state: State, openid: str, kind: str) -> None:
    """Something the citizen did lets the account write for a while."""
    state.bonds.put(windows.opened(bond(state, openid), kind, wall.seconds()))


def spend(state: State, openid: str) -> None:
    """Count one message of the account. Raises NotAllowed."""
    state.bonds.put(windows.spent(bond(state, openid), wall.seconds()))
