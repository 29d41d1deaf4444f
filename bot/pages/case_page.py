"""The page of one case: what happened, what it costs, by when, what to do now; and its state for a page that waits."""

from aiohttp import web

from bot.pages.facts import facts_of, line_of
from bot.pages.language import language_of
from bot.pages.order_page import is_of
from bot.pages.press import PRESS
from bot.pages.visit import Standing, Visit
from bot.services import SERVICES
from models.base.money import Fen
from models.base.texts import texts
from models.violations import payments
from models.violations.payments import OrderState


async def show(request: web.Request, visit: Visit) -> web.Response:
    """`GET /c/{token}`: one template for each standing, and one for cases that are paid together."""
    tariff = request.app[SERVICES].database.city.tariff
    words = texts(language_of(request))
    return request.app[PRESS].page(
        request,
        "several.html" if visit.several else f"{visit.standing}.html",
        case=facts_of(visit, tariff, words),
        lines=[line_of(visit, case, words) for case in visit.cases],
        due=Fen(visit.total),
        path=visit.path,
        below=visit.page,
        tariff=tariff,
        counter=words.pick(tariff.handling.counter, tariff.handling.counter_en),
        hours=words.pick(tariff.office.hours, tariff.office.hours_en),
    )


async def status(request: web.Request, visit: Visit) -> web.Response:
    """`GET /c/{token}/status`: `{"state": "undecided" | "due" | "paid" | "closed"}`; with `?order=` it is `paid` once that one is, although
    something may be left on the case."""
    async with request.app[SERVICES].database.read() as work:
        number = request.query.get("order", "")
        order = await payments.order(work, number) if number else None
    booked = order is not None and is_of(order, visit) and order.state is OrderState.PAID
    return request.app[PRESS].data({"state": Standing.PAID if booked else visit.standing})
