"""Somebody's cases a screen at a time, however many there are.

Who has no more than a screen, which is nearly everybody, gets all of them by the shortest statement there is. For others the rows of
the screen are found first, by the person's index; offence, vehicle, objections and nominations are then looked up for those alone. Only
the count goes over all of the person's rows, and opens none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, bindparam, distinct, func, not_, or_, select

from models.base.db import Work
from models.base.prepared import Prepared
from models.identity import store as identity
from models.identity.tables import vehicles
from models.violations import rules, store
from models.violations.store import Case
from models.violations.tables import cases

SIZE = 5  # cases on a screen: with head and answers as many lines as a message may have
# Compared one by one: a list of so few costs SQLite more than the rows do.
CLOSED = or_(*(cases.c.state == state for state in sorted(rules.CLOSED)))
# One more than a screen, which tells whether there are others.
FIRST = Prepared(store.CASE.where(cases.c.liable_id == bindparam("person"), not_(CLOSED)).limit(SIZE + 1))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases: those that are open, or those that are `closed`; of one plate number, and of one kind of it, where they are given."""

    closed: bool = False
    plate: str = ""
    kind: str = ""


EVERYTHING_OPEN = Wanted()


@dataclass(frozen=True, slots=True)
class Screen:
    """A page of them, the newest record first; `total` on all pages. With `kinds` it is none: the plate number is that of several
    vehicles of this person's cases, and which is meant has to be asked."""

    cases: Sequence[Case] = ()
    total: int = 0
    page: int = 1
    kinds: Sequence[str] = ()

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // SIZE))


async def screen(work: Work, person_id: int, wanted: Wanted, page: int = 1) -> Screen:
    """A page of somebody's cases, counted from 1; beyond the end it is the last one."""
    if wanted == EVERYTHING_OPEN and page <= 1:
        rows = await work.all(FIRST, {"person": person_id})
        if len(rows) <= SIZE:
            return Screen([store.case_of_row(work, row) for row in rows], len(rows))
    shown = await _page(work, person_id, wanted, max(1, page))
    if shown.total or page <= 1:
        return shown
    beyond = await _page(work, person_id, wanted, 1)
    return await _page(work, person_id, wanted, beyond.pages) if beyond.pages > 1 else beyond


async def _page(work: Work, person_id: int, wanted: Wanted, page: int) -> Screen:
    plate = {"plate": work.index(wanted.plate, identity.PLATE)} if wanted.plate else {}
    kind = {"kind": wanted.kind} if wanted.kind else {}
    params: dict[str, Any] = {"person": person_id, **plate, **kind}
    filters = (wanted.closed, len(plate) + len(kind))
    rows = await work.all(SCREENS[filters], {**params, "skip": (page - 1) * SIZE})
    if not rows:
        return Screen(page=page)
    if len(plate) > len(kind) and rows[0].vehicles > 1:
        found = await work.all(KINDS[filters], params)
        return Screen(total=rows[0].total, kinds=[row.plate_kind for row in found])
    return Screen([store.case_of_row(work, row) for row in rows], rows[0].total, page)


def _mine(closed: bool, named: int) -> list[ColumnElement[bool]]:
    where = [cases.c.liable_id == bindparam("person"), CLOSED if closed else not_(CLOSED)]
    if named:
        numbered = select(vehicles.c.id).where(vehicles.c.plate_index == bindparam("plate"))
        if named > 1:
            numbered = numbered.where(vehicles.c.plate_kind == bindparam("kind"))
        where.append(cases.c.vehicle_id.in_(numbered))
    return where


def _screen(closed: bool, named: int) -> Prepared:
    """`named`: nothing (0), a plate number (1), or that and a kind (2)."""
    mine = _mine(closed, named)
    chosen = select(cases.c.number).where(*mine).order_by(*store.NEWEST).limit(SIZE)
    shown = chosen.offset(bindparam("skip")).subquery("shown")
    total = select(func.count()).select_from(cases).where(*mine).scalar_subquery()
    page = store.CASE.join(shown, shown.c.number == cases.c.number).add_columns(total.label("total"))
    if named:
        meant = select(func.count(distinct(cases.c.vehicle_id))).where(*mine).scalar_subquery()
        page = page.add_columns(meant.label("vehicles"))
    return Prepared(page)


def _kinds(closed: bool) -> Prepared:
    meant = select(cases.c.vehicle_id).where(*_mine(closed, 1))
    found = select(vehicles.c.plate_kind).where(vehicles.c.id.in_(meant)).order_by(vehicles.c.plate_kind)
    return Prepared(found)


SCREENS = {(closed, named): _screen(closed, named) for closed, named in product((False, True), (0, 1, 2))}
KINDS = {(closed, 1): _kinds(closed) for closed in (False, True)}
