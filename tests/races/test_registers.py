"""Registers that come in twice at once, and beside a citizen who binds."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from models.identity import acts as identity
from models.identity.acts import ENTRY_NEW, ENTRY_UNCHANGED
from models.identity.tables import ownerships, people, vehicles
from models.licences.tables import licences
from models.violations import catalogue
from models.violations.tables import offences
from tests.databases import on_postgresql
from tests.helpers import HORN, offence
from tests.races import acts, jobs
from tests.races.ring import Meetings
from tests.races.street import Street

pytestmark = on_postgresql

PEOPLE = ("name", "resident_id", "birth_date", "phone", "licence_class", "licence_issued_on")
VEHICLES = ("plate", "plate_kind", "owner_resident_id", "owned_since", "vehicle_type")


async def test_one_newcomer_is_entered_once(twins: Meetings, street: Street) -> None:
    """The unique blind index of the resident ID."""
    async for meet in twins:
        entry = street.entry()
        (one, first), (other, second) = await meet(*[jobs.act(identity.enter_person, entry)] * 2)
        assert one == other
        assert sorted([first, second]) == ["new", "unchanged"]
        assert await street.happened("person.entered", f"person {one}") == 1


async def test_one_vehicle_has_one_owner_since_a_day(twins: Meetings, street: Street) -> None:
    """The primary key of ownerships (vehicle, since): the second looks again whose it is."""
    async for meet in twins:
        plate = street.plate()
        owners = [(await street.citizen()).entry for _ in range(2)]
        entries = [jobs.act(identity.enter_vehicle, street.owned(owner, plate)) for owner in owners]
        assert sorted(await meet(*entries)) == ["new", "register.other_owner"]


async def test_one_version_of_an_offence_is_entered_once(twins: Meetings, street: Street) -> None:
    """The unique key (authority, code, valid_from)."""
    day = date(2023, 1, 1).toordinal()
    async for meet in twins:
        version = offence(HORN, date.fromordinal(day + next(street.numbers)))
        assert sorted(await meet(*[jobs.act(catalogue.enter, version)] * 2)) == [ENTRY_NEW, ENTRY_UNCHANGED]
        assert await street.rows(offences, code=HORN, valid_from=version.valid_from) == 1


async def test_a_phone_that_is_being_proved_goes_before_the_registers(
    meetings: Meetings, street: Street
) -> None:
    """The person is held by both; the register looks again."""
    async for meet in meetings:
        him = await street.citizen(bound=False)
        proved = replace(him.claim, phone=street.entry().claim.phone)
        registered = replace(him.entry, claim=replace(him.claim, phone=street.entry().claim.phone))
        await meet(jobs.act(acts.bind, him.openid, proved), jobs.act(identity.enter_person, registered))
        async with street.database.read() as work:
            assert (await identity.contact(work, him.person_id)).phone == proved.phone


async def test_one_file_of_people_in_two_processes(twins: Meetings, street: Street, tmp_path: Path) -> None:
    """The unique blind index of the resident ID, and the licences' primary key."""
    async for meet in twins:
        before = [await street.total(table) for table in (people, licences)]
        entries = [street.entry() for _ in range(3)]
        rows = [
            (e.claim.name, e.claim.resident_id, f"{e.born_on}", e.claim.phone, "C1", "2015-06-01")
            for e in entries
        ]
        file = write(tmp_path / f"people-{next(street.numbers)}.csv", PEOPLE, *rows)
        one, other = await meet(*[jobs.hand_in("people", file)] * 2)
        assert (one.rejected, other.rejected) == (0, 0)
        assert (one.new + other.new, one.unchanged + other.unchanged) == (3, 3)
        assert [await street.total(table) for table in (people, licences)] == [each + 3 for each in before]


async def test_one_file_of_vehicles_in_two_processes(twins: Meetings, street: Street, tmp_path: Path) -> None:
    """The unique key (plate, kind), and the primary key of ownerships."""
    async for meet in twins:
        owner = await street.citizen()
        before = [await street.total(table) for table in (vehicles, ownerships)]
        plates = [street.plate() for _ in range(3)]
        rows = [(p.number, p.kind, owner.claim.resident_id, "2020-01-01", "小型汽车") for p in plates]
        file = write(tmp_path / f"vehicles-{next(street.numbers)}.csv", VEHICLES, *rows)
        one, other = await meet(*[jobs.hand_in("vehicles", file)] * 2)
        assert (one.rejected, other.rejected) == (0, 0)
        assert (one.new + other.new, one.unchanged + other.unchanged) == (3, 3)
        assert [await street.total(table) for table in (vehicles, ownerships)] == [e + 3 for e in before]


def write(file: Path, header: Sequence[str], *rows: Sequence[str]) -> Path:
    """A file as an office sends it."""
    file.write_text("".join(",".join(line) + "\n" for line in (header, *rows)), "utf-8")
    return file
