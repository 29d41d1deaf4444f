"""Every route that accepts what strangers send is a door whose authenticator stops the request before its handler runs."""

import re
from typing import Any

import pytest
from aiohttp import web

from bot.doors import Answer, Door, PushDoor
from bot.officer import ACTS
from models.base.ports import Malformed, Unauthentic

READING = {"GET", "HEAD", "OPTIONS"}
EXPECTED = {
    "/wechat",
    "/callbacks/wechat-pay",
    "/callbacks/sms/{secret}",
    "/api/v1/violations",
    "/api/v1/matters",
    *(f"/api/v1/matters/{{number}}/{act}" for act in ("amend", "close", "exempt")),
    "/api/v1/clearance",
    "/api/v1/pictures",
    "/c/{token}/order",
    "/school/{code}/answer",
    "/school/beat",
    "/school/{code}/undo",
    "/school/publish",
    "/school/publish/{code}",
    *(f"/school/publish/{{code}}/{act}" for act in ("away", "confirm", "drop", "picture")),
    "/demo/clock",
    *(f"/api/v1/officer/{act.on}/{{subject}}/{act.name}" for act in ACTS),
}


def writing_routes(app: web.Application) -> list[web.AbstractRoute]:
    return [route for route in app.router.routes() if route.method not in READING]


def door_of(route: web.AbstractRoute) -> Door[Any] | PushDoor[Any]:
    door = getattr(route.handler, "__self__", None)
    assert isinstance(door, Door | PushDoor), f"{route!r} is not behind a door"
    return door


def path_of(route: web.AbstractRoute) -> str:
    assert route.resource is not None
    return route.resource.canonical


def test_the_writing_routes_are_known(app: web.Application) -> None:
    assert {path_of(route) for route in writing_routes(app)} == EXPECTED
    assert {route.method for route in writing_routes(app)} == {"POST"}


def test_each_of_them_is_a_door(app: web.Application) -> None:
    for route in writing_routes(app):
        door_of(route)


@pytest.fixture
def ran(app: web.Application) -> list[str]:
    """Paths whose handler ran although nobody was let in."""
    ran: list[str] = []
    for route in writing_routes(app):
        path = path_of(route)

        door = door_of(route)
        answer: Any = Answer(b"") if isinstance(door, PushDoor) else web.Response()

        async def handle(request: Any, who: object, path: str = path, answer: Any = answer) -> Any:
            ran.append(path)
            return answer

        door.handle = handle
    return ran


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        pytest.param(Unauthentic("no"), 401, id="not who they claim to be"),
        pytest.param(Malformed("no"), 400, id="not to be read"),
    ],
)
async def test_a_refused_request_never_reaches_its_handler(
    app: web.Application, ran: list[str], aiohttp_client: Any, refusal: Exception, status: int
) -> None:
    async def refuse(request: Any) -> None:
        raise refusal

    routes = writing_routes(app)
    for route in routes:
        door_of(route).authenticate = refuse
    http = await aiohttp_client(app)
    for route in routes:
        url = re.sub(r"\{\w+\}", "x", path_of(route))
        answer = await http.request(route.method, url, data=b"{}")
        assert answer.status == status, url
    assert ran == []


async def test_the_handlers_run_for_who_is_let_in(
    app: web.Application, ran: list[str], aiohttp_client: Any
) -> None:
    """The test above would notice one that ran."""

    async def let_in(request: Any) -> None:
        return None

    for route in writing_routes(app):
        door_of(route).authenticate = let_in
    http = await aiohttp_client(app)
    for path in sorted(EXPECTED):
        assert (await http.post(re.sub(r"\{\w+\}", "x", path))).status == 200
    assert sorted(ran) == sorted(EXPECTED)
