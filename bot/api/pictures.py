"""`POST /api/v1/pictures`: an authority hands in what a camera saw, before the record that names it.

    Authorization: Bearer KEY (scope violations:write)     the body is the picture itself, JPEG or PNG
    201 {"picture": "KEY"}; problem+json otherwise

The key goes into `pictures` of one record, from the same caller, within an hour; what no record names by then is removed. Handing the
same picture in again gives another key, and harms nothing.
"""

import secrets

from aiohttp import web

from bot.api.authentication import bearer, problem
from bot.api.violations import SCOPE
from bot.doors import Door, post
from bot.reasons import reason
from bot.services import SERVICES
from models.base.errors import BadInput
from models.base.pictures import picture_type
from models.identity.keys import Caller
from models.violations import evidence

PATH = "/api/v1/pictures"
MOST_BYTES = 4 * 1024 * 1024  # a camera's picture has one or two
MOST_AN_HOUR = 20_000  # of one caller: far more than a city's cameras make
HOUR = 3600.0


def add_routes(app: web.Application) -> None:
    post(app, PATH, Door(bearer(SCOPE), enter, problem, most_bytes=MOST_BYTES))


async def enter(request: web.Request, caller: Caller) -> web.Response:
    """On the disk first, then on record: what is on record is there."""
    services = request.app[SERVICES]
    content = await request.read()
    content_type = picture_type(content)
    if content_type is None:
        return _refused(BadInput("picture.kind"))
    if await services.ephemeral.count(f"pictures:{caller.key_id}", HOUR) > MOST_AN_HOUR:
        return problem(
            429, "there were too many pictures within an hour; go on later", code="picture.too_many"
        )
    key = secrets.token_hex(16)
    await services.blobs.put(key, content)
    async with services.database.begin(f"api:{caller.key_id}") as work:
        await evidence.hand_in(work, key, content_type, len(content))
    return web.json_response({"picture": key}, status=201)


def _refused(refusal: BadInput) -> web.Response:
    return problem(422, reason(refusal), code=refusal.key)
