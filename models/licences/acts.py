"""What may be done with licences: enter one, post the points of a decision, take them back, tell the balance."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update

from models.base import bulk
from models.base.db import Work
from models.licences import account, holds, rules
from models.licences.rules import Lot
from models.licences.tables import ledger, licences


@dataclass(frozen=True, slots=True)
class Balance:
    """The points that stand, with the lots that add up to them; `left` until the licence is held. `cycle_ends` is the day on which the
    next cycle begins."""

    licence_class: str
    points: int
    left: int
    cycle_began: date
    cycle_ends: date
    lots: Sequence[Lot]


async def enter_licence(work: Work, person_id: int, licence_class: str, first_issued_on: date) -> bool:
    """Enter or change a row of the licence register; False when nothing changed."""
    row = _row(person_id, licence_class, first_issued_on)
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
    await bulk.append(work, licences, [_row(*row) for row in rows])


async def balance(work: Work, person_id: int) -> Balance | None:
    """The points that stand; None for somebody without a licence. At the end of a cycle the job settles what is cleared and what is
    carried over, whoever decides does it before (`flows.point_cycles`): nothing is left out here by its day."""
    licence = await work.first(select(licences).where(licences.c.person_id == person_id))
    if licence is None:
        return None
    standing = await account.lots(work, person_id)
    points = sum(lot.points for lot in standing)
    return Balance(
        licence_class=licence.licence_class,
        points=points,
        left=max(0, work.city.tariff.points.limit - points),
        cycle_began=rules.cycle_start(licence.first_issued_on, work.today),
        cycle_ends=rules.cycle_end(licence.first_issued_on, work.today),
        lots=standing,
    )


async def post_decision(work: Work, person_id: int, points: int, case_number: str) -> None:
    """Points are posted with the decision (PM 7, 13), none for one without; with the twelfth the licence is held (PM 17). Hold the
    person before."""
    if points:
        await ledger.post(
            work,
            source=account.ISSUED,
            target=account.name(person_id),
            amount=points,
            reason="decision",
            reference=case_number,
        )
        await holds.settle(work, person_id)


async def reverse_decision(work: Work, person_id: int, case_number: str) -> None:
    """The points of a decision that was taken back go (PM 16), from where they are by now: from what stands, in the cycle in which it
    stands, and from what was cleared, in the cycle that it was cleared from. None were posted, none go. Hold the person before."""
    entries = await account.entries(work, person_id)
    lot = next((each for each in rules.lots(entries) if each.reference == case_number), None)
    gone = [each for each in entries if each.reason in account.GONE and _about(each.reference, case_number)]
    total = sum(int(each.change) for each in entries)
    back = rules.reversal(
        lot.points if lot is not None else 0, total, -sum(int(each.change) for each in gone)
    )
    if lot is not None and back.standing:
        await ledger.post(
            work,
            source=account.name(person_id),
            target=account.ISSUED,
            amount=back.standing,
            reason="voided",
            reference=case_number,
            day=lot.day,
        )
    if back.cleared:
        await ledger.post(
            work,
            source=account.CLEARED,
            target=account.ISSUED,
            amount=back.cleared,
            reason="voided_cleared",
            reference=case_number,
            day=gone[-1].day,
        )
    await holds.settle(work, person_id)


def _about(reference: str, case_number: str) -> bool:
    return str(reference).partition("@")[0] == case_number


def _row(person_id: int, licence_class: str, first_issued_on: date) -> dict[str, object]:
    return {
        "person_id": person_id,
        "licence_class": licence_class,
        "first_issued_on": first_issued_on,
    }
