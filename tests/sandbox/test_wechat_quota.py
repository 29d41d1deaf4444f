"""Calls a day: what is left, what happens without any, and clearing the count."""

import pytest
from aiohttp.test_utils import TestClient

from sandbox import wall
from sandbox.wechat.quotas import CLEARINGS, Quotas
from sandbox.world import WORLD, World
from tests.sandbox.account import call
from tests.sandbox.service import APP_ID

MENU, NOON = "/cgi-bin/menu/create", 1_796_097_600.0  # noon of 1 December 2026 in China
BUTTON = {"button": [{"type": "click", "name": "x", "key": "x"}]}


def use_up(client: TestClient, path: str) -> None:
    world: World = client.server.app[WORLD]  # type: ignore[attr-defined]
    while world.quotas.take(path, wall.seconds()):
        pass


async def test_without_calls_left_nothing_is_done_until_the_count_is_cleared(sandbox: TestClient):
    use_up(sandbox, MENU)
    assert (await call(sandbox, "menu/create", BUTTON))["errcode"] == 45009
    told = await call(sandbox, "openapi/quota/get", {"cgi_path": MENU})
    assert told["quota"] == {"daily_limit": 1000, "used": 1000, "remain": 0}
    assert (await call(sandbox, "clear_quota", {"appid": "wx-another"}))["errcode"] == 40013
    assert (await call(sandbox, "clear_quota", {"appid": APP_ID}))["errcode"] == 0
    assert (await call(sandbox, "menu/create", BUTTON))["errcode"] == 0


async def test_the_count_is_cleared_ten_times_a_month(sandbox: TestClient):
    answers = [(await call(sandbox, "clear_quota", {"appid": APP_ID}))["errcode"] for _ in range(11)]
    assert answers == [0] * 10 + [48006]


@pytest.mark.parametrize(
    ("path", "errcode"),
    [
        pytest.param("cgi-bin/menu/get", 76003, id="no-slash"),
        pytest.param("/cgi-bin/menu/fly", 76021, id="no-such-interface"),
        pytest.param("/sns/oauth2/access_token", 76022, id="logins-have-none"),
        pytest.param("/cgi-bin/menu/get", 0, id="menu"),
        pytest.param("/wxaapi/newtmpl/gettemplate", 0, id="outside-cgi-bin"),
    ],
)
async def test_which_interfaces_are_told(sandbox: TestClient, path: str, errcode: int):
    assert (await call(sandbox, "openapi/quota/get", {"cgi_path": path}))["errcode"] == errcode


def test_a_new_day_begins_at_midnight_in_china():
    quotas = Quotas()
    assert all(quotas.take(MENU, NOON) for _ in range(1000))
    assert not quotas.take(MENU, NOON + 12 * 3600 - 1)
    assert quotas.take(MENU, NOON + 12 * 3600)
    assert quotas.left(MENU, NOON + 12 * 3600) == 999


def test_a_new_month_may_be_cleared_again():
    quotas = Quotas()
    assert [quotas.clear(NOON) for _ in range(CLEARINGS + 1)] == [True] * CLEARINGS + [False]
    assert quotas.clear(NOON + 31 * 86400)
