"""One violation that comes in twice: from two systems, on two ways, or by one request that is repeated."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.identity import keys
from models.violations import acts as violations
from models.violations.acts import Recorded
from tests.api.conftest import RECORD
from tests.databases import on_postgresql
from tests.helpers import report
from tests.races import acts, jobs
from tests.races.ring import Meetings
from tests.races.street import Citizen, Street

pytestmark = on_postgresql


@pytest.fixture
async def key(street: Street) -> str:
    """Of the cameras."""
    async with street.database.begin("operator") as work:
        return await keys.create(work, "cameras", ["violations:write"])


def fields(street: Street, him: Citizen) -> dict[str, str]:
    """A record nobody has yet."""
    return RECORD | {"plate": him.plate.number, "record_no": f"R-{next(street.numbers)}"}


async def is_one_case(street: Street, him: Citizen) -> str:
    """The number of the one case this citizen has, of which there is one event and one notice."""
    [case] = await street.cases(him)
    assert await street.happened("case.recorded", f"case {case.number}") == 1
    assert await street.told(him) == ["violation_recorded"]
    return case.number


async def test_one_record_is_one_case(twins: Meetings, street: Street) -> None:
    """The unique key (authority, record_no)."""
    async for meet in twins:
        him = await street.citizen()
        entered = report(f"R-{next(street.numbers)}", plate=him.plate)
        answers = await meet(*[jobs.act(violations.record, entered)] * 2)
        number = await is_one_case(street, him)
        assert sorted(answers, key=by_newness) == [Recorded(number, new=False), Recorded(number, new=True)]


async def test_of_two_contents_under_one_number_one_is_refused(twins: Meetings, street: Street) -> None:
    """The same, and the print of what was entered."""
    async for meet in twins:
        him = await street.citizen()
        entered = report(f"R-{next(street.numbers)}", plate=him.plate)
        other = replace(entered, place="another street")
        answers = await meet(jobs.act(violations.record, entered), jobs.act(violations.record, other))
        number = await is_one_case(street, him)
        assert sorted(map(str, answers)) == sorted(["record.other_content", str(Recorded(number, new=True))])


async def test_two_records_never_share_a_case_number(twins: Meetings, street: Street) -> None:
    """The cases' primary key: who draws a number that is taken draws again."""
    async for meet in twins:
        him = await street.citizen()
        seed = next(street.numbers)
        records = [report(f"R-{seed}-{each}", plate=him.plate) for each in (1, 2)]
        entered = [jobs.act(acts.record_with, record, seed) for record in records]
        one, other = await meet(*entered)
        assert one.new
        assert other.new
        assert {one.number, other.number} == {case.number for case in await street.cases(him)}


async def test_one_record_by_api_and_by_file_is_one_case(
    meetings: Meetings, street: Street, key: str, tmp_path: Path
) -> None:
    """The same unique key. The file's batch, entered all at once, falls back to row by row."""
    async for meet in meetings:
        him, other = await street.citizen(), await street.citizen()
        record = fields(street, him)
        file = write(tmp_path, record, fields(street, other))
        by_api = jobs.enter(record, key, f"k-{record['record_no']}")
        answer, summary = await meet(by_api, jobs.hand_in("violations", file))
        number = await is_one_case(street, him)
        await is_one_case(street, other)
        first = summary.new == 1
        assert answer == (201 if first else 200, {"case": number, "new": first}, False)
        assert (summary.new + summary.unchanged, summary.rejected) == (2, 0)


async def test_one_file_in_two_processes(twins: Meetings, street: Street, tmp_path: Path) -> None:
    """The same unique key."""
    async for meet in twins:
        people = [await street.citizen() for _ in range(2)]
        file = write(tmp_path, *(fields(street, him) for him in people))
        one, other = await meet(*[jobs.hand_in("violations", file)] * 2)
        assert (one.new + other.new, one.unchanged + other.unchanged) == (2, 2)
        assert (one.rejected, other.rejected) == (0, 0)
        for him in people:
            await is_one_case(street, him)


async def test_one_request_that_is_repeated_gets_one_answer(
    twins: Meetings, street: Street, key: str
) -> None:
    """The inbox's unique key (source, key): the second waits, and is given what the first was answered."""
    async for meet in twins:
        him = await street.citizen()
        record = fields(street, him)
        answers = await meet(*[jobs.enter(record, key, f"k-{record['record_no']}")] * 2)
        number = await is_one_case(street, him)
        body = {"case": number, "new": True}
        assert sorted(answers, key=lambda answer: answer[2]) == [(201, body, False), (201, body, True)]


async def test_of_two_requests_with_one_key_the_other_is_refused(
    twins: Meetings, street: Street, key: str
) -> None:
    """The same, and the print of what was asked."""
    async for meet in twins:
        him, other = await street.citizen(), await street.citizen()
        record = fields(street, him)
        bodies = (record, record | {"plate": other.plate.number})
        answers = await meet(*[jobs.enter(body, key, f"k-{record['record_no']}") for body in bodies])
        assert sorted(status for status, _, _ in answers) == [201, 422]
        assert len([*await street.cases(him), *await street.cases(other)]) == 1


def by_newness(recorded: Recorded) -> bool:
    return recorded.new


def write(folder: Path, *records: dict[str, str]) -> Path:
    """A file of these records, with a name of its own."""
    file = folder / f"{records[0]['record_no']}.csv"
    lines = [list(RECORD), *(list(record.values()) for record in records)]
    file.write_text("".join(",".join(line) + "\n" for line in lines), "utf-8")
    return file
