"""`POST /api/v1/pictures`: an authority hands in what a camera saw, before the record that names it.

    the body is the picture itself, JPEG or PNG; 201 {"picture": "KEY"}

The key goes into `pictures` of one record, from the same caller, within an hour; what no record names by then is removed. Handing the
same picture in again gives another key, and harms nothing.
"""

import secrets

from pydantic import BaseModel, Field

from bot.api.authentication import SYSTEMS
from bot.api.bodies import File
from bot.api.once import Answer
from bot.api.operation import Call, Operation, Unit
from bot.services import Services
from models.base.errors import BadInput
from models.base.pictures import picture_type
from models.identity.keys import Caller
from models.violations import evidence

PATH = "/pictures"
MOST_BYTES = 4 * 1024 * 1024  # a camera's picture has one or two


class HandedIn(BaseModel):
    """The name under which a record may name it."""

    picture: str = Field(pattern=r"^[0-9a-f]{32}$")


async def enter(services: Services, caller: Caller, call: Call) -> Answer:
    """On the disk first, then on record: what is on record is there."""
    content: bytes = call.body
    content_type = picture_type(content)
    if content_type is None:
        raise BadInput("picture.kind")
    key = secrets.token_hex(16)
    await services.blobs.put(key, content)
    async with services.database.begin(caller.actor) as work:
        await evidence.hand_in(work, key, content_type, len(content))
    return Answer(201, {"picture": key})


OPERATIONS = (
    Operation(
        name="handInPicture",
        method="POST",
        path=PATH,
        about="Hand in a picture, before the record that names it.",
        audience=SYSTEMS,
        needs="violations:write",
        act=enter,
        body=File("image/jpeg", "image/png", "application/octet-stream"),
        most_bytes=MOST_BYTES,
        answers={201: HandedIn},
        unit=Unit.OWN,
        rates=("pictures",),
        codes=("picture.kind",),
    ),
)
