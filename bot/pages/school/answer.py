"""A guardian answers the teachers, a teacher replies: one form, told apart by who presses it."""

from dataclasses import dataclass
from functools import partial

from aiohttp import web

from bot.doors import Door
from bot.pages.press import PRESS, Press
from bot.pages.school import page
from bot.pages.school.page import Tried
from bot.pages.school.visit import Visit, pressed
from bot.services import SERVICES
from models.base.errors import Refusal
from models.base.ports import Malformed
from models.schools import answers

NUMBER_DIGITS = 18  # of an entry


@dataclass(frozen=True, slots=True)
class Sent:
    """What came with the form: the text, and to which entry a teacher replies."""

    visit: Visit
    text: str
    to: str


def door(press: Press) -> Door[Sent]:
    """`POST /school/{code}/answer`: the reader's cookie and the form's own pass let in. What was written would be lost otherwise, so the
    refusal says how to save it."""
    return Door(_let_in, _answer, partial(press.refuse, name="school_again"))


async def _let_in(request: web.Request) -> Sent:
    visit, said = await pressed(request)
    if "text" not in said:
        raise Malformed("no text")
    return Sent(visit, said["text"], said.get("to", ""))


async def _answer(request: web.Request, sent: Sent) -> web.StreamResponse:
    """Back to the page, where it stands now; or the page with the reason why not, and what was written."""
    visit = sent.visit
    try:
        async with request.app[SERVICES].database.begin(f"citizen:{visit.person_id}") as work:
            if visit.teacher:
                await answers.reply(work, visit.person_id, _number(sent.to), sent.text)
            else:
                await answers.write(work, visit.update, visit.person_id, sent.text)
    except Refusal as refusal:
        return await page.shown(request, visit, Tried(refusal, sent.text, sent.to))
    return request.app[PRESS].see_other(request, visit.path)


def _number(to: str) -> int:
    if not (to.isascii() and to.isdigit() and len(to) <= NUMBER_DIGITS):
        raise Refusal("answer.unknown")
    return int(to)
