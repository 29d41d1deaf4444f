"""The town's levers: its clock, and the police's camera. Both press a button of the service and hand on its answer."""

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

from aiohttp import ClientError, ClientTimeout, web

from sandbox import wall
from sandbox.config import DoorConfig
from sandbox.control.door import acting_resident, bad, body_of, refuse
from sandbox.web_json import NotAnObject, answer, parse_object, text
from sandbox.world import WORLD, World

AUTHORITY, PLACE = "442000", "兴中道"
SPEEDING, SMALL_CAR = "1344", "02"  # the offence code and plate kind unless the lever names others
SEEN_BEFORE = timedelta(hours=2)  # the camera's material comes in later than the act
PATIENCE = ClientTimeout(total=600)  # a jump of many days runs every day's jobs


async def get_clock(request: web.Request) -> web.Response:
    """`GET /control/clock`."""
    world = request.app[WORLD]
    status, told = await _call(world, "GET", world.config.clock)
    return answer(told, status)


async def post_clock(request: web.Request) -> web.Response:
    """`POST /control/clock {"days"}`."""
    world, body = request.app[WORLD], await body_of(request)
    status, told = await _call(world, "POST", world.config.clock, body)
    return answer(told, status)


async def camera(request: web.Request) -> web.Response:
    """`POST /control/camera`: `{"as"}` or `{"plate","plate_kind"?}`, with an `offence`?: the police record a violation."""
    world, body = request.app[WORLD], await body_of(request)
    plate, kind = _vehicle(request, body)
    record = {
        "authority": AUTHORITY,
        "record_no": f"{wall.now():%y%m%d%H%M%S}{secrets.randbelow(10**6):06d}",
        "plate": plate,
        "plate_kind": kind,
        "offence": _optional(body, "offence", SPEEDING),
        "occurred_at": (await _town_time(world) - SEEN_BEFORE).isoformat(),
        "place": PLACE,
    }
    key = {"Idempotency-Key": str(uuid.uuid4())}
    status, told = await _call(world, "POST", world.config.police, record, key)
    return answer(told, status)


def _vehicle(request: web.Request, body: dict[str, Any]) -> tuple[str, str]:
    if "as" not in body:
        return text(body, "plate", bad), _optional(body, "plate_kind", SMALL_CAR)
    who = acting_resident(request, body)
    owned = request.app[WORLD].town.vehicle_of(who)
    if owned is None:
        refuse(f"{who.name} owns no vehicle in the town's vehicles.csv")
    return owned


def _optional(body: dict[str, Any], key: str, default: str) -> str:
    return text(body, key, bad) if key in body else default


async def _town_time(world: World) -> datetime:
    status, told = await _call(world, "GET", world.config.clock)
    try:
        return datetime.fromisoformat(told["now"])
    except (KeyError, TypeError, ValueError):
        refuse(f"the town's clock answered {status} and told no time", 502)


async def _call(
    world: World, method: str, door: DoorConfig, body: Any = None, more: dict[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of the service's answer; 502 when there is none."""
    headers = {"Authorization": f"Bearer {door.key}"} | (more or {})
    try:
        async with world.http.request(
            method, door.url, json=body, headers=headers, timeout=PATIENCE, allow_redirects=False
        ) as response:
            return response.status, parse_object(await response.read())
    except (ClientError, TimeoutError) as error:
        refuse(f"the service did not answer: {type(error).__name__}", 502)
    except NotAnObject as error:
        refuse(f"the service's answer: {error}", 502)


ROUTES = [
    web.get("/control/clock", get_clock),
    web.post("/control/clock", post_clock),
    web.post("/control/camera", camera),
]
