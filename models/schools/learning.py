"""Learning points: the seconds that guardians read, put on record in batches. What a beat is worth is `learning_rules`' to say.

There is no audit event and no notice for it: the points are worth nothing outside the class, and a trail of who read when would outlive
them (docs/decisions/0029).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from models.base import bulk
from models.base.db import Work
from models.identity import acts as identity
from models.schools import learning_rules as rules
from models.schools import members
from models.schools.learning_rules import Beat, Read, Tally
from models.schools.learning_tables import reading
from models.schools.tables import classes, updates, years


async def record(work: Work, beats: Collection[Beat]) -> int:
    """Put on record what these beats are worth; how many seconds. A beat of somebody who does not read the class (any more), of an update
    that was taken back, or after the school year's last day is worth nothing. One writing statement, however many they are."""
    if not beats:
        return 0
    await identity.hold_all(work, {beat.person_id for beat in beats})
    countable, class_of = await _countable(work, beats)
    if not countable:
        return 0
    readers = rules.by_reader(countable)
    tallies = await _tallies(work, countable)
    caps = work.city.tariff.school.learning
    found = [
        (person, read) for person, mine in readers.items() for read in rules.fold(mine, tallies[person], caps)
    ]
    await _add(work, [_row(person, read, class_of[read.update_id]) for person, read in found])
    return sum(read.seconds for _, read in found)


async def _countable(work: Work, beats: Collection[Beat]) -> tuple[Sequence[Beat], Mapping[int, int]]:
    """The beats that may count, and the class of each update."""
    there = bulk.among(work, updates.c.id, {beat.update_id for beat in beats})
    rows = await work.all(
        select(updates.c.id, updates.c.class_id, years.c.last_day)
        .select_from(updates.join(classes).join(years))
        .where(there, updates.c.published_at.is_not(None), updates.c.withdrawn_at.is_(None))
    )
    of = {row.id: row for row in rows}
    people = {beat.person_id for beat in beats}
    reads = await members.guardians_among(work, people, {row.class_id for row in rows})
    countable = [
        beat
        for beat in beats
        if (update := of.get(beat.update_id))
        and beat.day <= update.last_day
        and (beat.person_id, update.class_id) in reads
    ]
    return countable, {row.id: row.class_id for row in rows}


async def _tallies(work: Work, beats: Sequence[Beat]) -> Mapping[int, Tally]:
    """What is counted of these readers already. They are held."""
    tallies = {beat.person_id: Tally() for beat in beats}
    mine = bulk.among(work, reading.c.person_id, tallies)
    lately = reading.c.day >= rules.days_looked_at(beats)
    of_update = bulk.among(work, reading.c.update_id, {beat.update_id for beat in beats})
    for row in await work.all(select(reading).where(mine, lately | of_update)):
        tally = tallies[row.person_id]
        tally.until = max(tally.until or row.counted_until, row.counted_until)
        tally.of_update[row.update_id] = tally.of_update.get(row.update_id, 0) + row.seconds
        tally.of_day[row.day] = tally.of_day.get(row.day, 0) + row.seconds
    return tallies


def _row(person_id: int, read: Read, class_id: int) -> Mapping[str, Any]:
    return {
        "person_id": person_id,
        "update_id": read.update_id,
        "day": read.day,
        "class_id": class_id,
        "seconds": read.seconds,
        "counted_until": read.until,
    }


async def _add(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    dialect_insert = postgresql.insert if bulk.on_postgresql(work) else sqlite.insert
    new = dialect_insert(reading).values(list(rows))
    added = {
        "seconds": reading.c.seconds + new.excluded.seconds,
        "counted_until": new.excluded.counted_until,
    }
    key = [reading.c.person_id, reading.c.update_id, reading.c.day]
    await work.run(new.on_conflict_do_update(index_elements=key, set_=added))
