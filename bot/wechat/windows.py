"""When the account may write to a citizen of its own accord (customer-service messages), as WeChat's page on them has it.

Kept in Ephemeral, so it may be lost, and another process may know better: what is not known for certain is "yes, try", and
WeChat has the last word. A record of a message or a follow makes it certain; a click alone does not, for the message of
yesterday that opened 48 hours may be what was lost.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

import structlog

from bot.wechat.errcodes import Recipient
from models.base.clock import Wall
from models.base.ephemeral import Ephemeral

HOURS_48 = 48 * 3600.0
REMEMBERED = 24 * 3600.0  # seconds for which a window that has closed is still known to be closed
MARK_SECONDS = 6 * 3600.0  # for which WeChat's refusal is believed without asking again
log = structlog.get_logger()


class Act(StrEnum):
    """What a citizen does that lets us write. TAP is an answer to a msgmenu."""

    MESSAGE = "message"
    CLICK = "click"
    FOLLOW = "follow"
    SCAN = "scan"
    TAP = "tap"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many messages (None: any number) within so many seconds."""

    seconds: float
    messages: int | None


ALLOWANCES = {
    Act.MESSAGE: Allowance(HOURS_48, 5),
    Act.CLICK: Allowance(60.0, 3),
    Act.FOLLOW: Allowance(60.0, 3),
    Act.SCAN: Allowance(60.0, 3),
    Act.TAP: Allowance(60.0, 3),
    Act.PAYMENT: Allowance(HOURS_48, None),
}
CERTAIN = {Act.MESSAGE, Act.FOLLOW}


@dataclass(frozen=True, slots=True)
class _Window:
    act: Act
    ends: float  # seconds since 1970
    used: int

    @property
    def worth(self) -> tuple[bool, float]:
        """What is used first: an unlimited window, then the one that ends soonest."""
        return ALLOWANCES[self.act].messages is not None, self.ends

    def usable(self, now: float) -> bool:
        """Open, and not used up."""
        limit = ALLOWANCES[self.act].messages
        return self.ends > now and (limit is None or self.used < limit)


class Windows:
    """The windows of all citizens. Never raises: a cache that is away is a state that is not known.

    `WeChatPush` asks before it sends, and tells what was sent, what WeChat refused, and what it `heard` that citizens did: of
    messages, follows and the like from the webhook, of payments from whoever books them.
    """

    def __init__(self, ephemeral: Ephemeral, wall: Wall) -> None:
        self._ephemeral = ephemeral
        self._wall = wall

    async def opened(self, openid: str, act: Act) -> None:
        """The citizen did this just now: its window begins anew, and what WeChat refused before is tried again."""
        seconds = ALLOWANCES[act].seconds
        with _tolerant():
            await self._ephemeral.delete(_used(openid, act))
            ends = str(self._now() + seconds).encode()
            await self._ephemeral.put(_window(openid, act), ends, seconds + REMEMBERED)
            # Somebody who pays by code need not follow: paying opens a window and proves no more.
            if act is not Act.PAYMENT or await self._mark(openid) is Recipient.WINDOW_CLOSED:
                await self._ephemeral.delete(_state(openid))

    async def may_send(self, openid: str) -> bool:
        """Is a message to be tried?"""
        return await self.obstacle(openid) is None

    async def obstacle(self, openid: str) -> Recipient | None:
        """Why a message would certainly be refused; None where nothing is known against it."""
        try:
            return await self._mark(openid) or await self._closed(openid)
        except Exception as problem:
            _not_known(problem)
            return None

    async def sent(self, openid: str) -> None:
        """One message went out: it counts against the window that is worth least."""
        with _tolerant():
            usable = [each for each in await self._windows(openid) if each.usable(self._now())]
            if usable:
                act = min(usable, key=lambda each: each.worth).act
                await self._ephemeral.count(_used(openid, act), ALLOWANCES[act].seconds + REMEMBERED)

    async def refused(self, openid: str, state: Recipient) -> None:
        """WeChat said so; believed for a while, or until the citizen does something."""
        with _tolerant():
            await self._ephemeral.put(_state(openid), state.encode(), MARK_SECONDS)

    async def _mark(self, openid: str) -> Recipient | None:
        mark = await self._ephemeral.get(_state(openid))
        return Recipient(mark.decode()) if mark else None

    async def _closed(self, openid: str) -> Recipient | None:
        windows = await self._windows(openid)
        certain = any(window.act in CERTAIN for window in windows)
        usable = any(window.usable(self._now()) for window in windows)
        return Recipient.WINDOW_CLOSED if certain and not usable else None

    async def _windows(self, openid: str) -> list[_Window]:
        """Those on record, closed ones too."""
        found = []
        for act in Act:
            if ends := await self._ephemeral.get(_window(openid, act)):
                used = await self._ephemeral.get(_used(openid, act))
                found.append(_Window(act, float(ends), int(used or 0)))
        return found

    def _now(self) -> float:
        return self._wall.now().timestamp()


def _window(openid: str, act: Act) -> str:
    return f"window:{openid}:{act}"


def _used(openid: str, act: Act) -> str:
    return f"window:{openid}:{act}:used"


def _state(openid: str) -> str:
    return f"recipient:{openid}"


@contextmanager
def _tolerant() -> Iterator[None]:
    try:
        yield
    except Exception as problem:  # whatever a cache raises
        _not_known(problem)


def _not_known(problem: Exception) -> None:
    log.warning("windows_not_known", problem=type(problem).__name__)
