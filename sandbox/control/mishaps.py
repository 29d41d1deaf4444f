"""The lever for mishaps (see `sandbox.faults`)."""

from aiohttp import web

from sandbox.control.door import bad, body_of, refuse
from sandbox.faults import Fault
from sandbox.web_json import answer, text
from sandbox.world import WORLD

MOST_TIMES, MOST_SECONDS = 1000, 3600.0


async def order(request: web.Request) -> web.Response:
    """`POST /control/faults {"wire","what","times","seconds"?}`: what happens to the next calls or notices."""
    body = await body_of(request)
    times, seconds = body.get("times", 1), body.get("seconds", 0)
    if type(times) is not int or not 1 <= times <= MOST_TIMES:
        refuse(f"times must be a whole number from 1 to {MOST_TIMES}")
    if type(seconds) not in (int, float) or not 0 <= seconds <= MOST_SECONDS:
        refuse(f"seconds must be a number from 0 to {MOST_SECONDS:.0f}")
    fault = Fault(text(body, "what", bad), float(seconds))
    try:
        request.app[WORLD].faults.order(text(body, "wire", bad), fault, times)
    except ValueError as error:
        raise bad(str(error)) from error
    return answer({"ordered": times})


async def clear(request: web.Request) -> web.Response:
    """`DELETE /control/faults`."""
    request.app[WORLD].faults.clear()
    return answer({"ordered": 0})


ROUTES = [web.post("/control/faults", order), web.delete("/control/faults", clear)]
