"""The forms of a teacher who publishes from a page: write, add pictures, publish or throw away; and take back what was published.

Each is an act of the chat's, under one more roof. A refusal comes back on the page that was pressed, with all that was typed.
"""

import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus

from aiohttp import web

from bot.doors import Door
from bot.pages.press import PRESS, Press
from bot.pages.school import draft, page
from bot.pages.school.draft import MOST_BYTES, Written
from bot.pages.school.page import Tried
from bot.pages.school.teacher import Desk, path_of, pressed, sends, slow_down
from bot.pages.school.visit import Visit, page_of
from bot.pages.school.visit import pressed as pressed_below
from bot.services import SERVICES, Services
from models.base.db import Work
from models.base.errors import Refusal
from models.base.pictures import picture_type
from models.schools import broadcast
from models.schools.updates import PictureRef, Update

NUMBER_DIGITS = 18  # of a class
Act = Callable[[Work], Awaitable[object]]


def form_door(press: Press) -> Door[Desk]:
    """`POST /school/publish`, a new draft, and `POST /school/publish/{code}`, another text for one: on to what the class would see."""
    return Door(pressed, _write, _refuse(press))


def confirm_door(press: Press) -> Door[Desk]:
    """`POST /school/publish/{code}/confirm`: on to how it goes. Pressed again it publishes nothing, and goes there too."""
    return Door(pressed, _publish, _refuse(press))


def away_door(press: Press) -> Door[Desk]:
    """`POST /school/publish/{code}/away`: the draft is not wanted; on to a new one."""
    return Door(pressed, _throw_away, _refuse(press))


def drop_door(press: Press) -> Door[Desk]:
    """`POST /school/publish/{code}/drop`: without that picture."""
    return Door(pressed, _drop, _refuse(press))


def picture_door(press: Press) -> Door[Desk]:
    """`POST /school/publish/{code}/picture`, of our script: the body is the picture. 201, or 422 {"why"} in the reader's language."""
    return Door(
        sends,
        _add_picture,
        lambda status, _: press.data({}, status),
        most_bytes=MOST_BYTES,
    )


def undo_door(press: Press) -> Door[Visit]:
    """`POST /school/{code}/undo`: the update is taken back, as long as that is possible."""
    return Door(_lets_in, _undo, partial(press.refuse, name="school_again"))


def _refuse(press: Press) -> Callable[[int, str], web.Response]:
    return partial(press.refuse, name="school_publish_again")


async def _write(request: web.Request, desk: Desk) -> web.StreamResponse:
    said = desk.said
    typed = Written(
        said.get("class", ""), said.get("text", ""), said.get("link", "").strip(), "urgent" in said
    )
    try:
        await slow_down(request, desk)
        async with request.app[SERVICES].database.begin(f"citizen:{desk.teacher_id}") as work:
            written = await _put(work, desk, typed)
    except Refusal as refusal:
        return await draft.form(request, desk, typed, refusal)
    return request.app[PRESS].see_other(request, path_of(written.code))


async def _put(work: Work, desk: Desk, typed: Written) -> Update:
    """All of the form, or nothing of it."""
    teacher, class_id = desk.teacher_id, _number(typed.class_id)
    if desk.code:
        written = await broadcast.rewrite(work, teacher, desk.code, class_id, typed.text)
    else:
        written = await broadcast.write(work, teacher, class_id, typed.text)
    await broadcast.set_link(work, teacher, written.code, typed.link)
    return await broadcast.set_urgent(work, teacher, written.code, urgent=typed.urgent)


async def _publish(request: web.Request, desk: Desk) -> web.StreamResponse:
    return await _decided(
        request, desk, lambda work: broadcast.publish(work, desk.teacher_id, desk.code), page_of(desk.code)
    )


async def _throw_away(request: web.Request, desk: Desk) -> web.StreamResponse:
    return await _decided(
        request, desk, lambda work: broadcast.throw_away(work, desk.teacher_id, desk.code), path_of("")
    )


async def _drop(request: web.Request, desk: Desk) -> web.StreamResponse:
    blob = desk.said.get("picture", "")
    return await _decided(
        request, desk, lambda work: broadcast.drop_picture(work, desk.teacher_id, desk.code, blob), desk.path
    )


async def _decided(request: web.Request, desk: Desk, act: Act, then: str) -> web.StreamResponse:
    """On to that path. A draft that can stay one is shown with the reason; one that is published is where it is, one that is gone is
    gone."""
    database = request.app[SERVICES].database
    try:
        async with database.begin(f"citizen:{desk.teacher_id}") as work:
            await act(work)
    except Refusal as refusal:
        try:
            async with database.read() as work:
                found = await broadcast.written_by(work, desk.teacher_id, desk.code)
        except Refusal:
            return draft.gone(request)
        if found.published_at:
            return request.app[PRESS].see_other(request, page_of(found.code))
        return await draft.preview(request, desk, found, refusal)
    return request.app[PRESS].see_other(request, then)


async def _add_picture(request: web.Request, desk: Desk) -> web.StreamResponse:
    press, content = request.app[PRESS], await request.read()
    try:
        await slow_down(request, desk)
        await _keep(request.app[SERVICES], desk, content)
    except Refusal as refusal:
        return press.data({"why": draft.why(request, refusal)}, HTTPStatus.UNPROCESSABLE_ENTITY)
    return press.data({}, HTTPStatus.CREATED)


async def _keep(services: Services, desk: Desk, content: bytes) -> None:
    """Kept first, then named by the draft: what is on record is there. What nothing names goes by a job. Raises Refusal."""
    content_type = picture_type(content)
    if content_type is None:
        raise Refusal("object.no_picture")
    picture = PictureRef(secrets.token_hex(16), content_type)
    await services.blobs.put(picture.blob, content)
    async with services.database.begin(f"citizen:{desk.teacher_id}") as work:
        await broadcast.add_picture(work, desk.teacher_id, desk.code, picture)


async def _lets_in(request: web.Request) -> Visit:
    visit, _ = await pressed_below(request)
    return visit


async def _undo(request: web.Request, visit: Visit) -> web.StreamResponse:
    try:
        async with request.app[SERVICES].database.begin(f"citizen:{visit.person_id}") as work:
            await broadcast.withdraw(work, visit.person_id, visit.update.code)
    except Refusal as refusal:
        return await page.shown(request, visit, Tried(refusal, ""))
    return request.app[PRESS].see_other(request, visit.path)


def _number(class_id: str) -> int:
    if not (class_id.isascii() and class_id.isdigit() and len(class_id) <= NUMBER_DIGITS):
        raise Refusal("publish.not_yours")
    return int(class_id)
