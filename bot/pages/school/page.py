"""An update as the class reads it; the guardian's own conversation with the teachers below it, or what the teacher sees of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web

from bot.pages.language import language_of, other_language
from bot.pages.press import PRESS
from bot.pages.school import passes
from bot.pages.school.visit import Visit, page_of
from bot.photos import photo_response
from bot.services import SERVICES
from models.base.db import Work
from models.base.errors import Refusal
from models.base.texts import Texts, texts
from models.identity import acts as identity
from models.schools import answers, broadcast, members, results, updates
from models.schools.answers import Conversation
from models.schools.updates import Update

SAFE_LINK = "https://"
PUBLISHING = f"{passes.PATH}/publish"


@dataclass(frozen=True, slots=True)
class Told:
    """What a template may show of an update: nothing of the children, nothing of other families."""

    class_name: str
    author: str
    at: datetime | None
    text: str
    link: str
    pictures: Sequence[str]
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What somebody wrote and why it was not sent; `to` is the entry that a teacher replied to."""

    refusal: Refusal
    text: str
    to: str = ""


async def come_in(request: web.Request) -> web.Response:
    """`GET /school/{code}/wechat?code&state`: WeChat's answer; on to the page, with a cookie that remembers it."""
    return await passes.come_back(request, page_of(request.match_info["code"]))


async def show(request: web.Request, visit: Visit) -> web.Response:
    """`GET /school/{code}`: a guardian's first look is the read receipt."""
    if visit.guardian:
        await _read(request, visit)
    return await shown(request, visit)


async def picture(request: web.Request, visit: Visit) -> web.Response:
    """`GET /school/{code}/picture/{n}`, counted from 1. Of an update that was taken back there is none (404)."""
    async with request.app[SERVICES].database.read() as work:
        there = await _pictures(work, visit)
    return await picture_of(request, there, back=visit.path)


async def picture_of(request: web.Request, there: Sequence[updates.PictureRef], *, back: str) -> web.Response:
    """The one of these that the address numbers, from 1; else a page that says so (404), with the way `back`."""
    services, number = request.app[SERVICES], request.match_info["number"]
    found = {str(place): each for place, each in enumerate(there, 1)}.get(number)
    try:
        content = await services.blobs.get(found.blob) if found else None
    except LookupError:
        content = None
    if found is None or content is None:
        return request.app[PRESS].problem(request, "school_picture", HTTPStatus.NOT_FOUND, back=back)
    return photo_response(content, found.content_type)


async def shown(request: web.Request, visit: Visit, tried: Tried | None = None) -> web.Response:
    """The page; with what was not sent, and why, where something was tried."""
    services = request.app[SERVICES]
    words = texts(language_of(request))
    figures = services.database.city.figures
    async with services.database.read() as work:
        values = await (_for_teacher if visit.teacher else _for_guardian)(work, visit, words)
        told = await told_of(work, visit.update, await _pictures(work, visit), visit.path)
    rules = services.database.city.tariff.school
    counts = visit.guardian and not told.withdrawn_at
    return request.app[PRESS].page(
        request,
        "school_teacher.html" if visit.teacher else "school_guardian.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if tried else HTTPStatus.OK,
        told=told,
        path=visit.path,
        other_language=other_language(request, visit.path),
        form_pass=passes.form_pass(request, visit.person_id, visit.update.code),
        tried=tried,
        why=words.say(tried.refusal.key, figures, **tried.refusal.params) if tried else "",
        longest=rules.answers.longest_text,
        beat_seconds=rules.learning.beat_seconds,
        token=passes.token(request, visit.person_id, visit.update.id) if counts else "",
        **values,
    )


async def _read(request: web.Request, visit: Visit) -> None:
    """Once; who has read it before only looks."""
    database = request.app[SERVICES].database
    async with database.read() as work:
        if await updates.was_read(work, visit.update, visit.person_id):
            return
    async with database.begin(f"citizen:{visit.person_id}") as work:
        await updates.read(work, visit.update, visit.person_id)


async def told_of(work: Work, update: Update, there: Sequence[updates.PictureRef], path: str) -> Told:
    """With these pictures, whose pages are below this path."""
    withdrawn = update.withdrawn_at is not None
    link = update.link if update.link and update.link.startswith(SAFE_LINK) else ""
    return Told(
        class_name=(await members.class_of(work, update.class_id)).called,
        author=(await identity.contact(work, update.author_id)).name,
        at=update.published_at,
        text="" if withdrawn else update.text,
        link="" if withdrawn else link,
        pictures=[f"{path}/picture/{number}" for number, _ in enumerate(there, 1)],
        withdrawn_at=update.withdrawn_at,
    )


async def _pictures(work: Work, visit: Visit) -> Sequence[updates.PictureRef]:
    if visit.update.withdrawn_at is not None:
        return []
    return await updates.pictures_of(work, visit.update.id)


async def _for_guardian(work: Work, visit: Visit, words: Texts) -> dict[str, Any]:
    del words
    caps = work.city.tariff.school.learning
    return {
        "conversation": Conversation("", await answers.own(work, visit.update, visit.person_id)),
        "minutes": {"update": caps.minutes_an_update, "day": caps.minutes_a_day},
    }


async def _for_teacher(work: Work, visit: Visit, words: Texts) -> dict[str, Any]:
    went, update = await results.of(work, visit.update), visit.update
    found = {
        "guardians": went.all,
        "read": went.read,
        "by_chat": went.by_chat,
        "by_sms": went.by_sms,
        "waiting": went.waiting,
    }
    undo = broadcast.may_withdraw(work, update, visit.person_id)
    return {
        "undo": work.city.tariff.school.undo_seconds if undo else 0,
        "publishing": PUBLISHING,
        "results": [
            (words.say(f"page.school.{name}"), words.say("page.school.people", count=count))
            for name, count in found.items()
        ],
        "missed": [
            words.say(f"results.missed.{why}", count=count) for why, count in went.not_reached.items()
        ],
        "conversations": await answers.of_update(work, visit.person_id, update),
    }
