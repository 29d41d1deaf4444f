"""Paying by a code that anyone may scan."""

import asyncio
import re

import pytest

from bot.pages.ordering import PRESSES_AN_HOUR
from models.base.ports import GatewayDown, GatewayRefused
from tests.pages import lives
from tests.pages.lives import Life
from tests.pages.world import Visitor, World


async def press(visitor: Visitor, path: str, query: str = "") -> tuple[int, str]:
    """Press the button: the status, and where it leads."""
    answer = await visitor.post(f"{path}/order{query}", allow_redirects=False)
    return answer.status, answer.headers.get("Location", "")


async def test_the_press_leads_to_a_code(visitor: Visitor, world: World) -> None:
    number = await lives.overdue(world)
    status, address = await press(visitor, world.path(number))
    assert status == 303
    assert re.fullmatch(re.escape(world.path(number)) + "/pay/[0-9A-Z]{32}", address)
    page = await (await visitor.get(address)).text()
    for shown in ("¥212.00", "请用微信扫一扫付款", "30分钟内", 'src="data:image/svg+xml', number):
        assert shown in page
    assert "weixin://" not in page
    (asked,) = world.payments.asked
    assert (asked.total, asked.openid) == (21200, "")
    assert asked.description == f"交通违法罚款 {number}"


async def test_the_language_goes_along(visitor: Visitor, world: World) -> None:
    path = world.path(await lives.served(world))
    _, address = await press(visitor, path, "?lang=en")
    assert address.endswith("?lang=en")
    assert "Scan with WeChat to pay" in await (await visitor.get(address)).text()


async def test_pressing_twice_gives_the_same_order(visitor: Visitor, world: World) -> None:
    path = world.path(await lives.served(world))
    first, second = await asyncio.gather(press(visitor, path), press(visitor, path))
    assert first == second == await press(visitor, path)
    assert len({order.order_no for order in world.payments.asked}) == 1


@pytest.mark.parametrize(
    "life",
    [
        pytest.param(lives.recorded, id="undecided"),
        pytest.param(lives.paid, id="paid"),
        pytest.param(lives.erased, id="withdrawn"),
    ],
)
async def test_with_nothing_to_pay_it_leads_back(visitor: Visitor, world: World, life: Life) -> None:
    path = world.path(await life(world))
    assert await press(visitor, path) == (303, path)
    assert world.payments.asked == []


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(GatewayDown("no answer in time"), id="down"),
        pytest.param(GatewayRefused("NO_AUTH"), id="refused"),
    ],
)
async def test_the_provider_does_not_take_it(visitor: Visitor, world: World, trouble: Exception) -> None:
    """The citizen is told that nothing was charged; the next press asks for the very same order."""
    path = world.path(await lives.served(world))
    world.payments.trouble = trouble  # type: ignore[assignment]
    answer = await visitor.post(f"{path}/order")
    page = await answer.text()
    assert answer.status == 503
    assert "没有扣款" in page
    assert f'href="{path}"' in page
    world.payments.trouble = None
    assert (await press(visitor, path, "?lang=en"))[0] == 303
    first, second = world.payments.asked
    assert first == second


async def test_too_many_presses(visitor: Visitor, world: World) -> None:
    path = world.path(await lives.served(world))
    for _ in range(PRESSES_AN_HOUR):
        assert (await press(visitor, path))[0] == 303
    answer = await visitor.post(f"{path}/order?lang=en")
    assert answer.status == 429
    assert "try again in an hour" in await answer.text()
    world.wall.move(minutes=61)
    assert (await press(visitor, path))[0] == 303


async def test_the_order_of_another_case_is_unknown(visitor: Visitor, world: World) -> None:
    mine, other = world.path(await lives.served(world)), world.path(await lives.decided(world, "R2"))
    _, address = await press(visitor, other)
    order_no = address.rpartition("/")[2]
    answer = await visitor.get(f"{mine}/pay/{order_no}")
    assert answer.status == 404
    assert "data:image" not in await answer.text()


async def test_a_paid_order_shows_the_case(visitor: Visitor, world: World) -> None:
    number = await lives.served(world)
    _, address = await press(visitor, world.path(number))
    await lives.pay(world, number)
    answer = await visitor.get(address, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, world.path(number))


async def test_an_order_that_ran_out_offers_another(visitor: Visitor, world: World) -> None:
    path = world.path(await lives.served(world))
    _, address = await press(visitor, path)
    world.wall.move(minutes=31)
    answer = await visitor.get(address)
    assert answer.status == 410
    assert "这次付款的时间已过" in await answer.text()
    _, next_address = await press(visitor, path)
    assert next_address != address
