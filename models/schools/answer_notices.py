"""What is told of answers: teachers, that there are some; guardians, that their teacher replied. The words themselves stay in the account:
a notice may travel as a text message, so it says where to read."""

from collections.abc import Sequence

from sqlalchemy import select

from models.base import bulk
from models.base.db import Work
from models.identity import acts as identity
from models.post import outbox
from models.post.notices import Channel, Kind, Notice
from models.schools import members
from models.schools.tables import updates
from models.schools.updates import Update, link_of


async def tell_teacher(work: Work, update: Update, person_id: int) -> None:
    """Once a day and update, however many answer."""
    params = {"excerpt": update.excerpt, "day": work.today, "link": link_of(work, update.code)}
    once = f"{person_id}.{work.today:%y%m%d}"
    await outbox.queue(work, ANSWERED, subject=update.code, once=once, person_id=person_id, params=params)


async def tell_guardian(work: Work, update: Update, number: int, guardian_id: int, teacher_id: int) -> None:
    """Who replied, to what, and where to read it."""
    teacher = (await identity.contact(work, teacher_id)).name
    about = {"excerpt": update.excerpt, "day": work.today, "link": link_of(work, update.code)}
    params = {**about, "teacher": teacher}
    await outbox.queue(
        work, REPLIED, subject=update.code, once=str(number), person_id=guardian_id, params=params
    )


async def _still_theirs(work: Work, notices: Sequence[Notice]) -> set[int]:
    """Whoever left the class meanwhile is told nothing of it."""
    rows = await work.all(
        select(updates.c.code, updates.c.class_id).where(
            bulk.among(work, updates.c.code, {notice.subject for notice in notices})
        )
    )
    class_of = {row.code: row.class_id for row in rows}
    people = {notice.person_id for notice in notices if notice.person_id is not None}
    reads = await members.guardians_among(work, people, set(class_of.values()))
    return {each.id for each in notices if (each.person_id, class_of.get(each.subject)) in reads}


async def _still_taught(work: Work, notices: Sequence[Notice]) -> set[int]:
    rows = await work.all(
        select(updates.c.code, updates.c.class_id).where(
            bulk.among(work, updates.c.code, {notice.subject for notice in notices})
        )
    )
    class_of = {row.code: row.class_id for row in rows}
    return {
        each.id
        for each in notices
        if each.subject in class_of
        and each.person_id is not None
        and await members.is_teacher_of(work, each.person_id, class_of[each.subject])
    }


ANSWERED = Kind("update_answered", channels=(Channel.CHAT,), still_true=_still_taught)
REPLIED = Kind("update_replied", channels=(Channel.CHAT,), chat_else_sms=True, still_true=_still_theirs)
KINDS = (ANSWERED, REPLIED)
