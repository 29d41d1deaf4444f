"""One key that two operators rotate at once, and a client whose request comes under both of its keys."""

from models.identity import keys
from tests.api.conftest import RECORD
from tests.databases import on_postgresql
from tests.races import jobs
from tests.races.ring import Meetings
from tests.races.street import Street

pytestmark = on_postgresql
WRITE = "violations:write"


async def new_key(street: Street) -> str:
    async with street.database.begin("operator") as work:
        return await keys.create(work, "cameras", [WRITE])


async def test_a_key_is_rotated_once(twins: Meetings, street: Street) -> None:
    """The key's row is locked before it is looked at."""
    async for meet in twins:
        key_id = (await new_key(street)).split("_")[1]
        made = await meet(*[jobs.act(keys.rotate, key_id)] * 2)
        assert len([token for token in made if token]) == 1
        assert await street.happened("key.rotated", f"key {key_id}") == 1


async def test_a_request_that_is_repeated_under_the_next_key_is_done_once(
    twins: Meetings, street: Street
) -> None:
    """What is claimed in the inbox is the client's, not the key's."""
    async for meet in twins:
        older, him = await new_key(street), await street.citizen()
        async with street.database.begin("operator") as work:
            newer = await keys.rotate(work, older.split("_")[1])
        assert newer
        record = RECORD | {"plate": him.plate.number, "record_no": f"R-{next(street.numbers)}"}
        request = f"k-{record['record_no']}"
        answers = await meet(jobs.enter(record, older, request), jobs.enter(record, newer, request))
        assert sorted((status, replayed) for status, _, replayed in answers) == [(201, False), (201, True)]
        assert len(await street.cases(him)) == 1
