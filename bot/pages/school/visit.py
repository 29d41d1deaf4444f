"""Somebody of the class looks at one of its updates, or presses a form on its page: who it is, and that it is theirs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from bot.pages import login
from bot.pages.press import PRESS
from bot.pages.school import passes
from bot.services import SERVICES
from models.base.db import Work
from models.base.errors import Refusal
from models.base.ports import Forbidden, Unauthentic
from models.identity import acts as identity
from models.schools import members, updates
from models.schools.updates import Update

LONGEST_CODE = 16


@dataclass(frozen=True, slots=True)
class Visit:
    """A person of the class, and the update. Whoever teaches the class and has a child in it is both."""

    person_id: int
    update: Update
    guardian: bool
    teacher: bool

    @property
    def path(self) -> str:
        return page_of(self.update.code)


class Stranger(Exception):
    """Nobody of the class, or no such update: the two look the same. `unbound`: an account that is nobody's yet."""

    def __init__(self, *, unbound: bool = False) -> None:
        super().__init__("stranger")
        self.unbound = unbound


Show = Callable[[web.Request, Visit], Awaitable[web.StreamResponse]]


def visiting(show: Show) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A GET for people of the class: others get a page that says so (404), and whoever is not known yet is asked of WeChat."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        code = request.match_info["code"]
        if not is_code(code):
            return turned_away(request, Stranger())
        openid = passes.reader(request)
        if openid is None:
            path = page_of(code)
            return login.ask_who(request, path, f"{path}/wechat")
        try:
            async with request.app[SERVICES].database.read() as work:
                visit = await find(work, openid, code)
        except Stranger as stranger:
            return turned_away(request, stranger)
        return await show(request, visit)

    return guarded


async def pressed(request: web.Request) -> tuple[Visit, Mapping[str, str]]:
    """Who presses a form on an update's page, and what it says: the reader's cookie and the form's own pass let in. Raises Unauthentic,
    Forbidden."""
    openid = passes.reader(request)
    if openid is None:
        raise Unauthentic("nobody known")
    code = request.match_info["code"].upper()
    try:
        async with request.app[SERVICES].database.read() as work:
            visit = await find(work, openid, code)
    except Stranger as problem:
        raise Forbidden("nobody of the class") from problem
    said = await passes.form_of(request)
    if not passes.is_form_pass(request, said.get("pass", ""), visit.person_id, code):
        raise Forbidden("not our form")
    return visit, said


def turned_away(request: web.Request, stranger: Stranger, otherwise: str = "school_unknown") -> web.Response:
    """What somebody sees who may not see the update, and what they can do."""
    name = "school_unbound" if stranger.unbound else otherwise
    return request.app[PRESS].problem(request, name, HTTPStatus.NOT_FOUND)


async def find(work: Work, openid: str, code: str) -> Visit:
    """The visit of this account. Raises Stranger."""
    person_id = (await identity.account(work, openid)).person_id
    if person_id is None:
        raise Stranger(unbound=True)
    try:
        update = await updates.opened(work, person_id, code)
    except Refusal as problem:
        raise Stranger from problem
    guardian = await members.is_guardian_in(work, person_id, update.class_id)
    teacher = await members.is_teacher_of(work, person_id, update.class_id)
    return Visit(person_id, update, guardian, teacher)


def is_code(text: str) -> bool:
    """May this name an update?"""
    return text.isascii() and text.isalnum() and len(text) <= LONGEST_CODE


def page_of(code: str) -> str:
    """The path of an update's page."""
    return f"{passes.PATH}/{code.upper()}"
