"""Paying inside WeChat: WeChat says which account looks at the page, and the order is that account's."""

from aiohttp import web

from bot.pages import login
from bot.pages.login import NotRecognised
from bot.pages.ordering import go_to_order, pressed_too_often
from bot.pages.press import PRESS
from bot.pages.visit import Standing, Visit


async def ask_who(request: web.Request, visit: Visit) -> web.Response:
    """`GET /c/{token}/wechat`: to WeChat's login, which is silent and comes back to `/chat`."""
    if visit.standing is not Standing.DUE:
        return request.app[PRESS].see_other(request, visit.page())
    too_often = await pressed_too_often(request, visit)
    return too_often or login.ask_who(request, visit.path, visit.page("/chat"))


async def begin(request: web.Request, visit: Visit) -> web.Response:
    """`GET /c/{token}/chat?code&state`: from the code to the account to its order, and on to a page that may be reloaded."""
    try:
        openid = await login.openid_of(request, visit.path)
    except NotRecognised as problem:
        return request.app[PRESS].problem(request, f"login_{problem.why}", problem.status, back=visit.page())
    return await go_to_order(request, visit, openid)
