"""Reading nominations: of a case, of an owner, of a driver, and the pairs that they make."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from models.base.db import Work
from models.base.errors import Refusal
from models.identity.names import called
from models.identity.tables import vehicles
from models.violations import nomination_rules as rules
from models.violations import store
from models.violations.nomination_rules import NominationState, Pair
from models.violations.store import Case
from models.violations.tables import NOMINATED, cases, nominations

CODE = "nominations.code"
NOMINATION = select(nominations).order_by(nominations.c.id.desc())


@dataclass(frozen=True, slots=True)
class Nomination:
    """One of them. `code` is how the driver names it in the answer; `expires_on` is the last day for that."""

    id: int
    case_number: str
    vehicle_id: int
    owner_id: int
    driver_id: int
    state: NominationState
    code: str
    filed_on: date
    expires_on: date
    flags: Sequence[Mapping[str, Any]]

    @property
    def open(self) -> bool:
        return self.state is NominationState.OPEN

    @property
    def live(self) -> bool:
        return self.state in rules.LIVE


@dataclass(frozen=True, slots=True)
class Car:
    """The vehicle of a case."""

    vehicle_id: int
    plate_kind: str


async def car_of(work: Work, number: str) -> Car:
    """With which vehicle it happened."""
    of_case = select(vehicles.c.id, vehicles.c.plate_kind).join(cases).where(cases.c.number == number)
    row = await work.first(of_case)
    if row is None:
        raise LookupError(f"no case {number}")
    return Car(row.id, row.plate_kind)


async def live(work: Work, number: str) -> Nomination | None:
    """The one a case waits for."""
    return next(iter(await found(work, nominations.c.case_number == number, NOMINATED)), None)


async def by_id(work: Work, nomination_id: int) -> Nomination:
    """Raises Refusal for one that is not there."""
    known = await found(work, nominations.c.id == nomination_id)
    if not known:
        raise Refusal("officer.no_nomination")
    return known[0]


async def of_owner(work: Work, owner_id: int) -> Sequence[Nomination]:
    """What somebody's cases wait for, the newest first."""
    return await found(work, nominations.c.owner_id == owner_id, NOMINATED)


async def to_driver(work: Work, driver_id: int) -> Sequence[Nomination]:
    """What somebody has been asked and has to answer, the newest first."""
    mine = nominations.c.driver_id == driver_id
    return await found(work, mine, nominations.c.state == NominationState.OPEN)


async def by_code(work: Work, driver_id: int, code: str) -> Nomination:
    """What this driver was asked under this code. Raises Refusal for any other: what others were asked is nobody else's business."""
    asked = await found(work, nominations.c.driver_id == driver_id)
    meant = [each for each in asked if each.code == code]
    if not meant:
        raise Refusal("takeover.unknown_code", code=code)
    return meant[0]


async def pairs(work: Work, car: Car, driver_id: int) -> list[Pair]:
    """The driver's pairs and the car's; those that were turned down are none."""
    concerned = (nominations.c.driver_id == driver_id) | (nominations.c.vehicle_id == car.vehicle_id)
    days: dict[tuple[int, int], list[date]] = {}
    for row in await work.all(
        select(nominations).where(concerned, nominations.c.state.in_(sorted(rules.PAIRED)))
    ):
        days.setdefault((row.vehicle_id, row.driver_id), []).append(row.filed_on)
    return [Pair(*pair, min(filed), max(filed)) for pair, filed in days.items()]


async def names(work: Work, named: Collection[Nomination]) -> dict[int, str]:
    """How the people of these nominations are named to one another: the surname."""
    people = {person for each in named for person in (each.owner_id, each.driver_id)}
    return await called(work, people)


async def case_of(work: Work, nomination: Nomination) -> Case:
    """What it is about."""
    case = await store.case(work, nomination.case_number)
    if case is None:
        raise LookupError("a nomination without its case")
    return case


async def found(work: Work, *where: Any) -> list[Nomination]:
    """Those that are so, the newest first."""
    return [nomination_of(work, row) for row in await work.all(NOMINATION.where(*where))]


def nomination_of(work: Work, row: Row[Any]) -> Nomination:
    """Out of a row of the table."""
    return Nomination(
        id=row.id,
        case_number=row.case_number,
        vehicle_id=row.vehicle_id,
        owner_id=row.owner_id,
        driver_id=row.driver_id,
        state=NominationState(row.state),
        code=work.open(row.code, CODE),
        filed_on=row.filed_on,
        expires_on=row.expires_on,
        flags=row.flags,
    )
