"""A class in two processes: joined and left, answered twice, told twice, taken back while it goes out."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Table, func, select

from models.identity.acts import ENTRY_CHANGED
from models.post.tables import PARAMS, outbox
from models.schools import broadcast, members, membership, registers
from models.schools.registers import ChildEntry, ClassEntry, TeacherEntry
from models.schools.tables import classes, consents, guardianships
from models.schools.updates import PictureRef
from tests.databases import on_postgresql
from tests.races import jobs
from tests.races.ring import Meetings
from tests.races.street import Citizen, Street
from tests.races.wire import Job
from tests.school import published

pytestmark = on_postgresql


@dataclass(frozen=True, slots=True)
class Room:
    """A class of its own, its teacher, a guardian whom the list names, and the child's name."""

    class_id: int
    teacher: int
    guardian: Citizen
    child: str


async def room(street: Street) -> Room:
    """Nobody has joined."""
    teacher, guardian = await street.citizen(), await street.citizen()
    school, child = f"S{teacher.person_id}", f"孩子{teacher.person_id}"
    async with street.database.begin("street") as work:
        await registers.enter_class(
            work, ClassEntry(school, "小学", "1-1", date(2025, 9, 1), date(2026, 7, 10))
        )
        await registers.enter_teacher(work, TeacherEntry(school, "1-1", teacher.claim.resident_id, None))
        listed = frozenset({guardian.claim.phone})
        await registers.enter_child(work, ChildEntry(school, "1-1", "1", child, date(2016, 5, 20), listed))
        class_id = await work.scalar(select(func.max(classes.c.id)))
    return Room(class_id, teacher.person_id, guardian, child)


async def joined(street: Street) -> Room:
    """The guardian reads the class."""
    made = await room(street)
    await street.act(membership.join_listed, made.guardian.person_id, made.class_id, consents_too=True)
    return made


async def asked(street: Street) -> tuple[Room, Citizen, int]:
    """Somebody who is on no list waits for the teacher's answer: the request."""
    made, stranger = await room(street), await street.citizen()
    await street.act(membership.ask, stranger.person_id, made.class_id, made.child)
    [request] = await street.act(membership.waiting, made.teacher)
    return made, stranger, request.id


async def written(street: Street, made: Room, text: str = "春游", *, urgent: bool = False) -> str:
    """A draft."""
    draft = await street.act(broadcast.write, made.teacher, made.class_id, text)
    await street.act(broadcast.set_urgent, made.teacher, draft.code, urgent=urgent)
    return str(draft.code)


def publishes(made: Room, code: str) -> Job:
    return jobs.act(broadcast.publish, made.teacher, code)


def leaves(who: Citizen, made: Room) -> Job:
    return jobs.act(membership.leave, who.person_id, made.class_id)


async def reads(street: Street, who: Citizen, made: Room) -> bool:
    async with street.database.read() as work:
        return await members.is_guardian_in(work, who.person_id, made.class_id)


async def rows_of(street: Street, table: Table, who: Citizen) -> int:
    async with street.database.read() as work:
        mine = select(func.count()).select_from(table).where(table.c.person_id == who.person_id)
        return int(await work.scalar(mine) or 0)


async def states(street: Street, code: str) -> list[str]:
    async with street.database.read() as work:
        return [row.state for row in await work.all(select(outbox.c.state).where(outbox.c.subject == code))]


async def test_a_guardian_joins_twice(twins: Meetings, street: Street) -> None:
    """The guardian is held: one joins, the other finds nobody left to join for."""
    async for meet in twins:
        made = await room(street)
        job = jobs.act(membership.join_listed, made.guardian.person_id, made.class_id, consents_too=True)
        assert list(await meet(job, job)).count("school.not_listed") == 1
        for table in (guardianships, consents):
            assert await rows_of(street, table, made.guardian) == 1


async def test_a_request_is_confirmed_and_declined(meetings: Meetings, street: Street) -> None:
    """The move is guarded by the state: one answer holds."""
    async for meet in meetings:
        made, stranger, request = await asked(street)
        yes = jobs.act(membership.answer, made.teacher, request, let_in=True)
        no = jobs.act(membership.answer, made.teacher, request, let_in=False)
        answers = await meet(yes, no)
        assert list(answers).count("school.answered") == 1
        assert await reads(street, stranger, made) is (answers[1] == "school.answered")


async def test_a_request_is_confirmed_while_who_asked_leaves(meetings: Meetings, street: Street) -> None:
    """Whoever leaves is out, whatever the teacher says at that moment."""
    async for meet in meetings:
        made, stranger, request = await asked(street)
        yes = jobs.act(membership.answer, made.teacher, request, let_in=True)
        answered, left = await meet(yes, leaves(stranger, made))
        assert left is None
        assert answered == "school.answered" or answered.id == request
        assert not await reads(street, stranger, made)


async def test_a_guardian_joins_and_leaves(meetings: Meetings, street: Street) -> None:
    """In one order or the other: either in, or out with the consent taken back."""
    async for meet in meetings:
        made = await room(street)
        who = made.guardian
        join = jobs.act(membership.join_listed, who.person_id, made.class_id, consents_too=True)
        _, left = await meet(join, leaves(who, made))
        assert await reads(street, who, made) is (left == "school.not_in")


async def test_a_guardian_joins_while_the_list_names_somebody_else(
    meetings: Meetings, street: Street
) -> None:
    """The child is held by both: whoever joined first is put out, whoever comes after is not on the list."""
    async for meet in meetings:
        made = await room(street)
        who = made.guardian
        join = jobs.act(membership.join_listed, who.person_id, made.class_id, consents_too=True)
        other = ChildEntry(
            f"S{made.teacher}", "1-1", "1", made.child, date(2016, 5, 20), frozenset({"13900000001"})
        )
        _, changed = await meet(join, jobs.act(registers.enter_child, other))
        assert changed == ENTRY_CHANGED
        assert not await reads(street, who, made)


async def test_one_update_is_published_twice(twins: Meetings, street: Street) -> None:
    """The draft is held: every guardian is told once, and the other hears that it is published."""
    async for meet in twins:
        made = await joined(street)
        code = await written(street, made)
        assert list(await meet(publishes(made, code), publishes(made, code))).count("publish.already") == 1
        assert await states(street, code) == ["pending"]


async def test_the_last_urgent_update_of_a_day(twins: Meetings, street: Street) -> None:
    """Counted and then published, alone: no day has more than the tariff says."""
    async for meet in twins:
        made = await joined(street)
        for _ in range(street.database.city.tariff.school.urgent_a_day - 1):
            await street.act(published, made.teacher, made.class_id, "停课", urgent=True)
        one, other = [await written(street, made, urgent=True) for _ in range(2)]
        told: tuple[Any, Any] = await meet(publishes(made, one), publishes(made, other))
        assert list(told).count("publish.too_many_urgent") == 1


async def test_an_update_is_taken_back_while_it_goes_out(meetings: Meetings, street: Street) -> None:
    """It leaves before, or not at all; and once it is taken back nothing more leaves."""
    outcomes = set()
    async for meet in meetings:
        made = await joined(street)
        await meet.ring.alone(jobs.deliver)
        update = await street.act(published, made.teacher, made.class_id, "写错了")
        back = jobs.act(broadcast.withdraw, made.teacher, update.code)
        _, taken = await meet(jobs.deliver, back)
        assert taken.withdrawn_at is not None
        await meet.ring.alone(jobs.deliver)
        [state] = await states(street, update.code)
        assert state in {"sent", "dropped"}
        if meet.stop_at == 1 and not meet.exchanged:  # before anything was claimed
            assert state == "dropped"
        outcomes.add(state)
    assert outcomes == {"sent", "dropped"}


async def test_an_update_is_rewritten_while_it_is_published(meetings: Meetings, street: Street) -> None:
    """The draft is held: what families were told is what was looked at, or what took its place before."""
    async for meet in meetings:
        made = await joined(street)
        code = await written(street, made, "八点集合")
        change = jobs.act(broadcast.rewrite, made.teacher, code, made.class_id, "九点集合")
        changed, _ = await meet(change, publishes(made, code))
        told = await street.act(broadcast.written_by, made.teacher, code)
        assert told.text == ("八点集合" if changed == "publish.already" else "九点集合")
        async with street.database.read() as work:
            [row] = await work.all(select(outbox.c.params).where(outbox.c.subject == code))
            assert told.text in work.open(row.params, PARAMS)


async def test_two_pictures_come_for_the_last_place(twins: Meetings, street: Street) -> None:
    """Counted while the draft is held: one finds no room."""
    async for meet in twins:
        made = await joined(street)
        code = await written(street, made)
        most = street.database.city.tariff.school.pictures
        for number in range(most - 1):
            blob = PictureRef(f"{code}{number}", "image/png")
            await street.act(broadcast.add_picture, made.teacher, code, blob)
        last = [PictureRef(f"{code}{each}", "image/png") for each in ("a", "b")]
        answers = await meet(*(jobs.act(broadcast.add_picture, made.teacher, code, each) for each in last))
        assert sorted(map(str, answers)) == [str(most), "publish.pictures_enough"]
