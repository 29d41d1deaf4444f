"""The shape of an officer's act, and how its answers are written as JSON has them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from bot.officer_fields import Read
from models.base.clock import CITY_ZONE
from models.base.db import Work
from models.identity.staff import Member, Role

Fields = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """`on` is the plural under which its subject is found (`cases`); `fields` are read one by one, in this order; `do` is the act."""

    name: str
    on: str
    fields: Mapping[str, Read]
    do: Callable[[Work, Member, Any, Fields], Awaitable[Answer]]
    role: Role = Role.OFFICER
    optional: frozenset[str] = field(default_factory=frozenset)


def as_json(found: Any) -> Answer:
    """A dataclass as JSON has it: days and instants as text."""
    return {name: _plain(value) for name, value in asdict(found).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(CITY_ZONE).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value
