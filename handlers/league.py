"""排行 / league: this week's reading in a class, by nickname; one's own place always, taking part or not.

排行                 排行 3-2, where one has children in several classes
参加排行 大熊         参加排行 3-2 大熊; another nickname replaces it; step by step where it is left out
退出排行
"""

from collections.abc import Sequence

from handlers.routing import Conversation, Draft, Reply, reading, tidied, writing
from models.base.errors import Refusal
from models.schools import league, learning_rules, members
from models.schools.league_rules import League
from models.schools.members import SchoolClass

SHOWN = 4


@reading("排行", "排行榜", "学习积分", "league", "learning points", argument=True)
async def standings(talk: Conversation) -> Reply:
    """The first places of the week, and one's own."""
    mine = await _classes(talk)
    named, _ = _named(mine, talk.argument)
    if named is None:
        return _which(talk, mine, "排行")
    return _table(talk, named, await league.of_class(talk.work, named.id, talk.myself))


@writing("参加排行", "join league", argument=True)
async def take_part(talk: Conversation) -> Reply:
    """Class and nickname, at once or one after the other."""
    mine = await _classes(talk)
    waiting = talk.draft.have.get("class", "") if talk.draft and talk.draft.command == "take_part" else ""
    named, rest = _named(mine, tidied(talk.argument))
    if waiting:
        named = next((each for each in mine if str(each.id) == waiting), None)
        rest = talk.argument
    if named is None:
        return _which(talk, mine, "参加排行")
    if not rest:
        return talk.reply(
            talk.say("league.choose", name=named.called, longest=_longest(talk)),
            talk.say("league.worth"),
            draft=Draft("take_part", {"class": str(named.id)}),
        )
    nickname = await league.take_part(talk.work, named.id, talk.myself, rest)
    return talk.reply(
        talk.say("league.joined", name=named.called, nickname=nickname),
        talk.say("league.worth"),
        actions=[("league", f"排行 {named.called}"), ("leave_league", f"退出排行 {named.called}")],
    )


@writing("退出排行", "leave league", argument=True)
async def leave_league(talk: Conversation) -> Reply:
    """Nobody sees the nickname any more."""
    mine = await _classes(talk)
    named, _ = _named(mine, talk.argument)
    if named is None:
        return _which(talk, mine, "退出排行")
    left = await league.leave(talk.work, named.id, talk.myself)
    said = talk.say("league.left" if left else "league.not_in", name=named.called)
    return talk.reply(said, actions=[("take_part", f"参加排行 {named.called}"), ("see_updates", "动态")])


async def _classes(talk: Conversation) -> Sequence[SchoolClass]:
    """Those whose updates one reads. Raises Refusal without any."""
    mine = await members.read_by(talk.work, talk.myself)
    if not mine:
        raise Refusal("league.no_class")
    return mine


def _named(mine: Sequence[SchoolClass], said: str) -> tuple[SchoolClass | None, str]:
    """The class that the words begin with, and the rest of them; the only one there is need not be named."""
    for each in mine:
        for name in (each.called, each.name):
            if said == name or said.startswith(f"{name} "):
                return each, said[len(name) :].strip()
    return (mine[0], said) if len(mine) == 1 else (None, said)


def _which(talk: Conversation, mine: Sequence[SchoolClass], word: str) -> Reply:
    actions = [("which_class", f"{word} {each.called}") for each in mine]
    named = talk.texts.say("do.separator").join(
        f"{number} {each.called}" for number, each in enumerate(mine, 1)
    )
    return talk.reply(talk.say("league.which", names=named), actions=actions)


def _table(talk: Conversation, named: SchoolClass, found: League) -> Reply:
    monday, sunday = learning_rules.week_of(talk.today)
    count = len(found.places)
    head = talk.say("league.head", name=named.called, since=monday, until=sunday, count=count)
    places = [
        talk.say(
            "league.place",
            place=placed.place,
            nickname=placed.standing.nickname,
            count=placed.standing.points,
        )
        for placed in found.places[:SHOWN]
    ]
    own, takes_part = found.own, bool(found.own.standing.nickname)
    mine = talk.say(
        "league.own" if takes_part else "league.own_outside", place=own.place, count=own.standing.points
    )
    change = (
        ("leave_league", f"退出排行 {named.called}")
        if takes_part
        else ("take_part", f"参加排行 {named.called}")
    )
    return talk.reply(
        head, *places, mine, talk.say("league.worth"), actions=[change, ("see_updates", "动态")]
    )


def _longest(talk: Conversation) -> int:
    return talk.work.city.tariff.school.league.longest_nickname
