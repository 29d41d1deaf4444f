"""What goes of reading, leagues and answers: with the school year, and with a guardian who leaves a class or revokes the consent."""

from collections.abc import Collection

from sqlalchemy import delete

from models.base import bulk
from models.base.db import Work
from models.schools.learning_tables import answers, league, reading

TABLES = (reading, league, answers)


async def forget_year(work: Work, class_ids: Collection[int]) -> int:
    """All of these classes; how many rows."""
    gone = 0
    for table in TABLES:
        mine = bulk.among(work, table.c.class_id, class_ids)
        gone += (await work.run(delete(table).where(mine))).rowcount
    return gone


async def forget_guardian(work: Work, person_id: int, class_id: int) -> None:
    """Their part of one class: reading time, nickname, and what was written between them and the teachers."""
    mine = {reading: reading.c.person_id, league: league.c.person_id, answers: answers.c.guardian_id}
    for table, person in mine.items():
        await work.run(delete(table).where(table.c.class_id == class_id, person == person_id))
