"""The levers of the account's card on the phone: its menu, switching messages off, consents to notices, scanning."""

from typing import Any

from aiohttp import web

from sandbox.control.door import acting_resident, asked_resident, bad, body_of, refuse
from sandbox.control.phone import outcome
from sandbox.state import Bond
from sandbox.web_json import answer, text
from sandbox.wechat import chat, citizen, consents, qr_codes
from sandbox.world import WORLD, World


async def card(request: web.Request) -> web.Response:
    """`GET /control/account?as=`: the bond with the account, its menu, and the templates one may agree to."""
    world = request.app[WORLD]
    return answer(_card(world, chat.bond(world.state, asked_resident(request).openid)))


async def mute(request: web.Request) -> web.Response:
    """`POST /control/mute {"as","muted"}`: switch the account's messages off, or on again."""
    world, body = request.app[WORLD], await body_of(request)
    who, muted = acting_resident(request, body), body.get("muted")
    if not isinstance(muted, bool):
        refuse("muted must be true or false")
    if not chat.bond(world.state, who.openid).follows:
        refuse("this person does not follow the account yet")
    chat.mute(world.state, who.openid, muted=muted)
    return answer(_card(world, chat.bond(world.state, who.openid)))


async def consent(request: web.Request) -> web.Response:
    """`POST /control/consent {"as","template_id","choice"}`: accept or reject a question, or cancel what was accepted."""
    world, body = request.app[WORLD], await body_of(request)
    who = acting_resident(request, body)
    template_id, choice = text(body, "template_id", bad), text(body, "choice", bad)
    template = world.config.wechat.templates.get(template_id)
    if template is None or not template.one_time:
        refuse("the account has no such template to agree to")
    if choice not in consents.CHOICES:
        refuse(f"choice must be one of {', '.join(consents.CHOICES)}")
    event, fields = consents.choose(world.state, who.openid, template_id, choice)
    return await outcome(citizen.act(world, who, event, fields=fields))


async def scan(request: web.Request) -> web.Response:
    """`POST /control/scan {"as","ticket"}`: scan a QR code of the account."""
    world, body = request.app[WORLD], await body_of(request)
    who = acting_resident(request, body)
    try:
        code = qr_codes.found(world.state, text(body, "ticket", bad))
    except qr_codes.NoCode as error:
        raise bad("no QR code has this ticket, or it has expired") from error
    return await outcome(citizen.act(world, who, "SCAN", code.scene, {"Ticket": code.ticket}))


def _card(world: World, bond: Bond) -> dict[str, Any]:
    menu = world.state.menus.get("menu")
    return {
        "follows": bond.follows,
        "muted": bond.muted,
        "menu": menu.buttons if menu else [],
        "templates": [
            {"id": name, "title": template.title, "consents": bond.consents.get(name, 0)}
            for name, template in world.config.wechat.templates.items()
            if template.one_time
        ],
    }


ROUTES = [
    web.get("/control/account", card),
    web.post("/control/mute", mute),
    web.post("/control/consent", consent),
    web.post("/control/scan", scan),
]
