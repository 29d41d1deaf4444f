"""The carrier's two calls, `SendSms` and `QuerySendDetails`: POST `/`, parameters in the query or in a form body."""

import uuid
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.carrier import acs3, details, texts
from sandbox.carrier.receipts import report
from sandbox.carrier.texts import BadText
from sandbox.web_json import answer
from sandbox.world import WORLD, World

VERSION = "2017-05-25"


async def call(request: web.Request) -> web.Response:
    """One signed call. What the carrier itself refuses (`isv.*`) is HTTP 200 with a Code that is not OK."""
    world, body = request.app[WORLD], await request.read()
    acs3.verify(request, body, world.config.sms, world.nonces)
    action = ACTIONS.get(request.headers["x-acs-action"])
    if action is None or request.headers["x-acs-version"] != VERSION:
        raise acs3.refused(404, "InvalidAction.NotFound", "no such action in this version")
    form = await request.post()
    given = dict(request.query) | {key: value for key, value in form.items() if isinstance(value, str)}
    try:
        result = action(world, given)
    except BadText as error:
        result = {"Code": error.code, "Message": str(error)}
    return answer({"RequestId": str(uuid.uuid4()).upper()} | result)


def send(world: World, given: Mapping[str, str]) -> dict[str, Any]:
    """`SendSms`: submit one text to one or more numbers; a receipt follows for each."""
    numbers, text = texts.read(world.config.sms, given)
    biz_id = uuid.uuid4().hex[:20]
    for number in numbers:
        submitted = texts.submit(world.state, number, text, biz_id)
        world.tasks.start(report(world, submitted))
    return {"Code": "OK", "Message": "OK", "BizId": biz_id}


def query(world: World, given: Mapping[str, str]) -> dict[str, Any]:
    """`QuerySendDetails`: what became of the texts to one number on one day."""
    return details.query(world.state, given)


ACTIONS = {"SendSms": send, "QuerySendDetails": query}
ROUTES = [web.post("/", call)]
