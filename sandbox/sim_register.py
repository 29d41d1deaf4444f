"""The register of phone numbers and their holders (docs/wires.md, "SIM register")."""

from aiohttp import web

from sandbox.signing import authentic
from sandbox.web_json import NotAnObject, Refusal, answer, parse_object, text
from sandbox.world import WORLD


async def verify(request: web.Request) -> web.Response:
    """`POST /v1/verify`: is this phone registered to this person under this ID? One answer for every mismatch."""
    world = request.app[WORLD]
    raw = await authentic(request, "sim", world.config.sim_register.secret)
    try:
        body = parse_object(raw)
    except NotAnObject as error:
        raise _invalid(str(error)) from error
    asked = tuple(text(body, key, _invalid) for key in ("name", "resident_id", "phone"))
    held = {(resident.name, resident.resident_id, resident.phone) for resident in world.town.residents}
    return answer({"match": asked in held})


def _invalid(message: str) -> Refusal:
    return Refusal(400, {"code": "invalid", "message": message})


ROUTES = [web.post("/v1/verify", verify)]
