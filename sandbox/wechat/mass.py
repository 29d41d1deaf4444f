"""Mass messages: to all followers or to a tag, at most four a calendar month for each of them."""

import hashlib
from datetime import datetime
from typing import Any

from aiohttp import web

from sandbox import wall
from sandbox.state import Bond, Sending, State
from sandbox.web_json import dumps
from sandbox.wechat import sendings, tags
from sandbox.wechat.calls import body_of, done, error, opened, part_of
from sandbox.wechat.outgoing import BadMessage, checked_text

A_MONTH, ID_LIMIT = 4, 64  # messages; bytes of a clientmsgid
SAME_FOR = 86400.0  # seconds in which a clientmsgid names the same message


async def send_all(request: web.Request) -> web.Response:
    """`POST /cgi-bin/message/mass/sendall`: a text; who switched messages off or had four this month is left out."""
    world, body = opened(request), await body_of(request)
    text = _text(body)
    meant = _meant(world.state, part_of(body, "filter"))
    client_id = _client_id(world.state, body)
    left = [bond.openid for bond in meant if _may_get(world.state, bond)]
    if meant and not left:
        raise error(45028, "has no masssend quota")
    content = {"kind": "text", "text": text}
    sending = sendings.start(world, "mass", left, content, client_id=client_id, total=len(meant))
    return done(msg_id=sending.msg_id, msg_data_id=sending.msg_id)


def _text(body: dict[str, Any]) -> str:
    if body.get("msgtype") != "text":
        raise error(40008, "invalid message type: this account sends texts")
    try:
        return checked_text(part_of(body, "text").get("content"))
    except BadMessage as refused:
        raise error(refused.errcode, str(refused)) from refused


def _meant(state: State, asked: dict[str, Any]) -> list[Bond]:
    """The followers of a filter. Raises Refusal (40035, 45159)."""
    followers = [bond for bond in state.bonds if bond.follows]
    if asked.get("is_to_all") is True:
        return followers
    if "tag_id" not in asked:
        raise error(40035, "invalid parameter: is_to_all or tag_id")
    tag = tags.known(state, asked["tag_id"])
    return [bond for bond in followers if tag.id in bond.tags]


def _client_id(state: State, body: dict[str, Any]) -> str:
    """The service's name for the message, else a digest of whom and what. Raises Refusal (45065, 45067)."""
    whom_and_what = dumps([body["filter"], body["text"]]).encode()
    client_id = body.get("clientmsgid") or hashlib.sha256(whom_and_what).hexdigest()
    if not isinstance(client_id, str) or len(client_id.encode()) > ID_LIMIT:
        raise error(45067, "clientmsgid size out of limit")
    for sending in _mass(state):
        if sending.client_id == client_id and wall.seconds() - sending.at < SAME_FOR:
            raise error(45065, "clientmsgid exist", msg_id=sending.msg_id)
    return client_id


def _may_get(state: State, bond: Bond) -> bool:
    this_month = _month(wall.seconds())
    had = sum(bond.openid in one.openids for one in _mass(state) if _month(one.at) == this_month)
    return not bond.muted and had < A_MONTH


def _mass(state: State) -> list[Sending]:
    return [sending for sending in state.sendings if sending.kind == "mass"]


def _month(at: float) -> str:
    """The calendar month in China of an instant in seconds since 1970."""
    return f"{datetime.fromtimestamp(at, wall.CHINA):%Y-%m}"


ROUTES = [web.post("/cgi-bin/message/mass/sendall", send_all)]
