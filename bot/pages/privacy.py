"""What is kept of citizens, why, how long, and who to ask (PIPL 17)."""

from aiohttp import web

from bot.pages.language import language_of
from bot.pages.press import PRESS
from bot.services import SERVICES
from models.base.texts import texts

SECTIONS = ("who", "what", "why", "how_long", "whom", "school", "pages", "rights")


async def show(request: web.Request) -> web.Response:
    """`GET /privacy`."""
    tariff = request.app[SERVICES].database.city.tariff
    words = texts(language_of(request))
    figures = {
        "city": words.pick(tariff.city, tariff.city_en),
        "authority": tariff.authority,
        "phone": tariff.office.phone,
        "hours": words.pick(tariff.office.hours, tariff.office.hours_en),
        "code_minutes": tariff.binding.code_minutes,
        "order_minutes": tariff.payment.order_minutes,
        "keep_days": tariff.school.keep_days,
    }
    return request.app[PRESS].page(request, "privacy.html", sections=SECTIONS, figures=figures)
