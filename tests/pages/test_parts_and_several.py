"""The page of several cases, a part of one, and what it says of a payment plan."""

from datetime import date

import pytest
from yarl import URL

from models.flows import plan, settlement
from models.violations import payments
from models.violations.plan_rules import PlanKind
from tests.helpers import APP_ID, MERCHANT_ID, paid_trade
from tests.pages import lives
from tests.pages.world import Visitor, World


async def press(visitor: Visitor, path: str) -> str:
    """Press the button: where it leads."""
    answer = await visitor.post(path, allow_redirects=False)
    assert answer.status == 303
    return answer.headers["Location"]


async def shown(visitor: Visitor, address: str) -> str:
    answer = await visitor.get(address)
    assert answer.status == 200
    return await answer.text()


async def settle(world: World) -> None:
    """The last order that was asked for is paid."""
    async with world.database.begin("system:wechat-pay") as work:
        order = await payments.order(work, world.payments.asked[-1].order_no)
        assert order is not None
        trade = paid_trade(order, world.wall.now())
        await settlement.settle(work, trade, app_id=APP_ID, merchant_id=MERCHANT_ID)


@pytest.fixture
async def both(world: World) -> tuple[str, str, str]:
    """Two cases, and the path of both together."""
    one, other = await lives.overdue(world), await lives.decided(world, "R2")
    return one, other, f"/c/{world.database.city.links.token(one, other)}"


@pytest.mark.parametrize(
    ("language", "sentence"), [("zh_CN", "一起缴2宗罚款"), ("en", "2 fines together")], ids=["zh_CN", "en"]
)
async def test_both_are_shown_with_their_sum(
    visitor: Visitor, world: World, both: tuple[str, str, str], language: str, sentence: str
) -> None:
    one, other, path = both
    page = await shown(visitor, f"{path}?lang={language}")
    for part in (sentence, one, other, "¥212.00", "¥200.00", "¥412.00", "粤T·***45"):
        assert part in page
    assert "T12345" not in page


async def test_one_press_pays_both(visitor: Visitor, world: World, both: tuple[str, str, str]) -> None:
    one, _, path = both
    address = await press(visitor, f"{path}/order")
    (asked,) = world.payments.asked
    assert (asked.total, asked.description) == (41200, "交通违法罚款2宗")
    assert "2宗案件的罚款" in await shown(visitor, address)
    order_no = address.rpartition("/")[2]
    assert (await visitor.get(f"{world.path(one)}/pay/{order_no}")).status == 404
    status = f"{path}/status?order={order_no}"
    assert await (await visitor.get(status)).json() == {"state": "due"}
    await settle(world)
    assert await (await visitor.get(status)).json() == {"state": "paid"}
    page = await shown(visitor, path)
    assert "这些案件都办完了" in page
    assert "<form" not in page


async def test_what_was_paid_elsewhere_is_not_asked_for_again(
    visitor: Visitor, world: World, both: tuple[str, str, str]
) -> None:
    one, _, path = both
    await lives.pay(world, one)
    page = await shown(visitor, path)
    assert "已缴清" in page
    await press(visitor, f"{path}/order")
    assert world.payments.asked[-1].total == 20000


async def test_a_part_is_chosen_and_paid_and_the_rest_is_shown(visitor: Visitor, world: World) -> None:
    path = world.path(await lives.served(world))
    assert 'name="amount"' in await shown(visitor, path)
    page = await shown(visitor, f"{path}?amount=80&lang=en")
    for part in (
        "¥80.00",
        "Of ¥200.00 today",
        "Pay all of it, ¥200.00",
        f"{path}/order?amount=80.00&amp;lang=en",
    ):
        assert part in page
    address = await press(visitor, f"{path}/order?amount=80.00")
    assert world.payments.asked[-1].total == 8000
    order_no = address.rpartition("/")[2]
    await settle(world)
    assert await (await visitor.get(f"{path}/status?order={order_no}")).json() == {"state": "paid"}
    assert await (await visitor.get(f"{path}/status")).json() == {"state": "due"}
    answer = await visitor.get(address, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, path)
    page = await shown(visitor, path)
    assert "¥120.00" in page
    assert "已缴" in page


async def test_the_part_goes_along_to_wechat_and_back(visitor: Visitor, world: World) -> None:
    path = world.path(await lives.served(world))
    answer = await visitor.get(f"{path}/wechat?amount=80.00", allow_redirects=False)
    asked = URL(answer.headers["Location"]).query
    back = URL(asked["redirect_uri"])
    assert back.path_qs == f"{path}/chat?amount=80.00"
    world.login.codes["code-1"] = "o-li"
    answer = await visitor.get(
        str(back.relative().update_query(code="code-1", state=asked["state"])), allow_redirects=False
    )
    assert answer.status == 303
    assert (world.payments.asked[-1].total, world.payments.asked[-1].openid) == (8000, "o-li")


@pytest.mark.parametrize("amount", ["10", "300", "一点", "-50", "0"])
async def test_an_amount_that_cannot_be(visitor: Visitor, world: World, amount: str) -> None:
    path = world.path(await lives.served(world))
    page = await shown(visitor, f"{path}?amount={amount}")
    assert "缴款 ¥200.00" in page
    if amount in ("10", "300"):
        assert "请写¥50.00到¥200.00之间的金额" in page
        assert await press(visitor, f"{path}/order?amount={amount}") == f"{path}?amount={amount}.00"
        assert world.payments.asked == []


async def test_the_plan_and_its_next_day(visitor: Visitor, world: World) -> None:
    number = await lives.served(world)
    async with world.database.begin("citizen:1") as work:
        asked = await plan.ask(work, world.town.li_ming, number, PlanKind.INSTALMENTS, "no wages", 2)
    assert "3月9日(周一)前答复" in await shown(visitor, world.path(number))
    days = [date(2026, 4, 1), date(2026, 5, 6)]
    async with world.database.begin("officer:1") as work:
        await plan.grant(work, asked.id, "officer:1", days, "so it is")
    assert "¥100.00 by Wed 1 Apr, 2 left" in await shown(visitor, f"{world.path(number)}?lang=en")
    assert "缴款 ¥100.00" in await shown(visitor, f"{world.path(number)}?amount=100.00")
