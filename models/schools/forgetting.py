"""What goes of reading, leagues and answers: with the school year, and when somebody reads a class no more."""

from collections.abc import Collection

from sqlalchemy import delete

from models.base import bulk
from models.base.db import Work
from models.schools import members
from models.schools.learning_tables import answers, league, reading

PERSON = {reading: reading.c.person_id, league: league.c.person_id, answers: answers.c.guardian_id}


async def forget_year(work: Work, class_ids: Collection[int]) -> None:
    """All of these classes."""
    for table in PERSON:
        await work.run(delete(table).where(bulk.among(work, table.c.class_id, class_ids)))


async def forget_who_left(work: Work, class_id: int) -> None:
    """Of everybody who is no guardian of the class (any more): reading time, nickname, and what they and the teachers wrote to each other.
    To be called by whatever takes a class from somebody, afterwards."""
    stay = members.guardians_in(work, class_id)
    for table, person in PERSON.items():
        await work.run(delete(table).where(table.c.class_id == class_id, person.not_in(stay)))
