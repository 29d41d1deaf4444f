"""Kinds of notice: which channels each takes, when it is still true, and what follows from its having been sent.

A kind is declared beside the act that queues it and listed in `bot/duties.py`. Parameters are kept by type, so that they are
formatted in the reader's language when they are sent; `moment` adds what is only known then (a last date, today's amount).
Delivery comes with many notices of a kind at once, so that a kind may look things up and write them in one statement.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import orjson

from models.base import trace
from models.base.db import Work
from models.base.money import Fen


class Channel(StrEnum):
    """Ways out. CHAT falls back to SMS where the kind says so."""

    SMS = "sms"
    CHAT = "chat"
    WALLET = "wallet"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Content:
    """What a notice says: `to` is a phone other than the person's own, `language` that of a reader who is in no register yet."""

    params: Mapping[str, Any]
    to: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A claimed outbox row. `key` is its idempotency key at the provider, `trace` what it came of. Its content is sealed until
    somebody asks for it: what is not sent is not opened, and what cannot be opened raises then."""

    id: int
    kind: str
    channel: Channel
    person_id: int | None
    subject: str
    content: Callable[[], Content] = field(repr=False)
    key: str
    attempts: int
    sent_before: bool
    created_at: datetime
    trace: str = ""

    @property
    def params(self) -> Mapping[str, Any]:
        return self.content().params

    @property
    def to(self) -> str:
        return self.content().to

    @property
    def language(self) -> str:
        return self.content().language


UNPACK: Mapping[str, Callable[[Any], Any]] = {"fen": Fen, "day": date.fromisoformat}

StillTrue = Callable[[Work, Sequence[Notice]], Awaitable[set[int]]]
Moment = Callable[[Work, Sequence[Notice]], Awaitable[Mapping[int, Mapping[str, Any]]]]
Hooks = Callable[[Work, Sequence[Notice]], Awaitable[None]]
Hook = Callable[[Work, Notice], Awaitable[None]]


async def always(work: Work, notices: Sequence[Notice]) -> set[int]:
    """For what stays true whatever happens: receipts, confirmations."""
    del work
    return {notice.id for notice in notices}


async def nothing_more(work: Work, notices: Sequence[Notice]) -> Mapping[int, Mapping[str, Any]]:
    """No parameter depends on the moment of sending."""
    del work
    return {notice.id: {} for notice in notices}


async def no_effects(work: Work, notices: Sequence[Notice]) -> None:
    """Their being sent changes nothing else."""
    del work, notices


async def no_effect(work: Work, notice: Notice) -> None:
    """Its having failed changes nothing else."""
    del work, notice


def each(hook: Hook) -> Hooks:
    """For what is done for one notice after the other, each of its own trace."""

    async def hooks(work: Work, notices: Sequence[Notice]) -> None:
        for notice in notices:
            with trace.bound(notice.trace):
                await hook(work, notice)

    return hooks


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice; `name` is also the name of its sentence in `locales/` (`sms.<name>`, `chat.<name>`).

    `still_true` and `moment` answer by the notices' ids; a notice of which `moment` says nothing cannot be written.
    """

    name: str
    channels: tuple[Channel, ...] = (Channel.SMS,)
    chat_else_sms: bool = False
    in_quiet_hours: bool = False
    still_true: StillTrue = always
    moment: Moment = nothing_more
    on_sent: Hooks = no_effects
    on_failed: Hook = no_effect


@dataclass(frozen=True)
class Kinds:
    """All kinds by name."""

    kinds: Iterable[Kind]
    by_name: Mapping[str, Kind] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {kind.name: kind for kind in self.kinds})

    def __getitem__(self, name: str) -> Kind:
        return self.by_name[name]


def pack(content: Content) -> str:
    """A content as JSON that remembers amounts and days."""
    packed = {name: _pack_one(value) for name, value in content.params.items()}
    return orjson.dumps({**packed, "to": content.to, "language": content.language}).decode()


def unpack(text: str) -> Content:
    """The content again, its parameters with their types. Raises ValueError or KeyError for what no release of ours wrote."""
    params = {name: _unpack_one(value) for name, value in orjson.loads(text).items()}
    return Content(to=params.pop("to", ""), language=params.pop("language", ""), params=params)


def _pack_one(value: Any) -> Any:
    if isinstance(value, Fen):
        return {"fen": int(value)}
    if isinstance(value, date) and not isinstance(value, datetime):
        return {"day": value.isoformat()}
    return value


def _unpack_one(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    return UNPACK[kind](inner)
