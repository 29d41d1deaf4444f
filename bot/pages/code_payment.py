"""Paying outside of WeChat: a form's press makes an order that whoever scans its code may pay."""

from aiohttp import web

from bot.doors import Door
from bot.pages.ordering import go_to_order, pressed_too_often
from bot.pages.press import Press
from bot.pages.visit import Visit, find
from models.base.ports import Unauthentic
from models.violations import payments


def door(press: Press) -> Door[Visit]:
    """`POST /c/{token}/order`: the token is what lets in."""
    return Door(_with_token, _order, press.refuse)


async def _with_token(request: web.Request) -> Visit:
    visit = await find(request)
    if visit is None:
        raise Unauthentic("no such link")
    return visit


async def _order(request: web.Request, visit: Visit) -> web.Response:
    too_often = await pressed_too_often(request, visit)
    return too_often or await go_to_order(request, visit, payments.BY_CODE)
