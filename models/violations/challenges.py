"""Objections and reviews of a case: filed, backed by photos, withdrawn or answered. What an answer does to the case is a flow.

At most one of a case is open (`uq_challenges_open`). Whoever files holds the person and the case; whoever ends one moves it from open
only, so of two answers, or an answer and a withdrawal, one wins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from models.base import audit
from models.base.db import Work
from models.base.errors import Refusal
from models.post import desk
from models.violations import challenge_rules as rules
from models.violations import store
from models.violations.challenge_rules import ChallengeState, Kind, Standing
from models.violations.tables import CHALLENGED, challenges, photos

REASON = "challenges.reason"
ANSWER = "challenges.answer"
TOPIC = "challenge"
ALERT = "challenge_due"
PHOTOS = select(func.count()).where(photos.c.challenge_id == challenges.c.id).scalar_subquery()
CHALLENGE = select(challenges, PHOTOS.label("photos")).order_by(challenges.c.id.desc())


@dataclass(frozen=True, slots=True)
class Challenge:
    """One of them; `reason` is the citizen's own, `answer` the officer's, `photos` how many back it."""

    id: int
    case_number: str
    person_id: int
    kind: Kind
    state: ChallengeState
    reason: str
    filed_on: date
    answer_by: date
    photos: int
    closed_on: date | None
    ground: str | None
    answer: str | None

    @property
    def open(self) -> bool:
        return self.state is ChallengeState.OPEN


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that lies in the blob store under `blob`; `size` in bytes."""

    blob: str
    content_type: str
    size: int


async def of_person(work: Work, person_id: int) -> Sequence[Challenge]:
    """Somebody's, the newest first."""
    return await _found(work, challenges.c.person_id == person_id)


async def of_case(work: Work, number: str) -> Sequence[Challenge]:
    """A case's, the newest first."""
    return await _found(work, challenges.c.case_number == number)


async def by_id(work: Work, challenge_id: int) -> Challenge:
    """Raises Refusal for one that is not there."""
    found = await _found(work, challenges.c.id == challenge_id)
    if not found:
        raise Refusal("officer.no_challenge")
    return found[0]


async def still_open(work: Work) -> Sequence[Challenge]:
    """All that wait for an answer, the first deadline first."""
    return sorted(await _found(work, CHALLENGED), key=lambda each: (each.answer_by, each.id))


async def photos_of(work: Work, challenge_id: int) -> Sequence[Photo]:
    """In the order in which they came."""
    mine = select(photos).where(photos.c.challenge_id == challenge_id).order_by(photos.c.added_at)
    return [Photo(row.blob, row.content_type, row.size) for row in await work.all(mine)]


async def standing(work: Work, case: store.Case) -> Standing:
    """What filing depends on."""
    earlier = await of_case(work, case.number)
    answered = {each.kind for each in earlier if each.state is ChallengeState.UPHELD}
    knew_on = case.served_on or case.decided_on
    return Standing(case.state, case.challenged, knew_on, answered, nominated=bool(case.nominated))


async def check(work: Work, case: store.Case, kind: Kind) -> None:
    """Raises Refusal with the reason why this cannot be asked now."""
    calendar, handling = work.city.calendar, work.city.tariff.handling
    how = await standing(work, case)
    if against := rules.obstacle(kind, how, work.today, calendar, handling):
        until = rules.review_until(how.knew_on, calendar, handling) if how.knew_on else ""
        counter = {"counter": handling.counter, "counter_en": handling.counter_en}
        raise Refusal(f"object.{against}", number=case.number, until=until, **counter)


async def enter(work: Work, case: store.Case, kind: Kind, reason: str) -> Challenge:
    """File, for a person and a case that are held. Raises Refusal with the reason why not."""
    await check(work, case, kind)
    row = {
        "case_number": case.number,
        "person_id": case.liable_id,
        "kind": kind,
        "state": ChallengeState.OPEN,
        "reason": work.seal(reason[: rules.REASON_LENGTH], REASON),
        "filed_on": work.today,
        "filed_at": work.now,
        "answer_by": rules.answer_by(kind, work.today, work.city.calendar, work.city.tariff.challenges),
    }
    await work.run(insert(challenges).values(row))
    filed = next(each for each in await of_case(work, case.number) if each.open)
    subject = f"case {case.number}"
    await desk.open_ticket(work, TOPIC, subject, case.liable_id, due_on=filed.answer_by)
    details = {"challenge": filed.id, "kind": kind.value, "answer_by": str(filed.answer_by)}
    await audit.record(work, "challenge.filed", subject, person_id=case.liable_id, **details)
    return filed


async def add_photo(work: Work, person_id: int, challenge_id: int, photo: Photo) -> int:
    """Back an open challenge with a photo; returns how many there are now. Raises Refusal beyond the most, or after its end."""
    mine = (challenges.c.id == challenge_id) & (challenges.c.person_id == person_id)
    held = select(challenges.c.state, challenges.c.case_number).where(mine).with_for_update()
    found = await work.first(held)
    if found is None or found.state != ChallengeState.OPEN:
        raise Refusal("object.no_photo_now")
    most = work.city.tariff.challenges.photos
    there = len(await photos_of(work, challenge_id))
    if there >= most:
        raise Refusal("object.enough_photos")
    row = {"blob": photo.blob, "challenge_id": challenge_id, "content_type": photo.content_type}
    await work.run(insert(photos).values(**row, size=photo.size, added_at=work.now))
    subject = f"case {found.case_number}"
    await audit.record(work, "challenge.photo", subject, person_id=person_id, challenge=challenge_id)
    return there + 1


async def end(work: Work, challenge: Challenge, state: ChallengeState, **values: Any) -> None:
    """Move an open one to its end, and close what lies on a desk for it. Raises Refusal when another was first."""
    waiting = (challenges.c.id == challenge.id) & CHALLENGED
    ended = update(challenges).where(waiting).values(state=state, closed_on=work.today, **values)
    if not (await work.run(ended)).rowcount:
        raise Refusal("object.ended", number=challenge.case_number)
    subject = f"case {challenge.case_number}"
    await desk.settled(work, subject, TOPIC, ALERT, outcome=state)
    details = {"challenge": challenge.id, "kind": challenge.kind.value}
    await audit.record(work, f"challenge.{state}", subject, person_id=challenge.person_id, **details)


async def end_with_case(work: Work, number: str, state: ChallengeState, officer: str) -> None:
    """The case is gone, and what was asked with it: by an officer's own act, which tells the citizen."""
    for each in await of_case(work, number):
        if each.open:
            await end(work, each, state, decided_by=officer)


async def watch(work: Work) -> int:
    """An alert for each answer that is due by the next working day, or late; returns how many."""
    due = [
        each
        for each in await still_open(work)
        if rules.is_watched(each.answer_by, work.today, work.city.calendar)
    ]
    for each in due:
        await desk.open_ticket(work, ALERT, f"case {each.case_number}", each.person_id, due_on=each.answer_by)
    return len(due)


async def _found(work: Work, which: Any) -> list[Challenge]:
    rows = await work.all(CHALLENGE.where(which))
    return [_challenge(work, row) for row in rows]


def _challenge(work: Work, row: Row[Any]) -> Challenge:
    return Challenge(
        id=row.id,
        case_number=row.case_number,
        person_id=row.person_id,
        kind=Kind(row.kind),
        state=ChallengeState(row.state),
        reason=work.open(row.reason, REASON),
        filed_on=row.filed_on,
        answer_by=row.answer_by,
        photos=row.photos,
        closed_on=row.closed_on,
        ground=row.ground,
        answer=work.open(row.answer, ANSWER) if row.answer else None,
    )
