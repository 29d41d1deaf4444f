"""罚单 / fines and 案件 / case: what is open, page by page, and each case as it stands."""

import pytest

from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.handlers.lives import Life
from tests.helpers import HORN, LI_PLATE, OVERLOAD, PARKING, WANG_PLATE


@pytest.mark.parametrize("text", ["罚单", "案件 442012003481", "442012003481", "罚单 粤T12345"])
async def test_who_is_not_bound_is_told_how_to_begin(stranger: Chat, text: str):
    await stranger.say(text)
    assert stranger.heard("bind.first")


async def test_nothing_is_open(li: Chat):
    await li.say("罚单")
    assert li.heard("fines.none.open")
    await li.say("1")
    assert li.heard("points.balance")


async def test_one_case_with_what_can_be_done(world: World, li: Chat):
    number = await lives.recorded(world)
    answer = await li.say("罚单")
    assert all(fact in answer for fact in (number, "粤T12345", "兴中道", "¥200.00", "记3分", "4月1日"))
    await li.say("1")
    assert li.heard("case.head")
    await li.say("罚单")
    await li.say("2")
    assert li.heard("accept.proposal")


async def test_the_same_in_english(world: World, wang: Chat):
    number = await lives.recorded(world, plate=WANG_PLATE)
    answer = await wang.say("fines")
    assert wang.heard("fines.count")
    assert all(
        fact in answer
        for fact in (number, "1 open case.", "speeding by 10 to 20 %", "points: 3", "Wed 1 Apr")
    )


async def test_many_cases_are_shown_five_at_a_time(world: World, li: Chat):
    numbers = [await lives.recorded(world, f"R{count}") for count in range(11)]
    pages = [await li.say("罚单"), await li.say("6"), await li.say("更多")]
    shown = [[number for number in numbers if number in page] for page in pages]
    assert [len(page) for page in shown] == [5, 5, 1]
    assert {number for page in shown for number in page} == set(numbers)
    assert all(f"11宗未处理案件。第{place}页，共3页" in page for place, page in enumerate(pages, 1))
    assert li.reply.choices == (f"案件 {shown[2][0]}",), "the last page offers no more"
    await li.say("更多")
    assert li.heard("unknown.text")


async def test_a_long_conduct_is_cut_in_a_list_and_whole_in_its_case(world: World, li: Chat):
    for count in range(2):
        await lives.recorded(world, f"R{count}")
    assert "超过规定时速10%以上未达…" in await li.say("罚单")
    assert "超过规定时速10%以上未达20%" in await li.say("1")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("罚单 2", 1, id="the second page"),
        pytest.param("罚单 9", 1, id="beyond the end: the last page"),
        pytest.param("罚单 0", 5, id="before the beginning: the first"),
        pytest.param("罚单 ２", 1, id="full-width"),
        pytest.param("罚单 第 2 页", 1, id="as it is offered"),
        pytest.param("罚单 未处理 第2页", 1, id="with the state"),
        pytest.param("罚单 粤T12345 第2页", 1, id="of one plate"),
        pytest.param("罚单 粤T12345 第9页", 1, id="of one plate, beyond the end"),
    ],
)
async def test_a_page_by_its_number(world: World, li: Chat, text: str, shown: int):
    numbers = [await lives.recorded(world, f"R{count}") for count in range(6)]
    answer = await li.say(text)
    assert sum(number in answer for number in numbers) == shown


async def test_closed_cases_are_shown_when_they_are_asked_for(world: World, li: Chat):
    closed = [await lives.paid(world, f"P{count}") for count in range(2)]
    still_open = await lives.recorded(world)
    answer = await li.say("罚单")
    assert not any(number in answer for number in closed)
    for text in ("罚单 已办结", "罚单 粤T12345 已办结", "fines closed"):
        answer = await li.say(text)
        assert li.heard("fines.closed")
        assert ([number in answer for number in closed], still_open in answer) == ([True, True], False)
    await li.say("1")
    assert li.heard("case.closed.paid")


@pytest.mark.parametrize(
    "plate",
    [
        pytest.param("粤T12345", id="as on the car"),
        pytest.param("粤t·12345", id="small letter and dot"),
        pytest.param("粤Ｔ１２３４５", id="full-width"),
        pytest.param("粤T 12345。", id="gap and full stop"),
    ],
)
async def test_the_cases_of_one_plate(world: World, li: Chat, plate: str):
    number = await lives.recorded(world)
    assert number in await li.say(f"罚单 {plate}")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("罚单 粤T99999", "fines.none_of_plate.open", id="a plate without cases"),
        pytest.param(f"罚单 {WANG_PLATE.number}", "fines.none_of_plate.open", id="somebody else's plate"),
        pytest.param("罚单 粤T1", "error.plate", id="half a plate"),
        pytest.param("罚单 谢谢", "error.plate", id="no plate at all"),
        pytest.param("案件", "case.how", id="no number"),
        pytest.param("案件 12", "case.how", id="too short a number"),
        pytest.param("442012003480", "case.unknown", id="a number that is no case"),
        pytest.param("442012003481", "case.mistyped", id="a wrong check digit"),
    ],
)
async def test_what_cannot_be_shown(world: World, li: Chat, text: str, answer: str):
    await lives.recorded(world)
    await lives.recorded(world, "R2", plate=WANG_PLATE)
    await li.say(text)
    assert li.heard(answer)


async def test_another_citizens_case_is_as_unknown_as_one_that_does_not_exist(world: World, li: Chat):
    hers = await lives.recorded(world, plate=WANG_PLATE)
    answer = await li.say(hers)
    assert answer.replace(hers, "X") == (await li.say("442012003480")).replace("442012003480", "X")


STATES = [
    pytest.param(lives.recorded, "case.state.notified", "fines.cost.undecided", id="open"),
    pytest.param(lives.decided, "case.state.decided", "fines.cost.decided", id="decided"),
    pytest.param(lives.served, "case.state.served", "fines.cost.served", id="served"),
    pytest.param(lives.overdue, "case.state.overdue", "fines.cost.overdue", id="overdue"),
    pytest.param(lives.paid, "case.state.paid", "case.closed.paid", id="paid"),
    pytest.param(lives.erased, "case.state.erased", "case.closed.erased", id="erased"),
    pytest.param(lives.voided, "case.state.voided", "case.closed.voided", id="voided"),
]


@pytest.mark.parametrize(("life", "state", "what_now"), STATES)
async def test_a_case_in_each_state(world: World, li: Chat, life: Life, state: str, what_now: str):
    number = await life(world)
    for text in (number, f"案件 {number}", f"{number[:4]} {number[4:8]} {number[8:]}。"):
        await li.say(text)
        assert li.heard("case.head")
        assert li.heard(state)
        assert li.heard(what_now)


async def test_an_overdue_case_costs_today_what_it_costs_today(world: World, li: Chat):
    number = await lives.overdue(world)
    assert "¥212.00" in await li.say(number), "two days at 3 % of 200 yuan"


@pytest.mark.parametrize(
    ("offence", "cost", "fact"),
    [
        pytest.param(OVERLOAD, "fines.cost.open", "200以上2000以下", id="an officer sets the fine"),
        pytest.param(HORN, "fines.cost.no_points", "¥50.00", id="points still open"),
        pytest.param(PARKING, "fines.cost.undecided", "记0分", id="no points"),
    ],
)
async def test_odd_offences(world: World, li: Chat, offence: str, cost: str, fact: str):
    await lives.recorded(world, plate=LI_PLATE, code=offence)
    assert fact in await li.say("罚单")
    assert li.heard(cost)
