"""A driver's points in a life by the clock: decided at the counter, closed by the job, studied for, taken back."""

from datetime import date, datetime, time
from typing import Any

from models.base.clock import at
from models.flows import decision, education, point_cycles, voiding
from models.flows.education import Recorded
from models.identity import acts as identity
from models.identity.rules import Plate
from models.licences import account, holds
from models.licences import acts as licences
from models.licences.education import Learned
from models.licences.holds import Hold
from models.licences.reduction_rules import Learnt
from models.licences.tables import ledger
from models.violations import officer_acts
from models.violations.grounds import VoidGround
from tests.flows.life import Life
from tests.helpers import LI_MING, LI_PLATE, SPEEDING

OFFICER, WHY = "officer:1", "根据记录"
NEW_CYCLE = date(2026, 6, 1)  # licences are of 1 June
RESIDENT_ID = LI_MING.claim.resident_id


async def decided(life: Life, record: str, code: str = SPEEDING, plate: Plate = LI_PLATE) -> str:
    """As at the counter, where more than the online limits is decided; served at once where there is consent."""
    number = await life.record(record, plate=plate, code=code)
    case = await life.case(number)
    async with life.database.begin(OFFICER) as work:
        await identity.hold(work, case.liable_id)
        await point_cycles.catch_up(work, case.liable_id)
        proposed = await decision.proposal(work, case.liable_id, number)
        assert await decision.decide(work, proposed)
    await life.deliver_all()
    return number


async def void(life: Life, number: str) -> None:
    async with life.database.begin(OFFICER) as work:
        case = await officer_acts.known(work, number)
        await voiding.void(work, case, OFFICER, VoidGround.OTHER, WHY)


def set_clock(life: Life, day: date, clock: time = time(10)) -> None:
    for each in life.clocks:
        each.instant = at(day, clock)


async def close(life: Life, day: date = NEW_CYCLE) -> int:
    """The job's slot on this day, and the morning after."""
    set_clock(life, day)
    slot: datetime = at(day, time(0))
    async with life.database.begin("system:close_point_cycles", now=slot) as work:
        return await point_cycles.close_ending(work)


async def learn(
    life: Life, reference: str, kind: Learnt, first: date, last: date | None = None, **more: Any
) -> Recorded:
    """Put on record by an officer, for Li Ming."""
    learned = Learned(kind, first, last or first, **more)
    async with life.database.begin(OFFICER) as work:
        return await education.record(work, reference, RESIDENT_ID, learned)


async def points(life: Life) -> int:
    """What stands for Li Ming."""
    found = await life.read(licences.balance, life.people.li_ming)
    return int(found.points)


async def lots(life: Life) -> list[tuple[str, int, bool]]:
    """Reference, points, and whether it was carried over."""
    found = await life.read(licences.balance, life.people.li_ming)
    return [(lot.reference, lot.points, lot.carried) for lot in found.lots]


async def hold(life: Life) -> Hold | None:
    found: Hold | None = await life.read(holds.of, life.people.li_ming)
    return found


async def books(life: Life) -> dict[str, int]:
    """Every account that is not empty; all together are nothing."""
    names = (account.ISSUED, account.CLEARED, account.REDUCED, account.CARRIED)
    mine = account.name(life.people.li_ming)
    found = {name: await life.read(ledger.balance, name) for name in (*names, mine)}
    assert sum(found.values()) == 0
    return {name: each for name, each in found.items() if each}
