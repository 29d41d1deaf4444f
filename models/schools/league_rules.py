"""The weekly league of a class (domain 7), as pure functions: who stands where, and what a nickname may be.

Places are fair: whoever has the same points has the same place, and the next one's place says how many have more (1, 2, 2, 4). Who does
not take part has a place, too, which is shown to nobody else: the one they would have.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

LEAST_NICKNAME = 2  # characters
MOST_DIGITS = 3  # of whatever script; more are a number of somebody's: a phone, a birthday, a school number
PLAIN = re.compile(r"[^\W_]+(?:[ ·_-][^\W_]+)*")
GIVEN_NAME = 2  # characters of a Chinese name from which on the last two are a name by themselves


@dataclass(frozen=True, slots=True)
class Standing:
    """One of the league: `points` of this week; `mine`: of whoever asks. No nickname: does not take part."""

    nickname: str
    points: int
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A standing at its place; the same points are the same place."""

    place: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class League:
    """`places`: everybody who takes part, the first first; `own`: whoever asks, taking part or not."""

    places: Sequence[Placed]
    own: Placed


class Wrong(StrEnum):
    """Why a nickname cannot be had."""

    LENGTH = "length"
    LETTERS = "letters"
    NUMBER = "number"
    NAME = "name"


def league(standings: Collection[Standing]) -> League:
    """Everybody at their place. Among those of one place the order is that of the nicknames and means nothing. One of the standings is
    `mine`."""
    takes_part = [each for each in standings if each.nickname]
    places = [
        Placed(place_of(each, takes_part), each)
        for each in sorted(takes_part, key=lambda each: (-each.points, each.nickname))
    ]
    own = next(each for each in standings if each.mine)
    return League(places, Placed(place_of(own, takes_part), own))


def place_of(one: Standing, takes_part: Collection[Standing]) -> int:
    """One more than have more points."""
    return 1 + sum(each.points > one.points for each in takes_part)


def tidied(nickname: str) -> str:
    """Full-width forms made plain, gaps single."""
    return " ".join(unicodedata.normalize("NFKC", nickname).split())


def key_of(nickname: str) -> str:
    """Nicknames with the same key would be taken for each other."""
    return re.sub(r"[ ·_-]", "", nickname.casefold())


def wrong_nickname(
    nickname: str, longest: int, own_names: Collection[str], class_names: Collection[str]
) -> Wrong | None:
    """What stands against a tidied nickname, or None.

    Nobody's real name may be in it: `own_names` are those of the guardian and the own children, who would be known by a given name alone
    (小雨妈妈); `class_names` those of all children of the class, so that nobody plays under another child's name.
    """
    if not LEAST_NICKNAME <= len(nickname) <= longest:
        return Wrong.LENGTH
    if not PLAIN.fullmatch(nickname):
        return Wrong.LETTERS
    if sum(character.isnumeric() for character in nickname) > MOST_DIGITS:
        return Wrong.NUMBER
    key = key_of(nickname)
    names = {key_of(name) for name in class_names} | {
        key_of(part) for name in own_names for part in _parts(name)
    }
    return Wrong.NAME if any(name in key for name in names if name) else None


def _parts(name: str) -> list[str]:
    """A whole name, and the given name in it: the last two of three or four Chinese characters, or each word of a spaced one."""
    words = [word for word in name.split() if len(word) > 1]
    if len(words) > 1:
        return [name, *words]
    return [name, name[-GIVEN_NAME:]] if len(name) > GIVEN_NAME else [name]
