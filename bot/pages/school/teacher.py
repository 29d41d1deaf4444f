"""A teacher publishes from a page: who it is, and that there is a class to tell.

That a class is the teacher's own is the acts' to say (`models/schools/broadcast.py`), and so it is that a draft is: these pages ask them.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from bot.pages import login
from bot.pages.school import passes
from bot.pages.school.page import PUBLISHING
from bot.pages.school.visit import Stranger, is_code, turned_away
from bot.services import SERVICES
from models.base.errors import Refusal
from models.base.ports import Forbidden, Unauthentic
from models.identity import acts as identity
from models.schools import members

BROUGHT_IN = "X-Pass"  # where a script, not a form, brings it
MOST_A_MINUTE = 30  # forms and pictures of one teacher
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Desk:
    """A teacher at work on the draft of this code, or on a new one. `said` is what came with a form."""

    teacher_id: int
    code: str = ""
    said: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return path_of(self.code)


Show = Callable[[web.Request, Desk], Awaitable[web.StreamResponse]]


def path_of(code: str) -> str:
    """The page of a draft; without a code that of a new one."""
    return f"{PUBLISHING}/{code.upper()}" if code else PUBLISHING


def writing(show: Show) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A GET for teachers: others get a page that says so (404), and whoever is not known yet is asked of WeChat."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        code = request.match_info.get("code", "")
        if code and not is_code(code):
            return turned_away(request, Stranger(), "school_draft_gone")
        openid = passes.reader(request)
        if openid is None:
            path = path_of(code)
            return login.ask_who(request, path, f"{path}/wechat")
        try:
            return await show(request, Desk(await _teacher(request, openid), code.upper()))
        except Stranger as stranger:
            return turned_away(request, stranger, "school_no_teacher")

    return guarded


async def come_in(request: web.Request) -> web.Response:
    """WeChat's answer; on to the page that asked."""
    return await passes.come_back(request, path_of(request.match_info.get("code", "")))


async def pressed(request: web.Request) -> Desk:
    """Who presses one of our forms, and what it says: cookie, and the form's pass. Raises Unauthentic, Forbidden."""
    teacher_id = await _known(request)
    said = await passes.form_of(request)
    return _desk(request, teacher_id, said.get("pass", ""), said)


async def sends(request: web.Request) -> Desk:
    """Who sends a file by our script: as `pressed`, before any of the body is read."""
    return _desk(request, await _known(request), request.headers.get(BROUGHT_IN, ""), {})


async def slow_down(request: web.Request, desk: Desk) -> None:
    """What a person can do by hand is never too much. Raises Refusal."""
    counted = await request.app[SERVICES].ephemeral.count(f"school.publishing:{desk.teacher_id}", MINUTE)
    if counted > MOST_A_MINUTE:
        raise Refusal("publish.slower")


def _desk(request: web.Request, teacher_id: int, given: str, said: Mapping[str, str]) -> Desk:
    code = request.match_info.get("code", "").upper()
    if not passes.is_form_pass(request, given, teacher_id, code or PUBLISHING):
        raise Forbidden("not our form")
    return Desk(teacher_id, code, said)


async def _known(request: web.Request) -> int:
    openid = passes.reader(request)
    if openid is None:
        raise Unauthentic("nobody known")
    try:
        return await _teacher(request, openid)
    except Stranger as problem:
        raise Forbidden("no teacher") from problem


async def _teacher(request: web.Request, openid: str) -> int:
    """Raises Stranger."""
    async with request.app[SERVICES].database.read() as work:
        person_id = (await identity.account(work, openid)).person_id
        if person_id is None:
            raise Stranger(unbound=True)
        if not await members.taught_by(work, person_id):
            raise Stranger
    return person_id
