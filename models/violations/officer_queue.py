"""All that waits for a person, in one list: matters of the desk, fines without a figure, owners who are silent, and what was announced.

Nearest legal deadline first. A page goes on behind the last entry of the one before (its `place`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, Select, String, cast, func, literal, select, tuple_, union_all

from models.base.db import Work
from models.base.errors import BadInput
from models.post.desk import tickets
from models.violations import rules, silent_owners
from models.violations.silent_owners import Silence
from models.violations.tables import cases, silences

FIRST = date(2000, 1, 1)  # the deadline of what an earlier version opened without one: it has waited longest
MOST = 200


class Waits(StrEnum):
    """What may wait; the case number, the ticket's number or the id of an announcement is its key."""

    TICKET = "ticket"
    FIGURE = "figure"  # an officer must set the fine
    SILENT = "silent"  # an owner who may be proposed
    ANNOUNCED = "announced"  # a proposal, to be decided after its days


class Taken(StrEnum):
    """Whose matters; what is no ticket is nobody's."""

    ANY = "any"
    MINE = "mine"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Entry:
    """One matter. `about` names what it concerns (`case 442012003481`), `topic` a ticket's topic; days are civic."""

    kind: Waits
    key: str
    topic: str
    about: str
    since: datetime
    due_on: date
    taken_by: str

    @property
    def place(self) -> str:
        """Behind which the next page begins."""
        return f"{self.due_on.isoformat()},{self.kind},{self.key}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of these kinds (all when empty), of this topic, taken by whom; so many, behind this place."""

    kinds: Collection[Waits] = ()
    topic: str = ""
    taken: Taken = Taken.ANY
    due_by: date | None = None
    limit: int = 50
    after: str = ""


async def waiting(work: Work, authority: str, officer: str, wanted: Wanted) -> Sequence[Entry]:
    """A page of what waits for this authority's officers. Raises BadInput for a place that is none."""
    chosen = [make(work, authority) for kind, make in SOURCES.items() if kind in (wanted.kinds or SOURCES)]
    found = union_all(*chosen).subquery() if len(chosen) > 1 else chosen[0].subquery()
    order = (found.c.due_on, found.c.kind, found.c.key)
    page = select(found).order_by(*order).limit(min(wanted.limit, MOST))
    if wanted.topic:
        page = page.where(found.c.topic == wanted.topic)
    if wanted.taken is not Taken.ANY:
        page = page.where(found.c.taken_by == (officer if wanted.taken is Taken.MINE else ""))
    if wanted.due_by:
        page = page.where(found.c.due_on <= wanted.due_by)
    if wanted.after:
        day, kind, key = _read_place(wanted.after)
        behind = (literal(day, Date), literal(kind, String), literal(key, String))
        page = page.where(tuple_(*order) > tuple_(*behind))
    return [_entry(row) for row in await work.all(page)]


def _tickets(work: Work, authority: str) -> Select[Any]:
    """Of the whole desk: most of its matters belong to no authority."""
    del work, authority
    due = func.coalesce(tickets.c.due_on, literal(FIRST, Date))
    taken = func.coalesce(tickets.c.taken_by, "")
    columns = _columns(
        Waits.TICKET, tickets.c.number, tickets.c.topic, tickets.c.subject, tickets.c.opened_at, due, taken
    )
    return select(*columns).where(tickets.c.closed_at.is_(None))


def _figures(work: Work, authority: str) -> Select[Any]:
    """The owner has until `handle_by`; without a figure the case cannot be decided."""
    del work
    about = "case " + cases.c.number
    columns = _columns(Waits.FIGURE, cases.c.number, "", about, cases.c.recorded_at, cases.c.handle_by)
    undecided = cases.c.state.in_(sorted(rules.UNDECIDED)) & cases.c.fine.is_(None)
    return select(*columns).where(undecided, cases.c.authority == authority)


def _silent(work: Work, authority: str) -> Select[Any]:
    """One entry for a vehicle and its owner, named by one of the cases."""
    first = func.min(cases.c.number)
    count = cast(func.count(), String)
    columns = _columns(
        Waits.SILENT,
        first,
        count,
        "case " + first,
        func.min(cases.c.recorded_at),
        func.min(cases.c.handle_by),
    )
    lying = silent_owners.unhandled(work.today) & ~silent_owners.running()
    grouped = (
        select(*columns)
        .where(lying, cases.c.authority == authority)
        .group_by(cases.c.vehicle_id, cases.c.liable_id)
    )
    return grouped.having(func.count() >= work.city.tariff.handling.silent_records)


def _announced(work: Work, authority: str) -> Select[Any]:
    del work
    key = cast(silences.c.id, String)
    about = "silence " + key
    columns = _columns(Waits.ANNOUNCED, key, "", about, silences.c.proposed_at, silences.c.announced_until)
    return select(*columns).where(silences.c.state == Silence.ANNOUNCED, silences.c.authority == authority)


SOURCES: Mapping[Waits, Callable[[Work, str], Select[Any]]] = {
    Waits.TICKET: _tickets,
    Waits.FIGURE: _figures,
    Waits.SILENT: _silent,
    Waits.ANNOUNCED: _announced,
}


def _columns(
    kind: Waits, key: Any, topic: Any, about: Any, since: Any, due_on: Any, taken_by: Any = ""
) -> list[Any]:
    """The same seven of each source."""
    words = {"kind": kind.value, "key": key, "topic": topic, "about": about}
    texts = [
        (literal(value, String) if isinstance(value, str) else value).label(name)
        for name, value in words.items()
    ]
    taken = literal(taken_by, String) if isinstance(taken_by, str) else taken_by
    return [*texts, since.label("since"), due_on.label("due_on"), taken.label("taken_by")]


def _read_place(text: str) -> tuple[date, str, str]:
    day, _, rest = text.partition(",")
    kind, _, key = rest.partition(",")
    try:
        return date.fromisoformat(day), Waits(kind).value, key
    except ValueError as wrong:
        raise BadInput("officer.place") from wrong


def _entry(row: Any) -> Entry:
    return Entry(Waits(row.kind), row.key, row.topic, row.about, row.since, row.due_on, row.taken_by)
