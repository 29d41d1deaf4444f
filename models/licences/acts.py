"""What may be done with licences: enter one, post the points of a decision, tell the balance."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update

from models.base import bulk
from models.base.db import Work
from models.licences import rules
from models.licences.tables import ledger, licences


@dataclass(frozen=True, slots=True)
class Entry:
    """Points that were posted; `reference` is the case number."""

    day: date
    points: int
    reference: str


@dataclass(frozen=True, slots=True)
class Balance:
    """Points of the running cycle, with the entries that add up to them."""

    licence_class: str
    points: int
    left: int
    cycle_began: date
    cycle_ends: date
    entries: Sequence[Entry]


async def enter_licence(work: Work, person_id: int, licence_class: str, first_issued_on: date) -> bool:
    """Enter or change a row of the licence register; False when nothing changed."""
    row = {"person_id": person_id, "licence_class": licence_class, "first_issued_on": first_issued_on}
    if await work.insert_new(licences, row):
        return True
    differs = (licences.c.licence_class != licence_class) | (licences.c.first_issued_on != first_issued_on)
    changed = update(licences).where((licences.c.person_id == person_id) & differs).values(row)
    return bool((await work.run(changed)).rowcount)


async def of_people(work: Work, person_ids: Collection[int]) -> dict[int, tuple[str, date]]:
    """Class and day of first issue of those who have one, in one statement."""
    rows = await work.all(select(licences).where(bulk.among(work, licences.c.person_id, person_ids)))
    return {row.person_id: (row.licence_class, row.first_issued_on) for row in rows}


async def add(work: Work, rows: Sequence[tuple[int, str, date]]) -> None:
    """Licences of people who are new: person, class and day of first issue."""
    names = ("person_id", "licence_class", "first_issued_on")
    await bulk.append(work, licences, [dict(zip(names, row, strict=True)) for row in rows])


async def balance(work: Work, person_id: int) -> Balance | None:
    """The running cycle's points; None for somebody without a licence."""
    licence = await work.first(select(licences).where(licences.c.person_id == person_id))
    if licence is None:
        return None
    began = rules.cycle_start(licence.first_issued_on, work.today)
    running = ledger.entries(_account(person_id)).where(ledger.table.c.day >= began)
    entries = [Entry(row.day, row.change, row.reference) for row in await work.all(running)]
    points = sum(entry.points for entry in entries)
    return Balance(
        licence_class=licence.licence_class,
        points=points,
        left=max(0, work.city.tariff.points.limit - points),
        cycle_began=began,
        cycle_ends=rules.cycle_end(licence.first_issued_on, work.today),
        entries=entries,
    )


async def post_decision(work: Work, person_id: int, points: int, case_number: str) -> None:
    """Points are posted with the decision (PM 7); none for a decision without points."""
    if points:
        account = _account(person_id)
        await ledger.post(
            work, source="issued", target=account, amount=points, reason="decision", reference=case_number
        )


async def reverse_decision(work: Work, person_id: int, case_number: str) -> None:
    """The points of a decision that was taken back go (PM 16), in the cycle in which they were posted; none were, none go."""
    account = _account(person_id)
    posted = (ledger.table.c.reason == "decision") & (ledger.table.c.reference == case_number)
    row = await work.first(select(ledger.table).where(posted, ledger.table.c.to_account == account))
    if row is not None:
        await ledger.post(
            work,
            source=account,
            target="issued",
            amount=row.amount,
            reason="voided",
            reference=case_number,
            day=row.day,
        )


def _account(person_id: int) -> str:
    return f"driver:{person_id}"
