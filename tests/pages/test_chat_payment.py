"""Paying inside WeChat: login, order, payment sheet."""

import json
from html.parser import HTMLParser

import pytest
from yarl import URL

from models.base.ports import GatewayDown, GatewayRefused
from tests.pages import lives
from tests.pages.world import Visitor, World

OPENID = "oTown_li_ming_00000000000000"


@pytest.fixture
async def path(world: World) -> str:
    """The page of a case that is to be paid."""
    return world.path(await lives.served(world))


async def ask_who(visitor: Visitor, path: str, query: str = "") -> URL:
    """Where the browser is sent to be recognised."""
    answer = await visitor.get(f"{path}/wechat{query}", allow_redirects=False)
    assert answer.status == 303
    return URL(answer.headers["Location"])


async def come_back(visitor: Visitor, path: str, code: str, state: str) -> tuple[int, str, str]:
    """WeChat sends the browser back: status, where it leads, and what is shown."""
    query = {"code": code, "state": state}
    answer = await visitor.get(f"{path}/chat", params=query, allow_redirects=False)
    return answer.status, answer.headers.get("Location", ""), await answer.text()


async def begun(visitor: Visitor, world: World, path: str) -> str:
    """The whole way to the page of the order."""
    state = (await ask_who(visitor, path)).query["state"]
    world.login.codes["code-1"] = OPENID
    status, address, _ = await come_back(visitor, path, "code-1", state)
    assert status == 303
    return address


class Calls(HTMLParser):
    """Reads `data-call` off a page."""

    call = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        self.call = dict(attrs).get("data-call") or self.call


async def test_login_comes_back_to_the_case(visitor: Visitor, path: str) -> None:
    asked = await ask_who(visitor, path, "?lang=en")
    assert asked.host == "open.test"
    assert asked.query["redirect_uri"] == f"https://shimin.test{path}/chat?lang=en"
    assert asked.query["state"].isalnum()
    assert len(asked.query["state"]) <= 128  # as much as WeChat takes


async def test_the_order_is_the_accounts_own(visitor: Visitor, world: World, path: str) -> None:
    address = await begun(visitor, world, path)
    (asked,) = world.payments.asked
    assert (asked.openid, asked.total) == (OPENID, 20000)
    page = await (await visitor.get(address)).text()
    assert "微信支付 ¥200.00" in page
    assert OPENID not in page
    reader = Calls()
    reader.feed(page)
    assert json.loads(reader.call) == world.payments.page_call(f"wx-prepay-{asked.order_no}")


async def test_the_page_of_the_order_may_be_reloaded(visitor: Visitor, world: World, path: str) -> None:
    address = await begun(visitor, world, path)
    for _ in range(2):
        assert (await visitor.get(address)).status == 200


async def test_a_state_is_good_once(visitor: Visitor, world: World, path: str) -> None:
    state = (await ask_who(visitor, path)).query["state"]
    world.login.codes |= {"code-1": OPENID, "code-2": OPENID}
    assert (await come_back(visitor, path, "code-1", state))[0] == 303
    status, _, page = await come_back(visitor, path, "code-2", state)
    assert status == 403
    assert f'href="{path}"' in page
    assert "code-2" in world.login.codes


async def test_a_state_is_good_for_its_case(visitor: Visitor, world: World, path: str) -> None:
    other = world.path(await lives.decided(world, "R2"))
    state = (await ask_who(visitor, other)).query["state"]
    world.login.codes["code-1"] = OPENID
    assert (await come_back(visitor, path, "code-1", state))[0] == 403
    assert (await come_back(visitor, other, "code-1", state))[0] == 303


async def test_a_state_is_good_for_ten_minutes(visitor: Visitor, world: World, path: str) -> None:
    state = (await ask_who(visitor, path)).query["state"]
    world.wall.move(minutes=11)
    assert (await come_back(visitor, path, "code-1", state))[0] == 403


@pytest.mark.parametrize(
    ("code", "state"),
    [
        pytest.param("code-1", "", id="no state"),
        pytest.param("code-1", "f" * 32, id="a state of somebody's own"),
        pytest.param("", "f" * 32, id="no code"),
    ],
)
async def test_an_invented_return(visitor: Visitor, world: World, path: str, code: str, state: str) -> None:
    world.login.codes["code-1"] = OPENID
    assert (await come_back(visitor, path, code, state))[0] == 403
    assert world.payments.asked == []


@pytest.mark.parametrize(
    ("trouble", "status", "sentence"),
    [
        pytest.param(GatewayRefused("40163"), 403, "微信没有确认您的账号", id="refused: used, virtual"),
        pytest.param(GatewayDown("late"), 503, "微信暂时没有回应", id="down"),
    ],
)
async def test_wechat_does_not_say_who(
    visitor: Visitor,
    world: World,
    path: str,
    trouble: GatewayDown | GatewayRefused,
    status: int,
    sentence: str,
) -> None:
    state = (await ask_who(visitor, path)).query["state"]
    world.login.trouble = trouble
    answered, _, page = await come_back(visitor, path, "code-1", state)
    assert answered == status
    assert sentence in page
    assert world.payments.asked == []


async def test_with_nothing_to_pay_nobody_is_asked(visitor: Visitor, world: World) -> None:
    path = world.path(await lives.recorded(world))
    assert str(await ask_who(visitor, path)) == path


async def test_too_many_beginnings(visitor: Visitor, path: str) -> None:
    statuses = [(await visitor.get(f"{path}/wechat", allow_redirects=False)).status for _ in range(21)]
    assert statuses == [303] * 20 + [429]
