"""The weekly league of a class: who takes part by nickname, and who stands where this week. Only its guardians see it.

It is about the guardians who read, never about a child: nothing of a child is in it. Points are worth nothing outside of it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, literal, null, select, update

from models.base import audit
from models.base.db import Work
from models.base.errors import BadInput, Refusal
from models.base.locks import alone
from models.identity import acts as identity
from models.schools import league_rules, learning_rules, members
from models.schools.league_rules import League, Standing, Wrong
from models.schools.learning_tables import league, reading
from models.schools.members import SchoolClass

NICKNAME = "school_league.nickname"
TRIED = ("nickname.chosen", "nickname.changed", "nickname.refused")


async def of_class(work: Work, class_id: int, person_id: int) -> League:
    """This week's league as a guardian of the class sees it, in one statement. Raises Refusal for anybody else."""
    await _guardian(work, class_id, person_id)
    return league_rules.league(await _standings(work, class_id, person_id))


async def take_part(work: Work, class_id: int, person_id: int, nickname: str) -> str:
    """Take part under a nickname, or under another one; returns it as it stands now. Raises BadInput for one that cannot be had, and
    Refusal for nobody of the class, and for too many tries in a day: each is counted."""
    await identity.hold(work, person_id)
    await _guardian(work, class_id, person_id)
    rule = work.city.tariff.school.league
    if await _tried_today(work, person_id) >= rule.nicknames_a_day:
        raise Refusal("league.tries", tries=rule.nicknames_a_day)
    tidy = league_rules.tidied(nickname)
    if wrong := league_rules.wrong_nickname(
        tidy, rule.longest_nickname, *await _names(work, class_id, person_id)
    ):
        raise await _refused(work, class_id, person_id, wrong)
    index = work.index(league_rules.key_of(tidy), NICKNAME)
    await alone(work, f"league {class_id}")
    if await _taken(work, class_id, person_id, index):
        raise await _refused(work, class_id, person_id, "taken")
    row = {"nickname": work.seal(tidy, NICKNAME), "nickname_index": index}
    mine = (league.c.class_id == class_id) & (league.c.person_id == person_id)
    renamed = (await work.run(update(league).where(mine).values(row))).rowcount
    if not renamed:
        same = {"class_id": class_id, "person_id": person_id, "since": work.now}
        await work.run(insert(league).values(row | same))
    await _recorded(work, "nickname.changed" if renamed else "nickname.chosen", class_id, person_id)
    return tidy


async def leave(work: Work, class_id: int, person_id: int) -> bool:
    """Take part no more: nobody sees the nickname from now on. False when they did not."""
    mine = (league.c.class_id == class_id) & (league.c.person_id == person_id)
    if not (await work.run(delete(league).where(mine))).rowcount:
        return False
    await _recorded(work, "nickname.removed", class_id, person_id)
    return True


async def _guardian(work: Work, class_id: int, person_id: int) -> SchoolClass:
    mine = {each.id: each for each in await members.read_by(work, person_id)}
    if class_id not in mine:
        raise Refusal("league.not_yours")
    return mine[class_id]


async def _standings(work: Work, class_id: int, person_id: int) -> Sequence[Standing]:
    monday, sunday = learning_rules.week_of(work.today)
    in_week = (reading.c.class_id == class_id) & reading.c.day.between(monday, sunday)
    seconds = func.coalesce(func.sum(reading.c.seconds), 0).label("seconds")
    takes_part = (
        select(league.c.person_id, league.c.nickname, seconds)
        .select_from(league.outerjoin(reading, in_week & (reading.c.person_id == league.c.person_id)))
        .where(league.c.class_id == class_id, league.c.person_id.in_(members.guardians_in(work, class_id)))
        .group_by(league.c.person_id, league.c.nickname)
    )
    mine = select(literal(person_id), null(), seconds).where(in_week, reading.c.person_id == person_id)
    rows = await work.all(takes_part.union_all(mine))
    found = [
        Standing(
            work.open(row.nickname, NICKNAME),
            learning_rules.points(int(row.seconds)),
            row.person_id == person_id,
        )
        for row in rows
        if row.nickname is not None
    ]
    [own] = [row for row in rows if row.nickname is None]
    outside = Standing("", learning_rules.points(int(own.seconds)), mine=True)
    return found if any(each.mine for each in found) else [*found, outside]


async def _names(work: Work, class_id: int, person_id: int) -> tuple[list[str], list[str]]:
    """Of the guardian and their children; of all children of the class."""
    own = [child.name for child in await members.children_of(work, person_id)]
    return [(await identity.contact(work, person_id)).name, *own], await members.names_in(work, class_id)


async def _taken(work: Work, class_id: int, person_id: int, index: bytes) -> bool:
    others = (league.c.class_id == class_id) & (league.c.person_id != person_id)
    return (
        await work.first(select(league.c.person_id).where(others, league.c.nickname_index == index))
        is not None
    )


async def _tried_today(work: Work, person_id: int) -> int:
    events, midnight = audit.events, datetime.combine(work.today, datetime.min.time(), work.now.tzinfo)
    mine = (events.c.person_id == person_id) & events.c.action.in_(TRIED) & (events.c.at >= midnight)
    return len(await work.all(select(events.c.id).where(mine)))


async def _refused(work: Work, class_id: int, person_id: int, why: Wrong | str) -> BadInput:
    """Counted. Whose name it was is not said."""
    await _recorded(work, "nickname.refused", class_id, person_id)
    return BadInput(f"league.nickname.{why}", longest=work.city.tariff.school.league.longest_nickname)


async def _recorded(work: Work, action: str, class_id: int, person_id: int, **details: Any) -> None:
    await audit.record(work, action, f"class {class_id}", person_id=person_id, **details)
