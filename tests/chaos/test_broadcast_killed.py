"""A teacher tells a crowd while one of two workers is killed in the middle: one row for each guardian, and everybody is told.

WeChat gives a customer-service message no key by which it could be asked about: what the killed worker had sent and not recorded comes
a second time. Nobody else's does.
"""

import asyncio
import time
from collections.abc import Mapping

from sqlalchemy import func, select, update

from models.base.db import Database
from models.post.outbox import outbox
from tests.chaos.conftest import Start, Tell, until
from tests.chaos.outside import Outside
from tests.chaos.size import LONG_ENOUGH, SIZE
from tests.databases import on_postgresql
from tests.helpers import town
from tests.school import crowd
from tests.wechat import pushes

pytestmark = [on_postgresql, LONG_ENOUGH]

LONGEST = 300.0


async def states(database: Database) -> Mapping[str, int]:
    async with database.read(patience=60) as work:
        mine = outbox.c.kind == "school_update"
        found = await work.all(
            select(outbox.c.state, func.count().label("times")).where(mine).group_by(outbox.c.state)
        )
    return {row.state: row.times for row in found}


async def test_one_of_two_workers_is_killed(
    database: Database, start: Start, outside: tuple[Outside, str], tell: Tell
) -> None:
    far = outside[0]
    await town(database)
    _, openids = await crowd(database, SIZE.guardians, pushes.OPENID)
    web, first, second = await asyncio.gather(start("serve"), start("worker"), start("worker"))
    await web.say("发布 3-2 明天带水彩笔")
    began = time.monotonic()
    await web.say("确认")
    answered = time.monotonic() - began
    assert sum((await states(database)).values()) == SIZE.guardians, web.log
    await until(lambda: len(far.pushed) >= SIZE.guardians // 3, LONGEST)
    first.process.kill()
    await first.ended()

    async def nothing_waits() -> bool:
        return "pending" not in await states(database)

    await until(nothing_waits, LONGEST)
    second.terminate()  # finishes and records what it has in hand: what is claimed after that was the killed one's
    await second.ended()
    async with database.begin("test") as work:
        claimed = outbox.c.state == "claimed"
        abandoned = await work.scalar(select(func.count()).where(claimed))
        await work.run(update(outbox).where(claimed).values(lease_until=work.wall))
    await start("worker")

    async def all_sent() -> bool:
        return await states(database) == {"sent": SIZE.guardians}

    await until(all_sent, LONGEST)
    async with database.read(patience=60) as work:
        rows = await work.all(
            select(outbox.c.person_id, outbox.c.attempts).where(outbox.c.kind == "school_update")
        )
    twice = [openid for openid, texts in far.pushed.items() if len(texts) > 1]
    tell(
        "broadcast, a worker killed",
        guardians=SIZE.guardians,
        answer_ms=round(answered * 1000),
        rows_each=round(len(rows) / len({row.person_id for row in rows}), 2),
        taken_over=abandoned,
        not_told=len(set(openids) - set(far.pushed)),
        told_twice=len(twice),
        seconds=round(time.monotonic() - began),
    )
    assert len(rows) == len({row.person_id for row in rows}) == SIZE.guardians
    assert set(far.pushed) == set(openids)
    assert sum(row.attempts > 1 for row in rows) == abandoned
    assert max(len(texts) for texts in far.pushed.values()) <= 2
    assert len(twice) <= abandoned
