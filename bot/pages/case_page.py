"""The page of one case: what happened, what it costs, by when, what to do now; and its state for a page that waits."""

from aiohttp import web

from bot.pages.facts import facts_of
from bot.pages.language import language_of
from bot.pages.press import PRESS
from bot.pages.visit import Visit
from bot.services import SERVICES
from models.base.texts import texts


async def show(request: web.Request, visit: Visit) -> web.Response:
    """`GET /c/{token}`: one template for each standing."""
    tariff = request.app[SERVICES].database.city.tariff
    words = texts(language_of(request))
    return request.app[PRESS].page(
        request,
        f"{visit.standing}.html",
        case=facts_of(visit, tariff, words),
        path=visit.path,
        tariff=tariff,
        counter=words.pick(tariff.handling.counter, tariff.handling.counter_en),
        hours=words.pick(tariff.office.hours, tariff.office.hours_en),
    )


async def status(request: web.Request, visit: Visit) -> web.Response:
    """`GET /c/{token}/status`: `{"state": "undecided" | "due" | "paid" | "closed"}`."""
    return request.app[PRESS].data({"state": visit.standing})
