"""When we may write to a citizen of our own accord, and what we know of it."""

import pytest

from bot.wechat.errcodes import Recipient
from bot.wechat.windows import ALLOWANCES, HOURS_48, Act, Windows
from models.base.ephemeral import MemoryEphemeral
from tests.conftest import FixedClock
from tests.wechat.test_tokens import AwayCache

LI, WANG = "openid-li", "openid-wang"


@pytest.fixture
def windows(wall: FixedClock) -> Windows:
    return Windows(MemoryEphemeral(lambda: wall.now().timestamp()), wall)


async def sendable(windows: Windows, most: int = 20) -> int:
    """How many messages go out until one would be refused."""
    for count in range(most):
        if not await windows.may_send(LI):
            return count
        await windows.sent(LI)
    return most


def test_what_each_act_allows():
    allowed = {act.value: (allowance.messages, allowance.seconds) for act, allowance in ALLOWANCES.items()}
    assert allowed == {
        "message": (5, HOURS_48),
        "click": (3, 60),
        "follow": (3, 60),
        "scan": (3, 60),
        "tap": (3, 60),
        "payment": (None, HOURS_48),
    }


@pytest.mark.parametrize(
    ("acts", "count"),
    [
        pytest.param([Act.MESSAGE], 5, id="a message"),
        pytest.param([Act.FOLLOW], 3, id="a follow"),
        pytest.param([Act.MESSAGE, Act.MESSAGE], 5, id="two messages: the window begins anew"),
        pytest.param([Act.MESSAGE, Act.CLICK], 8, id="a click besides"),
        pytest.param([Act.FOLLOW, Act.SCAN, Act.TAP], 9, id="three short ones"),
        pytest.param([Act.MESSAGE, Act.PAYMENT], 20, id="a payment: any number"),
        pytest.param([], 20, id="nothing is known: WeChat says"),
        pytest.param([Act.CLICK], 20, id="only a click: yesterday's message may have been lost"),
    ],
)
async def test_how_many_messages(windows: Windows, acts: list[Act], count: int):
    for act in acts:
        await windows.opened(LI, act)
    assert await sendable(windows) == count


@pytest.mark.parametrize(
    ("act", "seconds", "may"),
    [
        pytest.param(Act.MESSAGE, HOURS_48 - 1, True, id="48 hours after a message"),
        pytest.param(Act.MESSAGE, HOURS_48, False, id="no longer"),
        pytest.param(Act.FOLLOW, 59, True, id="a minute after a follow"),
        pytest.param(Act.FOLLOW, 60, False, id="no longer either"),
        pytest.param(Act.MESSAGE, HOURS_48 + 24 * 3600, True, id="long ago is not known any more"),
    ],
)
async def test_how_long(windows: Windows, wall: FixedClock, act: Act, seconds: float, may: bool):
    await windows.opened(LI, act)
    wall.move(seconds=seconds)
    assert await windows.may_send(LI) is may


async def test_the_short_window_is_used_before_the_long_one(windows: Windows, wall: FixedClock):
    await windows.opened(LI, Act.MESSAGE)
    await windows.opened(LI, Act.CLICK)
    for _ in range(3):
        await windows.sent(LI)
    wall.move(seconds=61)
    assert await sendable(windows) == 5


async def test_what_was_used_is_given_back_by_the_next_message(windows: Windows):
    await windows.opened(LI, Act.MESSAGE)
    await sendable(windows)
    await windows.opened(LI, Act.MESSAGE)
    assert await sendable(windows) == 5


async def test_windows_are_one_citizens_own(windows: Windows):
    await windows.opened(LI, Act.MESSAGE)
    await windows.opened(WANG, Act.MESSAGE)
    await sendable(windows)
    assert (await windows.may_send(LI), await windows.may_send(WANG)) == (False, True)


@pytest.mark.parametrize("state", [pytest.param(state, id=state.value) for state in Recipient])
async def test_a_refusal_is_believed_for_six_hours(windows: Windows, wall: FixedClock, state: Recipient):
    await windows.refused(LI, state)
    wall.move(hours=5, minutes=59)
    assert await windows.obstacle(LI) is state
    wall.move(minutes=1)
    assert await windows.obstacle(LI) is None


@pytest.mark.parametrize("act", [pytest.param(act, id=act.value) for act in Act if act is not Act.PAYMENT])
async def test_any_act_in_the_chat_takes_a_refusal_back(windows: Windows, act: Act):
    await windows.refused(LI, Recipient.NOT_FOLLOWING)
    await windows.opened(LI, act)
    assert await windows.may_send(LI)


@pytest.mark.parametrize(
    ("state", "left"),
    [
        pytest.param(Recipient.WINDOW_CLOSED, None, id="opens a window"),
        pytest.param(Recipient.NOT_FOLLOWING, Recipient.NOT_FOLLOWING, id="does not make a follower"),
    ],
)
async def test_a_payment(windows: Windows, state: Recipient, left: Recipient | None):
    await windows.refused(LI, state)
    await windows.opened(LI, Act.PAYMENT)
    assert await windows.obstacle(LI) is left


async def test_while_the_cache_is_away_everything_is_tried(wall: FixedClock):
    windows = Windows(AwayCache(), wall)
    await windows.opened(LI, Act.MESSAGE)
    await windows.refused(LI, Recipient.NOT_FOLLOWING)
    assert await sendable(windows) == 20
