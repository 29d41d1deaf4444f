"""What the school's pages give a browser to be known again by: sealed, so that nobody can make one or read it.

the reader's cookie   which account looks; some hours of the wall
the form's pass       by whom and for which update the form was made, so that no other site's form can answer
the beat's token      who reads which update, and since when (`models/schools/learning_rules.py`)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aiohttp import web

from bot.pages import login
from bot.pages.login import NotRecognised
from bot.pages.press import PRESS
from bot.services import SERVICES
from models.base.crypto import Unopenable

COOKIE = "shimin_school"
PATH = "/school"
LASTS = timedelta(hours=2)
READER, FORM, BEAT = "pages.reader", "pages.form", "pages.beat"


@dataclass(frozen=True, slots=True)
class Token:
    """`since`: when it was given out, UTC, to the microsecond."""

    person_id: int
    update_id: int
    since: datetime


def remember(request: web.Request, response: web.StreamResponse, openid: str) -> None:
    """Give the browser the reader's cookie; it goes to no other site's requests that change something."""
    secure = request.app[SERVICES].database.city.public_url.startswith("https:")
    value = _seal(request, READER, openid)
    age = int(LASTS.total_seconds())
    response.set_cookie(COOKIE, value, max_age=age, path=PATH, httponly=True, secure=secure, samesite="Lax")


async def come_back(request: web.Request, path: str) -> web.Response:
    """From WeChat's login on to the page that asked for it, with the cookie; or a page that says what went wrong."""
    press = request.app[PRESS]
    try:
        openid = await login.openid_of(request, path)
    except NotRecognised as problem:
        return press.problem(request, f"school_login_{problem.why}", problem.status)
    response = press.see_other(request, path)
    remember(request, response, openid)
    return response


def reader(request: web.Request) -> str | None:
    """The account of the cookie; None without one that holds."""
    found = _open(request, READER, request.cookies.get(COOKIE, ""))
    return found[0] if found else None


def form_pass(request: web.Request, person_id: int, code: str) -> str:
    """For the form on this update's page, or on the page from which another is written."""
    return _seal(request, FORM, str(person_id), code)


def is_form_pass(request: web.Request, given: str, person_id: int, code: str) -> bool:
    """Whether this is one, and still holds."""
    return _open(request, FORM, given) == [str(person_id), code]


async def form_of(request: web.Request) -> Mapping[str, str]:
    """What a form says; files are none of it."""
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


def token(request: web.Request, person_id: int, update_id: int) -> str:
    """From this moment on."""
    now = request.app[SERVICES].database.wall.now()
    said = f"{person_id} {update_id} {now.isoformat()}"
    return request.app[SERVICES].database.city.vault.seal(said, BEAT)


def read_token(request: web.Request, given: str) -> Token | None:
    """None for what was not made here."""
    try:
        said = request.app[SERVICES].database.city.vault.open(given, BEAT)
    except Unopenable:
        return None
    person_id, update_id, since = said.split(" ")
    return Token(int(person_id), int(update_id), datetime.fromisoformat(since))


def _seal(request: web.Request, purpose: str, *said: str) -> str:
    database = request.app[SERVICES].database
    until = int((database.wall.now() + LASTS).timestamp())
    return database.city.vault.seal(" ".join((*said, str(until))), purpose)


def _open(request: web.Request, purpose: str, sealed: str) -> Sequence[str] | None:
    database = request.app[SERVICES].database
    try:
        *said, until = database.city.vault.open(sealed, purpose).split(" ")
    except Unopenable:
        return None
    return said if datetime.fromtimestamp(int(until), UTC) > database.wall.now() else None
