"""Reading and writing cases; statements are built once, states move under guard."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    String,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    true,
    update,
)

from models.base import bulk
from models.base.clock import CITY_ZONE
from models.base.db import Work
from models.base.prepared import Prepared
from models.base.texts import Texts
from models.identity import store as identity
from models.identity.tables import vehicles
from models.violations import rules
from models.violations.amount_rules import Paid, Suspension
from models.violations.plan_tables import plans
from models.violations.rules import State
from models.violations.tables import NOMINATED, cases, challenges, evidence, nominations, offences, parts

WHATEVER = true()


def _lines(owner: Column[Any], *columns: ColumnElement[Any], where: ColumnElement[bool] = WHATEVER) -> Any:
    """What other rows say of a case, in one column of its own: a line for each, its fields between slashes."""
    fields: list[ColumnElement[str]] = [func.coalesce(cast(column, String), "") for column in columns]
    line = reduce(lambda one, other: one + "/" + other, fields)
    found = select(func.aggregate_strings(line, ",")).where(owner == cases.c.number, where)
    return found.correlate(cases).scalar_subquery()


# Of each challenge its two days, its kind and how it stands: `2026-03-02/2026-03-05/objection/upheld,2026-04-01//review/open`.
CHALLENGES = _lines(
    challenges.c.case_number,
    *(challenges.c.filed_on, challenges.c.closed_on, challenges.c.kind, challenges.c.state),
)
# Of each plan the same two days, and its state.
PLANS = _lines(plans.c.case_number, plans.c.asked_on, plans.c.closed_on, plans.c.state)
# Of each part that was booked the day, the principal and the surcharge.
TAKEN = (parts.c.paid_principal > 0) | (parts.c.paid_surcharge > 0)
PAID = _lines(
    parts.c.case_number, parts.c.paid_on, parts.c.paid_principal, parts.c.paid_surcharge, where=TAKEN
)
# The one that it waits for, or else the one by which it came: never both.
CAME = nominations.c.state == literal_column("'verified'")
NOMINATION = (
    select(nominations.c.state)
    .where(nominations.c.case_number == cases.c.number, NOMINATED | CAME)
    .correlate(cases)
    .scalar_subquery()
)
PHOTOS = (
    select(func.count())
    .where(evidence.c.case_number == cases.c.number, evidence.c.removed_at.is_(None))
    .correlate(cases)
    .scalar_subquery()
)
# What people see of a case; what only machines need (keys, prints, instants of recording) is left where it is.
OF_CASE = (
    *(cases.c.number, cases.c.liable_id, cases.c.state, cases.c.occurred_at, cases.c.place, cases.c.fine),
    *(cases.c.points, cases.c.handle_by, cases.c.notified_on, cases.c.decided_on, cases.c.served_on),
    *(cases.c.due_on, cases.c.closed_on),
)
OF_OFFENCE = (offences.c.code, offences.c.conduct, offences.c.conduct_en, offences.c.basis)
OF_OTHERS = (offences.c.fine_words, vehicles.c.plate, vehicles.c.plate_kind)
NEWEST = (cases.c.recorded_at.desc(), cases.c.occurred_at.desc(), cases.c.number)
CASE = (
    select(*OF_CASE, *OF_OFFENCE, *OF_OTHERS)
    .add_columns(CHALLENGES.label("challenges"), NOMINATION.label("nominated"))
    .add_columns(PLANS.label("plans"), PAID.label("paid"))
    .select_from(cases.join(offences).join(vehicles))
    .order_by(*NEWEST)
)
ALONE = CASE.add_columns(offences.c.grave, PHOTOS.label("photos"))
BY_NUMBER = Prepared(ALONE.where(cases.c.number == bindparam("number")))
OPEN_OF = Prepared(
    CASE.where(cases.c.liable_id == bindparam("person"), cases.c.state.in_(sorted(rules.OPEN)))
)
BY_RECORD = select(cases.c.number, cases.c.report_print).where(
    cases.c.authority == bindparam("authority"), cases.c.record_no == bindparam("record_no")
)


@dataclass(frozen=True, slots=True)
class Case:
    """A case as people see it. `fine` in fen and `points` may be unknown; days are civic; `plate` in clear. `suspensions` are the days
    of its challenges: while one goes on, nothing is added and nothing is taken. `answered`: what was asked
    before in vain (`objection`, `review`). `nominated`: the state of the nomination it waits for; `came`: who has it took it over.
    Only where one case alone is looked at: `grave`, the catalogue has more for it than money, points and a warning; `photos`, how many.
    """

    number: str
    liable_id: int
    plate: str
    plate_kind: str
    state: State
    code: str
    conduct: str
    conduct_en: str
    basis: str
    fine_words: str
    occurred_at: datetime
    place: str
    fine: int | None
    points: int | None
    handle_by: date
    notified_on: date | None
    decided_on: date | None
    served_on: date | None
    due_on: date | None
    closed_on: date | None
    suspensions: tuple[Suspension, ...] = ()
    answered: frozenset[str] = frozenset()
    nominated: str | None = None
    came: bool = False
    rests: tuple[Suspension, ...] = ()
    plan: str | None = None
    paid: tuple[Paid, ...] = ()
    grave: bool = False
    photos: int = 0

    def what(self, texts: Texts) -> str:
        """The conduct in the reader's language, where the catalogue has it."""
        return texts.pick(self.conduct, self.conduct_en)

    @property
    def forecast(self) -> rules.Forecast:
        return rules.Forecast(self.state, self.fine, self.points, self.challenged, self.nominated, self.grave)

    @property
    def day(self) -> date:
        """The civic day on which it happened."""
        return self.occurred_at.astimezone(CITY_ZONE).date()

    @property
    def undecided(self) -> bool:
        return self.state in rules.UNDECIDED

    @property
    def payable(self) -> bool:
        return self.state in rules.PAYABLE

    @property
    def challenged(self) -> bool:
        """An objection or a review is open."""
        return any(each.until is None for each in self.suspensions)

    @property
    def paused(self) -> bool:
        """Nothing is added, pressed for or locked: it is in dispute, or a plan is asked for or runs."""
        return self.challenged or self.plan is not None


async def case(work: Work, number: str) -> Case | None:
    """The case of this number."""
    row = await work.first(BY_NUMBER, {"number": number})
    return replace(case_of_row(work, row), grave=row.grave, photos=row.photos) if row else None


async def open_cases(work: Work, person_id: int) -> list[Case]:
    """What somebody has open, the newest record first."""
    return [case_of_row(work, row) for row in await work.all(OPEN_OF, {"person": person_id})]


async def cases_in(work: Work, state: State, *where: Any) -> list[Case]:
    """Cases in a state, for jobs."""
    return [case_of_row(work, row) for row in await work.all(CASE.where(cases.c.state == state, *where))]


async def cases_of(work: Work, numbers: Collection[str]) -> dict[str, Case]:
    """The cases of these numbers."""
    rows = await work.all(CASE.where(bulk.among(work, cases.c.number, numbers)))
    return {row.number: case_of_row(work, row) for row in rows}


async def states(work: Work, numbers: Collection[str], *, hold: bool = False) -> dict[str, State]:
    """The states of many cases in one statement; `hold` keeps them from moving until this unit of work ends."""
    wanted = select(cases.c.number, cases.c.state).where(bulk.among(work, cases.c.number, numbers))
    rows = await work.all(wanted.order_by(cases.c.number).with_for_update() if hold else wanted)
    return {row.number: State(row.state) for row in rows}


async def holders(work: Work, numbers: Collection[str], states: Collection[State]) -> dict[str, int]:
    """Who is liable for those of these cases that are in one of the states."""
    wanted = bulk.among(work, cases.c.number, numbers) & cases.c.state.in_(sorted(states))
    rows = await work.all(select(cases.c.number, cases.c.liable_id).where(wanted))
    return {row.number: row.liable_id for row in rows}


async def move(work: Work, number: str, target: State, **values: Any) -> bool:
    """Move a case on, from the states that allow it only; False when another was first."""
    allowed = (cases.c.number == number) & cases.c.state.in_(sorted(rules.sources(target)))
    return bool((await work.run(update(cases).where(allowed).values(state=target, **values))).rowcount)


async def move_all(work: Work, numbers: Collection[str], target: State, **values: Any) -> set[str]:
    """Move many cases on in one statement; returns those that moved."""
    allowed = bulk.among(work, cases.c.number, numbers) & cases.c.state.in_(sorted(rules.sources(target)))
    moved = update(cases).where(allowed).values(state=target, **values).returning(cases.c.number)
    return {row.number for row in await work.all(moved)}


async def service_failed(work: Work, number: str) -> bool:
    """The text that served the decision never arrived: decided, not served, no day to pay by."""
    before, after = rules.SERVICE_FAILED
    served = (cases.c.number == number) & (cases.c.state == before)
    undone = update(cases).where(served).values(state=after, served_on=None, due_on=None)
    return bool((await work.run(undone)).rowcount)


async def recorded(work: Work, authority: str, record_no: str) -> tuple[str, bytes] | None:
    """Number and print of a record that is already in."""
    row = await work.first(BY_RECORD, {"authority": authority, "record_no": record_no})
    return (row.number, row.report_print) if row else None


async def recorded_all(
    work: Work, keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], tuple[str, bytes]]:
    """The same for many keys, in one statement: those that are in."""
    mine = bulk.pairs_among(work, cases.c.authority, cases.c.record_no, keys)
    columns = (cases.c.authority, cases.c.record_no, cases.c.number, cases.c.report_print)
    rows = await work.all(select(*columns).where(mine))
    return {(row.authority, row.record_no): (row.number, row.report_print) for row in rows}


async def taken(work: Work, numbers: Collection[str]) -> set[str]:
    """Which of these numbers cases have."""
    rows = await work.all(select(cases.c.number).where(bulk.among(work, cases.c.number, numbers)))
    return {row.number for row in rows}


def case_of_row(work: Work, row: Row[Any]) -> Case:
    """Out of a row of `CASE`."""
    asked = _fields(row.challenges)
    return Case(
        number=row.number,
        liable_id=row.liable_id,
        plate=work.open(row.plate, identity.PLATE),
        plate_kind=row.plate_kind,
        state=State(row.state),
        code=row.code,
        conduct=row.conduct,
        conduct_en=row.conduct_en,
        basis=row.basis,
        fine_words=row.fine_words,
        occurred_at=row.occurred_at,
        place=row.place,
        fine=row.fine,
        points=row.points,
        handle_by=row.handle_by,
        notified_on=row.notified_on,
        decided_on=row.decided_on,
        served_on=row.served_on,
        due_on=row.due_on,
        closed_on=row.closed_on,
        suspensions=tuple(_span(since, until) for since, until, _, _ in asked),
        answered=frozenset(kind for _, _, kind, state in asked if state == "upheld"),
        nominated=None if row.nominated == "verified" else row.nominated,
        came=row.nominated == "verified",
        rests=tuple(_span(since, until) for since, until, _ in _fields(row.plans)),
        plan=next((state for _, until, state in _fields(row.plans) if not until), None),
        paid=tuple(
            Paid(date.fromisoformat(on), int(principal), int(added))
            for on, principal, added in _fields(row.paid)
        ),
    )


def _fields(kept: str | None) -> list[list[str]]:
    return [line.split("/") for line in kept.split(",")] if kept else []


def _span(since: str, until: str) -> Suspension:
    return Suspension(date.fromisoformat(since), date.fromisoformat(until) if until else None)
