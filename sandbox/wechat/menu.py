"""The account's menu: up to three buttons, each with up to five below it.

This account has neither mini programs nor published articles, so buttons that open them are refused by their type.
"""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.state import Menu
from sandbox.web_json import answer
from sandbox.wechat.calls import body_of, done, error, opened

KEYED = frozenset(
    {
        *("click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin"),
        "location_select",
    }
)
KEY_LIMIT, URL_LIMIT = 128, 1024  # bytes


@dataclass(frozen=True, slots=True)
class Level:
    """The limits of one level of the menu, `name` in bytes, and its errcodes."""

    most: int
    name: int
    count_error: int
    type_error: int
    name_error: int
    key_error: int
    url_error: int
    domain_error: int


TOP = Level(3, 16, 40016, 40017, 40018, 40019, 40020, 40055)
SUB = Level(5, 60, 40023, 40024, 40025, 40026, 40027, 40054)


async def create(request: web.Request) -> web.Response:
    """`POST /cgi-bin/menu/create`: takes the place of the menu before."""
    state, body = opened(request).state, await body_of(request)
    _check_all(TOP, body.get("button"))
    state.menus.put(Menu(body["button"]))
    return done()


async def get(request: web.Request) -> web.Response:
    """`GET /cgi-bin/menu/get`."""
    menu = opened(request).state.menus.get("menu")
    if menu is None or not menu.buttons:
        raise error(46003, "menu no exist")
    return answer({"menu": {"button": [{"sub_button": [], **button} for button in menu.buttons]}})


async def delete(request: web.Request) -> web.Response:
    """`GET /cgi-bin/menu/delete`."""
    opened(request).state.menus.put(Menu([]))
    return done()


def _check_all(level: Level, buttons: Any) -> None:
    """Raises Refusal."""
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= level.most:
        raise error(level.count_error, "invalid button size")
    for button in buttons:
        if not isinstance(button, dict):
            raise error(47001, "data format error")
        if not _has(button, "name", level.name):
            raise error(level.name_error, "invalid button name size")
        _check_body(level, button)


def _check_body(level: Level, button: dict[str, Any]) -> None:
    """What a button does, or the buttons below it."""
    kind = button.get("type")
    if button.get("sub_button"):
        if level is SUB:
            raise error(40022, "invalid sub button level")
        _check_all(SUB, button["sub_button"])
    elif kind in KEYED:
        if not _has(button, "key", KEY_LIMIT):
            raise error(level.key_error, "invalid button key size")
    elif kind == "view":
        _check_url(level, button)
    else:
        raise error(level.type_error, "invalid button type")


def _check_url(level: Level, button: dict[str, Any]) -> None:
    if not _has(button, "url", URL_LIMIT):
        raise error(level.url_error, "invalid button url size")
    if not button["url"].startswith(("http://", "https://")):
        raise error(level.domain_error, "invalid button url domain")


def _has(button: dict[str, Any], name: str, limit: int) -> bool:
    """A text of 1 to `limit` bytes."""
    value = button.get(name)
    return isinstance(value, str) and 1 <= len(value.encode()) <= limit


ROUTES = [
    web.post("/cgi-bin/menu/create", create),
    web.get("/cgi-bin/menu/get", get),
    web.get("/cgi-bin/menu/delete", delete),
]
