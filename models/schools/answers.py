"""What guardians answer to an update, and what the teachers reply: one conversation for each update and guardian, seen by that guardian and
by the teachers of the class, and by nobody else.

    written = await answers.write(work, update, person_id, text)      a guardian, from the update's page
    await answers.reply(work, person_id, answer_id, text)             a teacher, from the page or the chat; goes out through the account
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select

from models.base import audit, bulk
from models.base.clock import CITY_ZONE
from models.base.db import Work
from models.base.errors import BadInput, Refusal
from models.identity import acts as identity
from models.identity import names as people
from models.schools import answer_notices, members
from models.schools import updates as school_updates
from models.schools.learning_tables import answers
from models.schools.tables import updates
from models.schools.updates import Update

TEXT = "school_answers.text"


@dataclass(frozen=True, slots=True)
class Entry:
    """One text of a conversation. `number` names it to teachers; `by_guardian`, else by the teacher `author_id`."""

    number: int
    update_id: int
    guardian_id: int
    author_id: int
    text: str
    written_at: datetime

    @property
    def by_guardian(self) -> bool:
        return self.author_id == self.guardian_id


@dataclass(frozen=True, slots=True)
class Waiting:
    """A conversation whose last word is a guardian's; `guardian` is who, as teachers know them: by name."""

    entry: Entry
    update: Update
    guardian: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that one guardian and the teachers wrote about an update, the oldest first. `guardian` as in `Waiting`."""

    guardian: str
    entries: Sequence[Entry]

    @property
    def reply_to(self) -> int:
        """The guardian's last entry, to which a teacher may reply."""
        return next(each.number for each in reversed(self.entries) if each.by_guardian)

    @property
    def waits(self) -> bool:
        """Whether the last word is the guardian's."""
        return self.entries[-1].by_guardian


async def write(work: Work, update: Update, person_id: int, text: str) -> Entry:
    """A guardian answers; the teachers are told once a day that there are answers. Raises BadInput for no text or too much of it, and
    Refusal: not a guardian of the class, taken back, enough for today."""
    await identity.hold(work, person_id)
    if not await members.is_guardian_in(work, person_id, update.class_id):
        raise Refusal("school.no_update")
    if update.withdrawn_at is not None:
        raise Refusal("answer.withdrawn")
    tidy = _tidied(work, text)
    most = work.city.tariff.school.answers.answers_a_day
    if await _written_today(work, update, person_id) >= most:
        raise Refusal("answer.enough", most=most)
    entry = await _put(work, update, person_id, person_id, tidy)
    for teacher in await members.teachers_of(work, update.class_id):
        await answer_notices.tell_teacher(work, update, teacher)
    return entry


async def reply(work: Work, person_id: int, number: int, text: str) -> Entry:
    """A teacher of the class replies to an entry of a guardian's; it goes to the guardian through the account. Raises BadInput for no text
    or too much of it, and Refusal, the same for an entry that is not there and one that is not of a class of theirs."""
    for each in await _asked(work, number):
        await identity.hold(work, each.guardian_id)  # who might be leaving
    entry, update = await addressed(work, person_id, number)
    tidy = _tidied(work, text)
    said = await _put(work, update, entry.guardian_id, person_id, tidy)
    await answer_notices.tell_guardian(work, update, said.number, entry.guardian_id, person_id)
    return said


async def addressed(work: Work, person_id: int, number: int) -> tuple[Entry, Update]:
    """The guardian's entry that a teacher may reply to, and its update. Raises Refusal as `reply` does, and where the guardian left."""
    for entry in await _asked(work, number):
        [update] = await _updates(work, {entry.update_id})
        if await members.is_teacher_of(work, person_id, update.class_id):
            if not await members.is_guardian_in(work, entry.guardian_id, update.class_id):
                raise Refusal("answer.left")
            return entry, update
    raise Refusal("answer.unknown")


async def own(work: Work, update: Update, person_id: int) -> Sequence[Entry]:
    """A guardian's conversation about an update, the oldest first."""
    return await _found(work, (answers.c.update_id == update.id) & (answers.c.guardian_id == person_id))


async def waiting(work: Work, person_id: int) -> Sequence[Waiting]:
    """What waits for a reply in the classes that this person teaches, the oldest first."""
    taught = {each.id for each in await members.taught_by(work, person_id)}
    if not taught:
        return []
    last = select(func.max(answers.c.id)).where(bulk.among(work, answers.c.class_id, taught))
    last = last.group_by(answers.c.update_id, answers.c.guardian_id)
    open_ = answers.c.id.in_(last) & (answers.c.author_id == answers.c.guardian_id)
    return await _named(work, await _found(work, open_))


async def of_update(work: Work, person_id: int, update: Update) -> Sequence[Conversation]:
    """All conversations about an update, for a teacher of its class; what waits for a reply first. Nobody else gets any."""
    if not await members.is_teacher_of(work, person_id, update.class_id):
        return []
    of: dict[int, list[Entry]] = {}
    for entry in await _found(work, answers.c.update_id == update.id):
        of.setdefault(entry.guardian_id, []).append(entry)
    names = await people.names_of(work, of)
    found = [Conversation(names[guardian_id], entries) for guardian_id, entries in of.items()]
    return sorted(found, key=lambda each: (not each.waits, each.entries[-1].number))


async def _named(work: Work, entries: Sequence[Entry]) -> Sequence[Waiting]:
    of = {each.id: each for each in await _updates(work, {entry.update_id for entry in entries})}
    names = await people.names_of(work, {entry.guardian_id for entry in entries})
    return [Waiting(entry, of[entry.update_id], names[entry.guardian_id]) for entry in entries]


async def _put(work: Work, update: Update, guardian_id: int, author_id: int, text: str) -> Entry:
    row = {
        "class_id": update.class_id,
        "update_id": update.id,
        "guardian_id": guardian_id,
        "author_id": author_id,
        "text": work.seal(text, TEXT),
        "written_at": work.now,
    }
    number = int(await work.scalar(insert(answers).values(row).returning(answers.c.id)))
    action = "update.answered" if author_id == guardian_id else "update.replied"
    await audit.record(work, action, f"update {update.code}", person_id=guardian_id, answer=number)
    return Entry(number, update.id, guardian_id, author_id, text, work.now)


def _tidied(work: Work, text: str) -> str:
    """Line ends kept, as one; what cannot be seen at both ends gone."""
    longest = work.city.tariff.school.answers.longest_text
    tidy = "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    if not tidy:
        raise BadInput("answer.empty")
    if len(tidy) > longest:
        raise BadInput("answer.long", longest=longest)
    return tidy


async def _written_today(work: Work, update: Update, person_id: int) -> int:
    mine = (answers.c.update_id == update.id) & (answers.c.guardian_id == person_id)
    midnight = datetime.combine(work.today, datetime.min.time(), CITY_ZONE)
    today = mine & (answers.c.author_id == person_id) & (answers.c.written_at >= midnight)
    return int(await work.scalar(select(func.count()).select_from(answers).where(today)))


async def _asked(work: Work, number: int) -> Sequence[Entry]:
    """The guardian's entry of this number, if there is one."""
    return await _found(work, (answers.c.id == number) & (answers.c.author_id == answers.c.guardian_id))


async def _updates(work: Work, ids: set[int]) -> Sequence[Update]:
    rows = await work.all(select(updates).where(bulk.among(work, updates.c.id, ids))) if ids else []
    return [school_updates.update_of(work, row) for row in rows]


async def _found(work: Work, which: ColumnElement[bool]) -> Sequence[Entry]:
    return [_entry(work, row) for row in await work.all(select(answers).where(which).order_by(answers.c.id))]


def _entry(work: Work, row: Row[Any]) -> Entry:
    return Entry(
        row.id, row.update_id, row.guardian_id, row.author_id, work.open(row.text, TEXT), row.written_at
    )
