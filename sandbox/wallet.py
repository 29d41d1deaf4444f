"""The wallet that carries out locks (docs/wires.md, "Wallet")."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

from aiohttp import web

from sandbox import wall
from sandbox.signing import authentic
from sandbox.state import Lock
from sandbox.web_json import NotAnObject, Refusal, answer, parse_object, text
from sandbox.world import WORLD, World

PAGE = 500
REFERENCE = re.compile(r"[0-9A-Za-z-]{1,64}")


async def put_lock(request: web.Request) -> web.Response:
    """`PUT`: lock. The same reference again is the same lock; a released one stays released (409)."""
    world, reference, raw = await _opened(request)
    held = world.state.locks.get(reference)
    if held is None:
        held = world.state.locks.put(_lock(reference, raw))
    if held.state == "released":
        raise Refusal(409, {"code": "released", "message": "a released reference is not locked again"})
    return answer(_acknowledged(held))


async def delete_lock(request: web.Request) -> web.Response:
    """`DELETE`: release. A reference never seen is remembered as released, so a lock that comes after it stays off."""
    world, reference, _ = await _opened(request)
    held = world.state.locks.get(reference) or Lock(reference, "locked", "")
    if held.state == "locked":
        held = world.state.locks.put(replace(held, state="released", at=wall.stamp()))
    return answer(_acknowledged(held))


async def get_lock(request: web.Request) -> web.Response:
    """`GET`: the lock as it stands, or 404."""
    world, reference, _ = await _opened(request)
    held = world.state.locks.get(reference)
    if held is None:
        raise Refusal(404, {"code": "unknown", "message": "no such reference"})
    since = {"since": held.since} if held.since else {}
    return answer(_acknowledged(held) | since)


async def held_locks(request: web.Request) -> web.Response:
    """`GET`: a page of all locks that hold, behind the reference in the path if there is one."""
    world, last, _ = await _opened(request, or_none=True)
    locks = sorted(
        (lock for lock in world.state.locks if lock.state == "locked" and lock.reference > last),
        key=lambda lock: lock.reference,
    )
    page = [{"reference": lock.reference, "since": lock.since} for lock in locks[:PAGE]]
    return answer({"locks": page, "next": page[-1]["reference"] if len(locks) > PAGE else None})


async def _opened(request: web.Request, *, or_none: bool = False) -> tuple[World, str, bytes]:
    world = request.app[WORLD]
    raw = await authentic(request, "wallet", world.config.wallet.secret)
    reference = request.match_info.get("reference", "")
    if not REFERENCE.fullmatch(reference) and not (or_none and not reference):
        raise _invalid("the reference is malformed")
    return world, reference, raw


def _lock(reference: str, raw: bytes) -> Lock:
    try:
        body = parse_object(raw)
        since = date.fromisoformat(text(body, "since", _invalid))
    except (NotAnObject, ValueError) as error:
        raise _invalid(str(error)) from error
    if body.get("measure") != "wallet":
        raise _invalid("measure must be wallet")
    owner, authority, basis = (
        text(body, key, _invalid) for key in ("resident_id", "authority", "legal_basis")
    )
    return Lock(reference, "locked", wall.stamp(), owner, authority, basis, since.isoformat())


def _acknowledged(held: Lock) -> dict[str, Any]:
    return {"reference": held.reference, "state": held.state, "at": held.at}


def _invalid(message: str) -> Refusal:
    return Refusal(400, {"code": "invalid", "message": message})


ROUTES = [
    web.put("/v1/locks/{reference}", put_lock),
    web.delete("/v1/locks/{reference}", delete_lock),
    web.get("/v1/locks/{reference}", get_lock),
    web.get("/v1/held-locks", held_locks),
    web.get("/v1/held-locks/{reference}", held_locks),
]
