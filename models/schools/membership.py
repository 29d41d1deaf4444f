"""Becoming a guardian of a class, and leaving it.

    the code of a class -> on the school's list, by the phone that was proved at binding:  guardian at once
                        -> on no list: asked -> confirmed | declined by a teacher of the class, withdrawn by leaving
    guardian -> left (by oneself), ended (the school's list, the end of the year)

For a child under the tariff's age the guardian consents to the keeping of its data before anything is entered; leaving takes the
consent back (PIPL 31, 47). Order of locks: the person, the child, the request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update

from models.base import audit, bulk
from models.base.db import Work
from models.base.errors import Refusal
from models.identity import acts as identity
from models.identity import phones
from models.identity.rules import tidy
from models.post import outbox
from models.post.notices import Channel, Kind, Notice
from models.schools import forgetting, members, rules
from models.schools.members import NAME, NUMBER, SchoolClass
from models.schools.rules import RequestState
from models.schools.tables import (
    ASKED,
    GIVEN,
    STAYS,
    children,
    consents,
    guardianships,
    listed_guardians,
    requests,
)

SAID = "school_requests.said"
LONGEST_SAID = 40  # characters
BY_LIST = "list"


@dataclass(frozen=True, slots=True)
class Match:
    """A child of the class for which the list names this person's phone, or who is theirs already and waits for the consent."""

    child_id: int
    name: str
    needs_consent: bool


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks to be let into a class. `child_id` is None where the class has no such child, or two."""

    id: int
    class_id: int
    person_id: int
    child_id: int | None
    said: str
    asked_at: datetime


async def matches(work: Work, person_id: int, class_id: int) -> Sequence[Match]:
    """For whom this person may join at once, after consenting where that is needed."""
    phone = await phones.index_of(work, person_id)
    theirs = (guardianships.c.child_id == children.c.id) & (guardianships.c.person_id == person_id) & STAYS
    stays = select(guardianships.c.id).where(theirs).exists()
    listed = select(listed_guardians.c.child_id).where(listed_guardians.c.phone_index == phone)
    wanted = (children.c.class_id == class_id) & (children.c.id.in_(listed) | stays)
    consented = select(consents.c.id).where(
        consents.c.child_id == children.c.id, consents.c.person_id == person_id, GIVEN
    )
    found = select(children, stays.label("stays"), consented.exists().label("consented")).where(wanted)
    matched = []
    for row in await work.all(found.order_by(children.c.id)):
        needs = not row.consented and _young(work, row)
        if needs or not row.stays:
            matched.append(Match(row.id, work.open(row.name, NAME), needs))
    return matched


async def join_listed(work: Work, person_id: int, class_id: int, *, consents_too: bool) -> Sequence[Match]:
    """Become the guardian of whom the list names. Raises Refusal: nobody is named, or the consent is needed and not given."""
    await identity.hold(work, person_id)
    named = sorted(each.child_id for each in await matches(work, person_id, class_id))
    held = select(children.c.id).where(bulk.among(work, children.c.id, named)).order_by(children.c.id)
    await work.run(held.with_for_update(key_share=True))  # the list may be changing
    found = await matches(work, person_id, class_id)
    if not found:
        raise Refusal("school.not_listed")
    if any(each.needs_consent for each in found) and not consents_too:
        raise Refusal("school.consent_needed")
    phone = await phones.index_of(work, person_id)
    for each in found:
        await _link(
            work, each.child_id, person_id, BY_LIST, consent_at=work.now if each.needs_consent else None
        )
        used = (listed_guardians.c.child_id == each.child_id) & (listed_guardians.c.phone_index == phone)
        await work.run(update(listed_guardians).where(used).values(person_id=person_id))
    await _withdraw(work, requests.c.person_id == person_id, requests.c.class_id == class_id)
    return found


async def ask(work: Work, person_id: int, class_id: int, said: str) -> None:
    """Ask the teachers of a class to be let in as the guardian of the child of this name or number. Whether there is such a child is not
    told. Raises Refusal: asked already, too many requests, nobody to ask."""
    await identity.hold(work, person_id)
    if await members.is_guardian_in(work, person_id, class_id):
        raise Refusal("school.in_already")
    teachers = await members.teachers_of(work, class_id)
    if not teachers:
        raise Refusal("school.no_teacher")
    await _refuse_too_many(work, person_id)
    row = {
        "class_id": class_id,
        "person_id": person_id,
        "child_id": await _child_meant(work, class_id, said),
        "said": work.seal(said[:LONGEST_SAID], SAID),
        "state": RequestState.ASKED,
        "asked_at": work.now,
    }
    if not await work.insert_new(requests, row):
        raise Refusal("school.asked_already")
    asked = await work.scalar(_open_of(person_id, class_id).with_only_columns(requests.c.id))
    known = await members.class_of(work, class_id)
    await audit.record(work, "class.asked", f"class request {asked}", person_id=person_id)
    for teacher in teachers:
        await outbox.queue(
            work,
            JOIN_ASKED,
            subject=f"class request {asked}",
            once=f"{teacher}",
            person_id=teacher,
            params={"name": known.called},
        )


async def waiting(work: Work, teacher_id: int) -> Sequence[Request]:
    """What a teacher has to answer, the longest waiting first."""
    mine = [each.id for each in await members.taught_by(work, teacher_id)]
    asked = select(requests).where(bulk.among(work, requests.c.class_id, mine), ASKED)
    return [_request(work, row) for row in await work.all(asked.order_by(requests.c.id))] if mine else []


async def answer(work: Work, teacher_id: int, request_id: int, *, let_in: bool) -> Request:
    """Confirm or decline, for a teacher of the class; the person is told. Raises Refusal: not theirs to answer, answered already, or no
    such child to let anybody in for."""
    known = await work.first(select(requests).where(requests.c.id == request_id))
    if known is None or not await members.is_teacher_of(work, teacher_id, known.class_id):
        raise Refusal("school.no_request")
    await identity.hold(work, known.person_id)
    if let_in and known.child_id is None:
        raise Refusal("school.no_such_child")
    state = RequestState.CONFIRMED if let_in else RequestState.DECLINED
    values = {"state": state, "answered_at": work.now, "answered_by": work.actor}
    moved = update(requests).where(requests.c.id == request_id, ASKED).values(**values)
    if not (await work.run(moved)).rowcount:
        raise Refusal("school.answered")
    if let_in:
        await _link(work, known.child_id, known.person_id, work.actor, consent_at=known.asked_at)
    await audit.record(work, f"class.{state}", f"class request {request_id}", person_id=known.person_id)
    called = (await members.class_of(work, known.class_id)).called
    await outbox.queue(
        work,
        JOINED if let_in else NOT_JOINED,
        subject=f"class request {request_id}",
        once="answered",
        person_id=known.person_id,
        params={"name": called},
    )
    return _request(work, known)


async def leave(work: Work, person_id: int, class_id: int) -> None:
    """No more of this class: requests, links and consents end. Raises Refusal for who is not in it and did not ask."""
    await identity.hold(work, person_id)
    asked = await _withdraw(work, requests.c.person_id == person_id, requests.c.class_id == class_id)
    linked = select(guardianships.c.child_id).where(guardianships.c.person_id == person_id, STAYS)
    mine = select(children.c.id).where(children.c.class_id == class_id, children.c.id.in_(linked))
    ended = [
        await end(work, row.id, person_id, "guardian.left")
        for row in await work.all(mine.order_by(children.c.id))
    ]
    if not asked and not any(ended):
        raise Refusal("school.not_in")


async def end(work: Work, child_id: int, person_id: int, action: str) -> bool:
    """A link and its consent; tells whether there was one."""
    mine = (guardianships.c.child_id == child_id) & (guardianships.c.person_id == person_id) & STAYS
    ended = bool((await work.run(update(guardianships).where(mine).values(left_at=work.now))).rowcount)
    given = (consents.c.child_id == child_id) & (consents.c.person_id == person_id) & GIVEN
    await work.run(update(consents).where(given).values(revoked_at=work.now))
    if ended:
        await audit.record(work, action, f"child {child_id}", person_id=person_id)
        class_id = await work.scalar(select(children.c.class_id).where(children.c.id == child_id))
        await forgetting.forget_who_left(work, class_id)
    return ended


async def asked_by(work: Work, person_id: int) -> Sequence[SchoolClass]:
    """The classes whose teachers have not answered this person yet."""
    mine = select(requests.c.class_id).where(requests.c.person_id == person_id, ASKED)
    ids = [row.class_id for row in await work.all(mine.order_by(requests.c.id))]
    return [await members.class_of(work, each) for each in ids]


async def _link(work: Work, child_id: int, person_id: int, by: str, *, consent_at: datetime | None) -> None:
    """Once; the consent where there is one to be entered."""
    row = {"child_id": child_id, "person_id": person_id, "since": work.now, "confirmed_by": by}
    if await work.insert_new(guardianships, row):
        await audit.record(work, "guardian.confirmed", f"child {child_id}", person_id=person_id, by=by)
    if consent_at is not None:
        given = {"child_id": child_id, "person_id": person_id, "given_at": consent_at}
        if await work.insert_new(consents, given):
            await audit.record(work, "child.consented", f"child {child_id}", person_id=person_id)


async def _withdraw(work: Work, *which: ColumnElement[bool]) -> bool:
    values = {"state": RequestState.WITHDRAWN, "answered_at": work.now}
    return bool((await work.run(update(requests).where(*which, ASKED).values(**values))).rowcount)


async def _refuse_too_many(work: Work, person_id: int) -> None:
    limits = work.city.tariff.school
    mine = select(func.count()).select_from(requests).where(requests.c.person_id == person_id)
    since = work.now - timedelta(days=1)
    if await work.scalar(mine.where(requests.c.asked_at > since)) >= limits.requests_a_day:
        raise Refusal("school.too_many_requests")
    if await work.scalar(mine.where(ASKED)) >= limits.open_requests:
        raise Refusal("school.too_many_open")


async def _child_meant(work: Work, class_id: int, said: str) -> int | None:
    """The one child of the class that has this name or number."""
    meant = tidy(said)
    rows = await work.all(select(children).where(children.c.class_id == class_id))
    found = [
        row.id for row in rows if meant in (tidy(work.open(row.name, NAME)), work.open(row.number, NUMBER))
    ]
    return found[0] if len(found) == 1 else None


def _open_of(person_id: int, class_id: int) -> Any:
    return select(requests).where(requests.c.person_id == person_id, requests.c.class_id == class_id, ASKED)


def _young(work: Work, row: Row[Any]) -> bool:
    return rules.needs_consent(row.born_on, work.today, work.city.tariff.school.consent_age)


def _request(work: Work, row: Row[Any]) -> Request:
    return Request(row.id, row.class_id, row.person_id, row.child_id, work.open(row.said, SAID), row.asked_at)


async def _still_asked(work: Work, notices: Sequence[Notice]) -> set[int]:
    """Somebody may have answered, or the asker left."""
    ids = {int(notice.subject.removeprefix("class request ")) for notice in notices}
    rows = await work.all(select(requests.c.id).where(bulk.among(work, requests.c.id, ids), ASKED))
    still = {f"class request {row.id}" for row in rows}
    return {notice.id for notice in notices if notice.subject in still}


JOIN_ASKED = Kind("school_join_asked", channels=(Channel.CHAT,), chat_else_sms=True, still_true=_still_asked)
JOINED = Kind("school_joined", channels=(Channel.CHAT,), chat_else_sms=True)
NOT_JOINED = Kind("school_not_joined", channels=(Channel.CHAT,), chat_else_sms=True)
KINDS = (JOIN_ASKED, JOINED, NOT_JOINED)
