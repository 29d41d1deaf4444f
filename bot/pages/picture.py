"""One picture of a case: its own bytes, or on to the police's store, where they keep it themselves. Nothing is fetched here."""

from http import HTTPStatus

from aiohttp import web

from bot.pages.press import PRESS
from bot.pages.visit import Visit
from bot.photos import photo_response
from bot.services import SERVICES


async def show(request: web.Request, visit: Visit) -> web.Response:
    """`GET /c/{token}/photo/{id}?photos=...`: without leave that still holds there is no picture (404)."""
    asked = request.match_info["photo"]
    found = next((each for each in visit.pictures if str(each.id) == asked), None)
    press = request.app[PRESS]
    if found is None:
        return press.problem(request, "photo", HTTPStatus.NOT_FOUND, back=visit.path)
    if found.url:
        return press.send_to(found.url)
    try:
        content = await request.app[SERVICES].blobs.get(found.blob or "")
    except LookupError:
        return press.problem(request, "photo", HTTPStatus.NOT_FOUND, back=visit.path)
    return photo_response(content, found.content_type or "")
