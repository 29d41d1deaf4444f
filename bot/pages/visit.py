"""Somebody with the link of a case: the token is checked first, and everything stands on what it opens."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from http import HTTPStatus

from aiohttp import web

from bot.pages.press import PRESS
from bot.services import SERVICES
from models.base.db import Work
from models.violations import acts as violations
from models.violations import evidence
from models.violations.acts import Case
from models.violations.evidence import Picture
from models.violations.rules import Bill, Lateness, State


class Standing(StrEnum):
    """What a case is, to whoever waits for it."""

    UNDECIDED = "undecided"
    DUE = "due"
    PAID = "paid"
    CLOSED = "closed"  # withdrawn: erased or voided


@dataclass(frozen=True, slots=True)
class Visit:
    """The case behind the link and, once it is decided, its bill of `today` (civic). `path` is the case's page. `pictures` only for
    whoever came from the chat of the case's own person a while ago; `leave` is what says so."""

    case: Case
    bill: Bill | None
    path: str
    today: date
    lateness: Lateness | None = None
    leave: str = ""
    pictures: Sequence[Picture] = ()

    @property
    def standing(self) -> Standing:
        if self.case.undecided:
            return Standing.UNDECIDED
        if self.case.payable:
            return Standing.DUE
        return Standing.PAID if self.case.state is State.PAID else Standing.CLOSED


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def visiting(handle: Callable[[web.Request, Visit], Awaitable[web.StreamResponse]]) -> Handler:
    """A GET of one case: without a right token it is a page that says so (404), and the handler does not run."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        visit = await find(request)
        if visit is None:
            return request.app[PRESS].problem(request, "unknown", HTTPStatus.NOT_FOUND)
        return await handle(request, visit)

    return guarded


async def find(request: web.Request) -> Visit | None:
    """The visit that the token in the address allows; None for a token that was not made here."""
    async with request.app[SERVICES].database.read() as work:
        case = await violations.case_by_link(work, request.match_info["token"])
        return await _visit(work, case, request.query.get("photos", "")) if case else None


async def _visit(work: Work, case: Case, leave: str) -> Visit:
    links = work.city.links
    granted = bool(case.photos) and links.granted(case.number, leave, work.wall.timestamp())
    pictures = await evidence.of_case(work, case.number) if granted else ()
    return Visit(
        case=case,
        bill=violations.bill_of(work, case) if case.payable else None,
        path=f"/c/{links.token(case.number)}",
        today=work.today,
        lateness=violations.lateness_of(work, case) if case.payable else None,
        leave=leave if granted else "",
        pictures=[picture for picture in pictures if picture.removed_at is None],
    )
