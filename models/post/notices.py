"""Kinds of notice: which channels each takes, when it is still true, and what follows from its having been sent.

A kind is declared beside the act that queues it and listed in `bot/wiring.py`. Parameters are kept by type, so that they are
formatted in the reader's language when they are sent; `moment` adds what is only known then (a last date, today's amount).
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from models.base.db import Work
from models.base.money import Fen


class Channel(StrEnum):
    """Ways out. CHAT falls back to SMS where the kind says so."""

    SMS = "sms"
    CHAT = "chat"
    WALLET = "wallet"


@dataclass(frozen=True, slots=True)
class Notice:
    """A claimed outbox row. `key` is its idempotency key at the provider, `to` a phone other than the person's own, `language` one for a
    reader who is no person of the registers yet."""

    id: int
    kind: str
    channel: Channel
    person_id: int | None
    subject: str
    params: Mapping[str, Any]
    key: str
    attempts: int
    sent_before: bool
    created_at: datetime
    to: str = ""
    language: str = ""


UNPACK: Mapping[str, Callable[[Any], Any]] = {"fen": Fen, "day": date.fromisoformat}

StillTrue = Callable[[Work, Sequence[Notice]], Awaitable[set[int]]]
Moment = Callable[[Work, Notice], Awaitable[Mapping[str, Any]]]
Hook = Callable[[Work, Notice], Awaitable[None]]


async def always(work: Work, notices: Sequence[Notice]) -> set[int]:
    """For what stays true whatever happens: receipts, confirmations."""
    del work
    return {notice.id for notice in notices}


async def nothing_more(work: Work, notice: Notice) -> Mapping[str, Any]:
    """No parameter depends on the moment of sending."""
    del work, notice
    return {}


async def no_effect(work: Work, notice: Notice) -> None:
    """Being sent changes nothing else."""
    del work, notice


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice; `name` is also the name of its sentence in `locales/` (`sms.<name>`, `chat.<name>`)."""

    name: str
    channels: tuple[Channel, ...] = (Channel.SMS,)
    chat_else_sms: bool = False
    in_quiet_hours: bool = False
    still_true: StillTrue = always
    moment: Moment = nothing_more
    on_sent: Hook = no_effect
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


def pack(params: Mapping[str, Any]) -> str:
    """Parameters as JSON that remembers amounts and days."""
    return json.dumps({name: _pack_one(value) for name, value in params.items()}, ensure_ascii=False)


def unpack(text: str) -> dict[str, Any]:
    """Parameters again, with their types."""
    return {name: _unpack_one(value) for name, value in json.loads(text).items()}


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
