"""Tags of followers: at most 100 for the account and 20 for one follower."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from aiohttp import web

from sandbox.state import Bond, State, Tag
from sandbox.web_json import answer
from sandbox.wechat import chat
from sandbox.wechat.calls import body_of, citizen_of, done, error, opened, part_of
from sandbox.world import World

FIRST_ID = 100  # below are WeChat's own
NAME_LIMIT, MOST_TAGS, MOST_ON_ONE, MOST_AT_ONCE = 30, 100, 20, 50  # bytes; tags; tags; openids


async def create(request: web.Request) -> web.Response:
    """`POST /cgi-bin/tags/create`."""
    state = opened(request).state
    name = part_of(await body_of(request), "tag").get("name")
    if not isinstance(name, str) or not name or any(tag.name == name for tag in state.tags):
        raise error(45157, "invalid tag name")
    if len(name.encode()) > NAME_LIMIT:
        raise error(45158, "tag name too long")
    if len(state.tags) >= MOST_TAGS:
        raise error(45056, "too many tags")
    tag = state.tags.put(Tag(FIRST_ID + len(state.tags), name))
    return answer({"tag": asdict(tag)})


async def get(request: web.Request) -> web.Response:
    """`GET /cgi-bin/tags/get`."""
    state = opened(request).state
    return answer({"tags": [asdict(tag) | {"count": _count(state, tag)} for tag in state.tags]})


async def batch_tag(request: web.Request) -> web.Response:
    """`POST /cgi-bin/tags/members/batchtagging`."""
    world = opened(request)
    return _changed(
        world, await body_of(request), lambda tags, tag: [*tags, tag] if tag not in tags else tags
    )


async def batch_untag(request: web.Request) -> web.Response:
    """`POST /cgi-bin/tags/members/batchuntagging`."""
    world = opened(request)
    return _changed(world, await body_of(request), lambda tags, tag: [one for one in tags if one != tag])


def known(state: State, tag_id: Any) -> Tag:
    """The tag of this id. Raises Refusal (45159)."""
    tag = state.tags.get(str(tag_id))
    if tag is None:
        raise error(45159, "invalid tag id")
    return tag


def _changed(
    world: World, body: dict[str, Any], change: Callable[[list[int], int], list[int]]
) -> web.Response:
    """All of the listed followers are changed, or none. Raises Refusal (45159, 40032, 40003, 45059)."""
    tag = known(world.state, body.get("tagid"))
    openids = body.get("openid_list")
    if not isinstance(openids, list) or not 1 <= len(openids) <= MOST_AT_ONCE:
        raise error(40032, "invalid openid list size")
    bonds = [_follower(world, openid) for openid in openids]
    changed = [replace(bond, tags=change(bond.tags, tag.id)) for bond in bonds]
    if any(len(bond.tags) > MOST_ON_ONE for bond in changed):
        raise error(45059, "too many tags on one follower")
    for bond in changed:
        world.state.bonds.put(bond)
    return done()


def _follower(world: World, openid: Any) -> Bond:
    bond = chat.bond(world.state, citizen_of(world, openid).openid)
    if not bond.follows:
        raise error(40003, "invalid openid: no follower")
    return bond


def _count(state: State, tag: Tag) -> int:
    return sum(tag.id in bond.tags for bond in state.bonds)


ROUTES = [
    web.post("/cgi-bin/tags/create", create),
    web.get("/cgi-bin/tags/get", get),
    web.post("/cgi-bin/tags/members/batchtagging", batch_tag),
    web.post("/cgi-bin/tags/members/batchuntagging", batch_untag),
]
