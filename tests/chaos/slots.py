"""A city's cases for the daily jobs, and what is on record of the jobs and of what they did."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select

from bot.duties import DAILY
from models.base.audit import events
from models.base.clock import at
from models.base.db import Database
from models.base.leases import slots
from models.post.outbox import outbox
from models.restrictions import acts as restrictions
from models.violations import store
from models.violations.rules import State
from scheduler.service import slots_between
from tests.chaos.ledger import TIMES
from tests.races.street import Street

Effects = Counter[tuple[str, str]]  # (what happened or was queued, the case's number)
OVERDUE, IMPOSED = "case.overdue", "restriction.imposed"
REMINDED, WARNED, LOCK = "due_reminder", "overdue_warning", "wallet_lock"


async def due(street: Street, by: date) -> str:
    """A new case, served, to be paid by this day."""
    number = await street.decided(await street.citizen())
    async with street.database.begin("street") as work:
        assert await store.move(work, number, State.SERVED, served_on=work.today, due_on=by)
    return number


async def warned(street: Street, days_ago: int) -> str:
    """A new case, overdue, whose owner was warned so many days ago."""
    citizen = await street.citizen()
    number = await street.late(citizen)
    then = street.database.civic.now() - timedelta(days=days_ago)
    async with street.database.begin("street", now=then) as work:
        assert await store.move(work, number, State.OVERDUE)
        await restrictions.warn(work, f"case {number}", citizen.person_id)
        await restrictions.warning_served(work, f"case {number}")
    return number


async def ran(database: Database) -> set[tuple[str, datetime]]:
    """The slots that have run."""
    async with database.read() as work:
        return {(row.job, row.slot) for row in await work.all(select(slots.c.job, slots.c.slot))}


def owed(first: date, now: datetime) -> set[tuple[str, datetime]]:
    """All slots from the beginning of the first day until now."""
    before = at(first, datetime.min.time()) - timedelta(microseconds=1)
    return {(job.name, slot) for job in DAILY for slot in slots_between(before, now, job.clock)}


async def happened(database: Database, numbers: Collection[str]) -> Effects:
    """How often each thing that a daily job does is on record, by case."""
    recorded = select(events.c.action, events.c.subject, TIMES).group_by(events.c.action, events.c.subject)
    queued = select(outbox.c.kind.label("action"), outbox.c.subject, TIMES).group_by(
        outbox.c.kind, outbox.c.subject
    )
    async with database.read() as work:
        found = [
            *await work.all(recorded.where(events.c.action.in_((OVERDUE, IMPOSED)))),
            *await work.all(queued.where(outbox.c.kind.in_((REMINDED, WARNED)))),
        ]
    counted = Counter({(row.action, row.subject.removeprefix("case ")): row.times for row in found})
    return Counter({key: count for key, count in counted.items() if key[1] in numbers})


def expected(cases: Mapping[str, date], first: date, last: date, database: Database) -> Effects:
    """Of cases with these last days to pay, in all days from the first to the last: each reminder, and each announcement."""
    effects: Effects = Counter()
    days_before = database.city.tariff.payment.reminder_days_before
    for number, by in cases.items():
        for days in days_before:
            if first <= by - timedelta(days=days) <= last:
                effects[REMINDED, number] += 1
        if first <= by + timedelta(days=1) <= last:
            effects[OVERDUE, number] = effects[WARNED, number] = 1
    return effects
