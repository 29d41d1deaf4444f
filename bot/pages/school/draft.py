"""What a teacher writes, and what the class would see: two pages, and a third way in to write it differently."""

from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from bot.pages.language import language_of, other_language
from bot.pages.press import PRESS
from bot.pages.school import passes
from bot.pages.school.page import PUBLISHING, picture_of, told_of
from bot.pages.school.teacher import Desk, path_of
from bot.pages.school.visit import page_of
from bot.services import SERVICES
from models.base.errors import Refusal
from models.base.texts import texts
from models.schools import broadcast, members, updates
from models.schools.updates import Update

MOST_BYTES = 10 * 1024 * 1024  # of a picture, as in the chat
LONGEST_LINK = 408


@dataclass(frozen=True, slots=True)
class Written:
    """The form as it stands: what was typed, right or wrong."""

    class_id: str = ""
    text: str = ""
    link: str = ""
    urgent: bool = False


def pass_of(request: web.Request, desk: Desk) -> str:
    """For the forms of this draft, or of a new one."""
    return passes.form_pass(request, desk.teacher_id, desk.code or PUBLISHING)


def why(request: web.Request, refusal: Refusal | None) -> str:
    """In the reader's words; nothing without a refusal."""
    if refusal is None:
        return ""
    figures = request.app[SERVICES].database.city.figures
    return texts(language_of(request)).say(refusal.key, figures, **refusal.params)


async def begin(request: web.Request, desk: Desk) -> web.StreamResponse:
    """`GET /school/publish`: a new one."""
    return await form(request, desk, Written())


async def change(request: web.Request, desk: Desk) -> web.StreamResponse:
    """`GET /school/publish/{code}/change`: the same form, with what is written already."""
    found = await _written(request, desk)
    if isinstance(found, Update):
        said = Written(str(found.class_id), found.text, found.link or "", found.urgent)
        return await form(request, desk, said)
    return found


async def show(request: web.Request, desk: Desk) -> web.StreamResponse:
    """`GET /school/publish/{code}`: as the class would see it."""
    found = await _written(request, desk)
    return await preview(request, desk, found) if isinstance(found, Update) else found


async def picture(request: web.Request, desk: Desk) -> web.StreamResponse:
    """`GET /school/publish/{code}/picture/{n}`, counted from 1."""
    found = await _written(request, desk)
    if not isinstance(found, Update):
        return found
    async with request.app[SERVICES].database.read() as work:
        there = await updates.pictures_of(work, found.id)
    return await picture_of(request, there, back=desk.path)


async def form(
    request: web.Request, desk: Desk, said: Written, refusal: Refusal | None = None
) -> web.Response:
    """The form with what is in it, and why it did not go on, if it did not."""
    services = request.app[SERVICES]
    async with services.database.read() as work:
        taught = await members.taught_by(work, desk.teacher_id)
    return request.app[PRESS].page(
        request,
        "publish.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        classes=taught,
        said=said,
        why=why(request, refusal),
        path=desk.path,
        back=desk.path if desk.code else "",
        form_pass=pass_of(request, desk),
        longest=services.database.city.tariff.school.longest_text,
        longest_link=LONGEST_LINK,
        other_language=other_language(request, f"{desk.path}/change" if desk.code else desk.path),
    )


async def preview(
    request: web.Request, desk: Desk, draft: Update, refusal: Refusal | None = None
) -> web.Response:
    """What is to be published, to how many, and why it was not, if it was not."""
    services = request.app[SERVICES]
    async with services.database.read() as work:
        there = await updates.pictures_of(work, draft.id)
        told = await told_of(work, draft, there, desk.path)
        count = await members.count_guardians(work, draft.class_id)
    rules = services.database.city.tariff.school
    return request.app[PRESS].page(
        request,
        "publish_check.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        told=told,
        urgent=draft.urgent,
        count=count,
        blobs=[each.blob for each in there],
        more=max(rules.pictures - len(there), 0),
        most=rules.pictures,
        most_bytes=MOST_BYTES,
        undo=rules.undo_seconds,
        why=why(request, refusal),
        path=desk.path,
        form_pass=pass_of(request, desk),
        other_language=other_language(request, desk.path),
    )


async def _written(request: web.Request, desk: Desk) -> Update | web.Response:
    """The draft; or, where it is published, on to its results, and a page that says so where there is none (404)."""
    try:
        async with request.app[SERVICES].database.read() as work:
            found = await broadcast.written_by(work, desk.teacher_id, desk.code)
    except Refusal:
        return gone(request)
    return request.app[PRESS].see_other(request, page_of(found.code)) if found.published_at else found


def gone(request: web.Request) -> web.Response:
    """There is no such draft, or it is not this teacher's; on to a new one."""
    return request.app[PRESS].problem(request, "school_draft_gone", HTTPStatus.NOT_FOUND, back=path_of(""))
