"""`kill -9` of workers, over and over: no notice is lost, none reaches a phone twice, and what follows from one follows once."""

import time
from collections.abc import Mapping
from datetime import timedelta
from random import Random

from sqlalchemy import func, select, update

from models.base.audit import events
from models.base.db import Database, Work
from models.post.outbox import outbox
from models.violations import entering
from models.violations.acts import Recorded
from models.violations.rules import State
from models.violations.tables import cases
from tests.chaos.conftest import Start, Tell, until
from tests.chaos.ledger import TIMES
from tests.chaos.outside import Outside
from tests.chaos.size import LONG_ENOUGH, SEED, SIZE
from tests.databases import on_postgresql
from tests.helpers import report
from tests.races.street import Street

pytestmark = [on_postgresql, LONG_ENOUGH]

NOTICES_EACH = 50  # to one phone: what the carrier tells in one page
BATCH = 500
LONGEST = 400.0  # seconds until something happens: leases of a minute, one after the other


async def record_cases(database: Database) -> list[str]:
    """So many notices are due, each of a new case; the case numbers."""
    street = Street(database)
    await street.enter_catalogue()
    owners = [await street.citizen(bound=False) for _ in range(max(1, SIZE.notices // NOTICES_EACH))]
    yesterday = database.civic.now() - timedelta(days=1)
    reports = [
        report(f"R{number}", plate=owners[number % len(owners)].plate, occurred_at=yesterday)
        for number in range(SIZE.notices)
    ]
    numbers: list[str] = []
    for start in range(0, len(reports), BATCH):
        async with database.begin("street") as work:
            recorded = await entering.record_all(work, reports[start : start + BATCH])
        numbers += [each.number for each in recorded if isinstance(each, Recorded)]
    return numbers


async def time_passes(database: Database, far: Outside) -> None:
    """Nobody is alive, and what the dead said has been heard: what was put off is due, and leases have run out."""
    await until(lambda: far.quiet)
    async with database.begin("test") as work:
        await waits_are_over(work)
        if not SIZE.patient:
            passed = work.wall - timedelta(seconds=1)
            await work.run(update(outbox).where(outbox.c.state == "claimed").values(lease_until=passed))


async def waits_are_over(work: Work) -> None:
    """What was put off for a while is due; nobody has it in hand."""
    await work.run(update(outbox).where(outbox.c.state == "pending").values(due_at=work.now))


async def counted(database: Database) -> Mapping[str, int]:
    """How many notices are in each state."""
    async with database.read() as work:
        found = await work.all(select(outbox.c.state, TIMES).group_by(outbox.c.state))
    return {row.state: row.times for row in found}


async def all_sent(database: Database) -> bool:
    async with database.begin("test") as work:
        await waits_are_over(work)
    return await counted(database) == {"sent": SIZE.notices}


async def followed(database: Database) -> Mapping[str, int]:
    """How often each case is on record as notified."""
    mine = select(events.c.subject, TIMES).where(events.c.action == "case.notified")
    async with database.read() as work:
        return {row.subject: row.times for row in await work.all(mine.group_by(events.c.subject))}


async def test_kill_nine(database: Database, start: Start, outside: tuple[Outside, str], tell: Tell) -> None:
    far, random = outside[0], Random(SEED)
    numbers = await record_cases(database)
    began = time.monotonic()
    for _ in range(SIZE.kills):
        await time_passes(database, far)
        worker = await start("worker")
        share = random.randint(0, 2 * SIZE.notices // (SIZE.kills + 1))
        goal = min(far.texts.total() + share, SIZE.notices - 1)
        await until(lambda goal=goal: far.texts.total() >= goal, LONGEST)
        worker.process.kill()
        await worker.ended()
    await time_passes(database, far)
    await start("worker")
    await until(lambda: all_sent(database), LONGEST)
    async with database.read() as work:
        keys = {row.key for row in await work.all(select(outbox.c.key))}
        told = await work.scalar(select(func.count()).where(cases.c.state == State.NOTIFIED))
    lost = keys - far.texts.keys()
    twice = [key for key, count in far.texts.items() if count > 1]
    tell(
        "workers killed",
        notices=len(keys),
        kills=SIZE.kills,
        lost=len(lost),
        sent_twice=len(twice),
        seconds=round(time.monotonic() - began),
    )
    assert (lost, twice) == (set(), [])
    assert await followed(database) == {f"case {number}": 1 for number in numbers}
    assert told == SIZE.notices
