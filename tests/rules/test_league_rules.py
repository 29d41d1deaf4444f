"""Places in the league, fair ones, and nicknames that name nobody (domain 7)."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.schools import league_rules as rules
from models.schools.league_rules import Standing, Wrong

OWN = ("刘洋", "刘小雨")
CLASS = ("刘小雨", "陈子轩", "欧阳明月", "Anna Smith")


def standings(points: Sequence[int], mine: int, taking_part: bool = True) -> list[Standing]:
    """Nicknames a, b, c ... with these points; the one at `mine` asks."""
    return [
        Standing("" if place == mine and not taking_part else chr(97 + place), each, place == mine)
        for place, each in enumerate(points)
    ]


@pytest.mark.parametrize(
    ("points", "mine", "places", "own"),
    [
        pytest.param((9, 7, 7, 5), 3, [1, 2, 2, 4], 4, id="1, 2, 2, 4"),
        pytest.param((7, 7, 9, 5), 0, [1, 2, 2, 4], 2, id="in whatever order they come"),
        pytest.param((5, 5, 5), 1, [1, 1, 1], 1, id="all are first"),
        pytest.param((0, 0), 0, [1, 1], 1, id="nobody has read anything"),
        pytest.param((0, 12), 0, [1, 2], 2, id="without points one is placed, too"),
        pytest.param((3,), 0, [1], 1, id="alone"),
    ],
)
def test_places(points: Sequence[int], mine: int, places: list[int], own: int):
    league = rules.league(standings(points, mine))
    assert [placed.place for placed in league.places] == places
    assert league.own.place == own


def test_who_does_not_take_part_sees_the_own_place_and_nobody_else_does() -> None:
    league = rules.league(standings((9, 7, 7, 5), 1, taking_part=False))
    assert league.own.place == 2
    assert [(placed.place, placed.standing.nickname) for placed in league.places] == [
        (1, "a"),
        (2, "c"),
        (3, "d"),
    ]
    assert not any(placed.standing.mine for placed in league.places)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60), st.data())
def test_places_are_fair(points: list[int], data: st.DataObject):
    mine = data.draw(st.integers(0, len(points) - 1))
    league = rules.league(standings(points, mine))
    for placed in (*league.places, league.own):
        assert placed.place == 1 + sum(each > placed.standing.points for each in points)
    assert [placed.standing.points for placed in league.places] == sorted(points, reverse=True)


@pytest.mark.parametrize(
    ("nickname", "wrong"),
    [
        pytest.param("读书郎", None, id="a plain one"),
        pytest.param("Book Worm", None, id="with a gap"),
        pytest.param("大熊·3班", None, id="a few digits"),
        pytest.param("一", Wrong.LENGTH, id="too short"),
        pytest.param("读" * 13, Wrong.LENGTH, id="too long"),
        pytest.param("", Wrong.LENGTH, id="nothing"),
        pytest.param("读书郎!", Wrong.LETTERS, id="marks"),
        pytest.param("a\u200bb", Wrong.LETTERS, id="an invisible character"),
        pytest.param("x.cn/y", Wrong.LETTERS, id="an address"),
        pytest.param(" 读书", Wrong.LETTERS, id="a gap at the edge, where it was not tidied"),
        pytest.param("读书😀", Wrong.LETTERS, id="a picture"),
        pytest.param("13800000001", Wrong.NUMBER, id="a phone"),
        pytest.param("妈妈 138 0001", Wrong.NUMBER, id="a part of one"),
        pytest.param("一三八零零零", Wrong.NUMBER, id="in Chinese"),
        pytest.param("٠١٢٣", Wrong.NUMBER, id="in other digits"),
        pytest.param("刘小雨", Wrong.NAME, id="the own child"),
        pytest.param("小雨妈妈", Wrong.NAME, id="by its given name"),
        pytest.param("小 雨妈", Wrong.NAME, id="with a gap in it"),
        pytest.param("刘洋爸爸", Wrong.NAME, id="the own name"),
        pytest.param("我爱陈子轩", Wrong.NAME, id="another child"),
        pytest.param("anna smith", Wrong.NAME, id="whatever the case"),
        pytest.param("子轩", None, id="a given name of some other child may be anything"),
        pytest.param("雨天", None, id="one character of a name is no name"),
    ],
)
def test_nicknames(nickname: str, wrong: Wrong | None):
    assert rules.wrong_nickname(nickname, 12, OWN, CLASS) == wrong


@pytest.mark.parametrize(
    ("one", "other"),
    [("Book Worm", "book-worm"), ("读 书郎", "读书·郎"), ("ABC", "ＡＢＣ")],
)
def test_look_alikes_have_one_key(one: str, other: str):
    assert rules.key_of(rules.tidied(one)) == rules.key_of(rules.tidied(other))
