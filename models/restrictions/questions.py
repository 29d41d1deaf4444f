"""May this person travel so on that day? Booking systems ask; each question is on record, and the citizen can see who asked.

It is put on record before it is answered: whoever has an answer is on record. Somebody in no register and somebody who is free cannot be
told apart: the same statements, the same row, the same answer. Looking and recording are units of work of their own, for looks that come
together go to the database together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, func, insert, select

from models.base.db import Work
from models.base.errors import BadInput
from models.identity import acts as identity
from models.identity import keys
from models.restrictions.clearance import Matter, holding
from models.restrictions.question_tables import questions

DETAILS = "clearance_questions.details"
PERSON = "clearance_questions.person_index"
NOBODY = 0  # an id that no person has
PUT_ON_RECORD = insert(questions)
BATCH = 1000  # rows forgotten in one transaction
# How far ahead something may be booked; a day that is over needs no clearance. Zones: yesterday may still be today where it is asked.
DAYS_AHEAD, DAYS_BACK = 400, 1


class Purpose(StrEnum):
    """What for; citizens read it as `question.purpose.<it>`."""

    BOOKING = "booking"
    BOARDING = "boarding"
    CHECK_IN = "check_in"
    CROSSING = "crossing"


@dataclass(frozen=True, slots=True)
class Question:
    """`mode` and `klass` as in the tariff (`travel.modes`); no class ("") asks of the mode as a whole."""

    resident_id: str
    mode: str
    klass: str
    day: date
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that was asked: by whom (the name of their key), when (UTC), about what; `allowed` is what they were told."""

    by: str
    at: datetime
    mode: str
    klass: str
    day: date
    purpose: Purpose
    allowed: bool


async def look(work: Work, question: Question) -> Matter | None:
    """What keeps this person from it, None where nothing does. Raises BadInput for a mode, a class or a day that there is not."""
    _check(work, question)
    person = await identity.person_of(work, question.resident_id)
    return await holding(work, person or NOBODY, question.mode, question.klass, question.day)


async def put_on_record(work: Work, client: str, question: Question, matter: Matter | None) -> None:
    """This client asked, and this is what keeps the person from it; the person can see it."""
    details = {
        "mode": question.mode,
        "klass": question.klass,
        "day": question.day.isoformat(),
        "purpose": question.purpose.value,
        "matter": matter.number if matter else None,
    }
    row = {"person_index": work.index(question.resident_id, PERSON), "client": client, "asked_at": work.wall}
    await work.run(PUT_ON_RECORD, row | {"details": work.city.vault.seal_json(details, DETAILS)})


async def asked(work: Work, person_id: int, most: int) -> tuple[Sequence[Asked], int]:
    """The last questions about this person, the newest first, and how many there are on record."""
    resident_id = (await identity.resident_ids(work, [person_id]))[person_id]
    mine = questions.c.person_index == work.index(resident_id, PERSON)
    rows = await work.all(select(questions).where(mine).order_by(questions.c.id.desc()).limit(most))
    count = await work.scalar(select(func.count()).select_from(questions).where(mine))
    names = await keys.names(work, {row.client for row in rows})
    found = []
    for row in rows:
        told = work.city.vault.open_json(row.details, DETAILS)
        found.append(
            Asked(
                by=names.get(row.client, row.client),
                at=row.asked_at,
                mode=told["mode"],
                klass=told["klass"],
                day=date.fromisoformat(told["day"]),
                purpose=Purpose(told["purpose"]),
                allowed=told["matter"] is None,
            )
        )
    return found, int(count)


async def forget(work: Work) -> int:
    """Remove some that were kept as long as the tariff says (natural days); how many."""
    until = work.wall - timedelta(days=work.city.tariff.retention.question_days)
    old = (
        select(questions.c.id).where(questions.c.asked_at < until).order_by(questions.c.asked_at).limit(BATCH)
    )
    return (await work.run(delete(questions).where(questions.c.id.in_(old)))).rowcount


def _check(work: Work, question: Question) -> None:
    modes = work.city.tariff.travel.modes
    if question.mode not in modes:
        raise BadInput("clearance.mode")
    if question.klass and question.klass not in modes[question.mode]:
        raise BadInput("clearance.class")
    ahead = (question.day - work.today).days
    if not -DAYS_BACK <= ahead <= DAYS_AHEAD:
        raise BadInput("clearance.date")
