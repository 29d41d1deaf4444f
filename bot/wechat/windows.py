"""When the account may write to a citizen of its own accord (customer-service messages), as WeChat's page on them has it.

Kept in Ephemeral, so it may be lost, and another process may know better: what is not known for certain is "yes, try", and
WeChat has the last word. A record of a message or a follow makes it certain; a click alone does not, for the message of
yesterday that opened 48 hours may be what was lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import getrandbits

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
    serial: str
    used: int

    @property
    def worth(self) -> tuple[bool, float]:
        """What is used first: an unlimited window, then the one that ends soonest."""
        return ALLOWANCES[self.act].messages is not None, self.ends

    def usable(self, now: float) -> bool:
        """Open, and not used up."""
        limit = ALLOWANCES[self.act].messages
        return self.ends > now and (limit is None or self.used < limit)

    def takes_back(self, state: Recipient) -> bool:
        """Is such a refusal void once this was opened? Who pays by code need not follow: paying opens a window and proves no more."""
        return self.act is not Act.PAYMENT or state is Recipient.WINDOW_CLOSED


class Windows:
    """The windows of all citizens. Never raises: a cache that is away is a state that is not known.

    `WeChatPush` asks before it sends, and tells what was sent, what WeChat refused, and what it `heard` that citizens did: of
    messages, follows and the like from the webhook, of payments from whoever books them.

    Every message opens a window, hardly one is asked about: opening is one record, whose serial number makes what was counted and
    refused before it void.
    """

    def __init__(self, ephemeral: Ephemeral, wall: Wall) -> None:
        self._ephemeral = ephemeral
        self._wall = wall

    async def opened(self, openid: str, act: Act) -> None:
        """The citizen did this just now: its window begins anew, and what WeChat refused before is tried again."""
        seconds = ALLOWANCES[act].seconds
        with _tolerant:
            record = f"{self._now() + seconds} {getrandbits(48):x}"
            await self._ephemeral.put(_window(openid, act), record.encode(), seconds + REMEMBERED)

    async def may_send(self, openid: str) -> bool:
        """Is a message to be tried?"""
        return await self.obstacle(openid) is None

    async def obstacle(self, openid: str) -> Recipient | None:
        """Why a message would certainly be refused; None where nothing is known against it."""
        with _tolerant:
            windows = await self._windows(openid)
            return await self._mark(openid, windows) or self._closed(windows)
        return None

    async def sent(self, openid: str) -> None:
        """One message went out: it counts against the window that is worth least."""
        with _tolerant:
            usable = [each for each in await self._windows(openid) if each.usable(self._now())]
            if usable:
                least = min(usable, key=lambda each: each.worth)
                await self._ephemeral.count(_used(least.serial), ALLOWANCES[least.act].seconds + REMEMBERED)

    async def refused(self, openid: str, state: Recipient) -> None:
        """WeChat said so; believed for a while, or until the citizen does something."""
        with _tolerant:
            known = [window.serial for window in await self._windows(openid)]
            await self._ephemeral.put(_state(openid), " ".join([state, *known]).encode(), MARK_SECONDS)

    async def _mark(self, openid: str, windows: Sequence[_Window]) -> Recipient | None:
        """What WeChat refused, unless something was opened since."""
        mark = await self._ephemeral.get(_state(openid))
        if mark is None:
            return None
        name, *known = mark.decode().split()
        state = Recipient(name)
        fresh = (window for window in windows if window.serial not in known)
        return None if any(window.takes_back(state) for window in fresh) else state

    def _closed(self, windows: Sequence[_Window]) -> Recipient | None:
        certain = any(window.act in CERTAIN for window in windows)
        usable = any(window.usable(self._now()) for window in windows)
        return Recipient.WINDOW_CLOSED if certain and not usable else None

    async def _windows(self, openid: str) -> list[_Window]:
        """Those on record, closed ones too."""
        acts = list(Act)
        records = await self._ephemeral.get_many([_window(openid, act) for act in acts])
        known = [(act, *_read(record)) for act, record in zip(acts, records, strict=True) if record]
        if not known:
            return []
        used = await self._ephemeral.get_many([_used(serial) for _, _, serial in known])
        return [
            _Window(act, ends, serial, int(count or 0))
            for (act, ends, serial), count in zip(known, used, strict=True)
        ]

    def _now(self) -> float:
        return self._wall.now().timestamp()


def _read(record: bytes) -> tuple[float, str]:
    ends, serial = record.decode().split()
    return float(ends), serial


def _window(openid: str, act: Act) -> str:
    return f"window:{openid}:{act}"


def _used(serial: str) -> str:
    return f"window-used:{serial}"


def _state(openid: str) -> str:
    return f"recipient:{openid}"


class _Tolerant:
    """Whatever a cache raises is a state that is not known."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, at: object) -> bool:
        if kind is None or not issubclass(kind, Exception):
            return False
        log.warning("windows_not_known", problem=kind.__name__)
        return True


_tolerant = _Tolerant()
