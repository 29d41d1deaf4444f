"""A teacher tells a class: written, published at once to every guardian, taken back within a minute if need be.

    written -> published -> withdrawn (within the tariff's seconds of the wall)
           `-> thrown away (by the teacher, or by a job after some hours)

Publishing queues one outbox row for each guardian, set-wise: into the chat, as a customer-service message or by the account's template,
whichever WeChat allows; an urgent one by SMS where the chat does not take it, and at any hour. How it went is in those rows.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, delete, func, insert, literal, select, update

from models.base import audit, bulk
from models.base.db import Instant, Work
from models.base.errors import Refusal
from models.base.locks import alone
from models.post import outbox
from models.post.notices import Channel, Kind, Notice
from models.schools import members, removal, rules
from models.schools.tables import STAYS, children, guardianships, pictures, quiet_hours, updates
from models.schools.updates import TEXT, PictureRef, Update, link_of, update_of

DRAFT = updates.c.published_at.is_(None)
EACH = 1000  # guardians in one statement


async def write(work: Work, teacher_id: int, class_id: int, text: str) -> Update:
    """What a class is to be told, not published yet. Raises Refusal: not the teacher's class, nothing written or too much, nobody to read
    it, the year is over."""
    told = await _for_class(work, teacher_id, class_id, text)
    code = work.city.ids.code_body()
    await work.run(insert(updates), told | {"code": code, "author_id": teacher_id, "written_at": work.now})
    return await draft_of(work, teacher_id, code)


async def rewrite(work: Work, teacher_id: int, code: str, class_id: int, text: str) -> Update:
    """A draft with another text, or for another class; what goes with it stays. Raises Refusal as `draft_of` and `write`."""
    draft = await draft_of(work, teacher_id, code)
    told = await _for_class(work, teacher_id, class_id, text)
    await work.run(update(updates).where(updates.c.id == draft.id).values(**told))
    return await draft_of(work, teacher_id, code)


async def draft_of(work: Work, teacher_id: int, code: str) -> Update:
    """What this teacher has written and not published. Raises Refusal: nothing of that code, or it is published."""
    found = await _held(work, teacher_id, code)
    if found.published_at is not None:
        raise Refusal("publish.already", code=found.code)
    return found


async def set_link(work: Work, teacher_id: int, code: str, link: str) -> Update:
    """A page to go with it, or none. Raises Refusal for what is no link, too."""
    draft = await draft_of(work, teacher_id, code)
    if link and not rules.is_link(link):
        raise Refusal("publish.no_such_link")
    await work.run(update(updates).where(updates.c.id == draft.id).values(link=link or None))
    return await draft_of(work, teacher_id, code)


async def set_urgent(work: Work, teacher_id: int, code: str, *, urgent: bool) -> Update:
    """Whether it may come by SMS, and at night."""
    draft = await draft_of(work, teacher_id, code)
    await work.run(update(updates).where(updates.c.id == draft.id).values(urgent=urgent))
    return await draft_of(work, teacher_id, code)


async def add_picture(work: Work, teacher_id: int, code: str, picture: PictureRef) -> int:
    """A picture that lies in the blob store already; returns how many there are. Raises Refusal when there are enough."""
    draft = await draft_of(work, teacher_id, code)
    mine = select(func.count()).select_from(pictures).where(pictures.c.update_id == draft.id)
    count = int(await work.scalar(mine) or 0)
    if count >= work.city.tariff.school.pictures:
        raise Refusal("publish.pictures_enough")
    row = {"blob": picture.blob, "update_id": draft.id, "content_type": picture.content_type}
    await work.run(insert(pictures), row | {"added_at": work.now})
    return count + 1


async def drop_picture(work: Work, teacher_id: int, code: str, blob: str) -> None:
    """Without this picture; one that is not there is fine. Its file is removed by a job. Raises Refusal as `draft_of`."""
    draft = await draft_of(work, teacher_id, code)
    await work.run(delete(pictures).where(pictures.c.update_id == draft.id, pictures.c.blob == blob))


async def throw_away(work: Work, teacher_id: int, code: str) -> None:
    """A draft that is not wanted. Raises Refusal as `draft_of`."""
    draft = await draft_of(work, teacher_id, code)
    await removal.forget_updates(work, [draft.id])


async def publish(work: Work, teacher_id: int, code: str) -> tuple[Update, int]:
    """To every guardian of the class, now; also how many there are. Raises Refusal: published already, nobody reads the class, too many
    today, not the teacher's class any more."""
    draft = await draft_of(work, teacher_id, code)
    await _check(work, teacher_id, draft.class_id)
    await alone(work, f"class {draft.class_id} is told")  # counted, then published
    await _refuse_too_many(work, draft)
    await _refuse_nobody(work, draft.class_id)
    undo_until = work.wall + timedelta(seconds=work.city.tariff.school.undo_seconds)
    values = {"published_at": work.now, "undo_until": undo_until}
    await work.run(update(updates).where(updates.c.id == draft.id, DRAFT).values(**values))
    count = await _queue(work, draft)
    await audit.record(
        work,
        "update.published",
        f"update {draft.code}",
        person_id=teacher_id,
        guardians=count,
        urgent=draft.urgent,
    )
    return await _held(work, teacher_id, code), count


async def withdraw(work: Work, teacher_id: int, code: str) -> Update:
    """Taken back: what has not left is not sent, and the page says so. Raises Refusal: too late, not published, withdrawn before."""
    found = await _held(work, teacher_id, code)
    if found.published_at is None or found.undo_until is None:
        raise Refusal("publish.not_published")
    if found.withdrawn_at is not None:
        raise Refusal("publish.withdrawn_already")
    if not rules.may_undo(found.undo_until, work.wall):
        raise Refusal("publish.too_late")
    await work.run(update(updates).where(updates.c.id == found.id).values(withdrawn_at=work.now))
    await audit.record(work, "update.withdrawn", f"update {found.code}", person_id=teacher_id)
    return await _held(work, teacher_id, code)


def may_withdraw(work: Work, found: Update, teacher_id: int) -> bool:
    """May this teacher take it back at this moment?"""
    published = found.undo_until is not None and rules.may_undo(found.undo_until, work.wall)
    return published and found.withdrawn_at is None and found.author_id == teacher_id


async def written_by(work: Work, teacher_id: int, code: str) -> Update:
    """What this teacher wrote, published or not, only to look at. Raises Refusal for nothing of that code."""
    row: Row[Any] | None = await work.first(_of(teacher_id, code))
    if row is None:
        raise Refusal("publish.unknown")
    return update_of(work, row)


async def published_by(work: Work, teacher_id: int, code: str = "") -> Update:
    """What this teacher published, taken back or not: the one of this code, or the newest; of classes still taught. Raises Refusal."""
    mine = [each.id for each in await members.taught_by(work, teacher_id)]
    theirs = (updates.c.author_id == teacher_id) & bulk.among(work, updates.c.class_id, mine) & ~DRAFT
    found = (
        select(updates).where(theirs, updates.c.code == code.upper())
        if code
        else select(updates).where(theirs)
    )
    row: Row[Any] | None = await work.first(found.order_by(updates.c.published_at.desc()).limit(1))
    if row is None:
        raise Refusal("publish.unknown" if code else "results.none")
    return update_of(work, row)


async def _held(work: Work, teacher_id: int, code: str) -> Update:
    """One of this teacher's, held: of two who publish, or publish and take back, one waits."""
    row: Row[Any] | None = await work.first(_of(teacher_id, code).with_for_update())
    if row is None:
        raise Refusal("publish.unknown")
    return update_of(work, row)


def _of(teacher_id: int, code: str) -> Select[Any]:
    return select(updates).where(updates.c.code == code.upper(), updates.c.author_id == teacher_id)


async def _for_class(work: Work, teacher_id: int, class_id: int, text: str) -> dict[str, Any]:
    """The columns of a text that this class may be told; a form's line ends become ours."""
    await _check(work, teacher_id, class_id)
    await _refuse_nobody(work, class_id)
    tidy = "\n".join(text.strip().splitlines())
    if not tidy:
        raise Refusal("publish.nothing")
    if len(tidy) > work.city.tariff.school.longest_text:
        raise Refusal("publish.too_long")
    return {"class_id": class_id, "text": work.seal(tidy, TEXT)}


async def _check(work: Work, teacher_id: int, class_id: int) -> None:
    if not await members.is_teacher_of(work, teacher_id, class_id):
        raise Refusal("publish.not_yours")
    if work.today > (await members.class_of(work, class_id)).last_day:
        raise Refusal("publish.year_over")


async def _refuse_nobody(work: Work, class_id: int) -> None:
    if not await members.count_guardians(work, class_id):
        raise Refusal("publish.nobody")


async def _refuse_too_many(work: Work, draft: Update) -> None:
    """Taken back ones count: they went to somebody."""
    limits = work.city.tariff.school
    today = (updates.c.class_id == draft.class_id) & (updates.c.published_at > work.now - timedelta(days=1))
    counts = select(func.count().label("told"), func.count().filter(updates.c.urgent).label("urgent")).where(
        today
    )
    [row] = await work.all(counts)
    if row.told >= limits.updates_a_day:
        raise Refusal("publish.too_many")
    if draft.urgent and row.urgent >= limits.urgent_a_day:
        raise Refusal("publish.too_many_urgent")


async def _queue(work: Work, draft: Update) -> int:
    """One statement for each thousand guardians."""
    known = await members.class_of(work, draft.class_id)
    return await outbox.queue_for(
        work,
        URGENT if draft.urgent else UPDATE,
        subject=draft.code,
        params={
            "name": known.called,
            "excerpt": draft.excerpt,
            "link": link_of(work, draft.code),
            "day": work.today,
        },
        to=members.guardians_in(work, draft.class_id),
        due_at=None if draft.urgent else await _when(work, draft.class_id),
        each=EACH,
    )


async def _when(work: Work, class_id: int) -> outbox.DueAt | None:
    """When each guardian is told: at once, or when the quiet hours end that hold for that person now. None: everybody at once."""
    readers = members.guardians_in(work, class_id).subquery()
    joined = quiet_hours.join(readers, readers.c.person_id == quiet_hours.c.person_id)
    spans = await work.all(select(quiet_hours.c.begins, quiet_hours.c.ends).distinct().select_from(joined))
    until = [(row.begins, row.ends, rules.quiet_until(work.now, row.begins, row.ends)) for row in spans]
    whens = [
        ((quiet_hours.c.begins == begins) & (quiet_hours.c.ends == ends), literal(at, Instant))
        for begins, ends, at in until
        if at
    ]
    if not whens:
        return None
    now = literal(work.now, Instant)

    def due_at(person_id: ColumnElement[int]) -> ColumnElement[datetime]:
        theirs = select(case(*whens, else_=now)).where(quiet_hours.c.person_id == person_id)
        return func.coalesce(theirs.scalar_subquery(), now)

    return due_at


async def _still_told(work: Work, notices: Sequence[Notice]) -> set[int]:
    """Not taken back, and the person still reads the class."""
    codes, people = {notice.subject for notice in notices}, {notice.person_id for notice in notices}
    classes_of = (
        select(updates.c.code, guardianships.c.person_id)
        .select_from(
            updates.join(children, children.c.class_id == updates.c.class_id).join(
                guardianships, guardianships.c.child_id == children.c.id
            )
        )
        .where(bulk.among(work, updates.c.code, codes), updates.c.withdrawn_at.is_(None))
        .where(bulk.among(work, guardianships.c.person_id, people), STAYS, members.may_be_kept(work))
    )
    still = {(row.code, row.person_id) for row in await work.all(classes_of)}
    return {notice.id for notice in notices if (notice.subject, notice.person_id) in still}


UPDATE = Kind("school_update", channels=(Channel.CHAT,), still_true=_still_told)
URGENT = Kind(
    "school_update_urgent",
    channels=(Channel.CHAT,),
    chat_else_sms=True,
    in_quiet_hours=True,
    still_true=_still_told,
)
KINDS = (UPDATE, URGENT)
