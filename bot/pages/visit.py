"""Somebody with the link of a case, or of some: the token is checked first, and everything stands on what it opens."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from http import HTTPStatus

from aiohttp import web
from yarl import URL

from bot.pages.press import PRESS
from bot.services import SERVICES
from models.base.db import Work
from models.base.money import read_yuan, written
from models.violations import acts as violations
from models.violations import evidence, plans
from models.violations.acts import Case
from models.violations.amount_rules import Bill, Lateness
from models.violations.evidence import Picture
from models.violations.plans import Plan
from models.violations.rules import State


class Standing(StrEnum):
    """What a case is, to whoever waits for it."""

    UNDECIDED = "undecided"
    DUE = "due"
    PAID = "paid"
    CLOSED = "closed"  # withdrawn: erased or voided


@dataclass(frozen=True, slots=True)
class Visit:
    """The cases behind the link, one or some that are paid together, with the bill of `today` (civic) of each that is decided. `path` is
    their page; `amount` is the part of the bill, in fen, that the address names. Of an only one `plan`, its payment plan, and
    `pictures`, for whoever came from the chat of the case's own person a while ago; `leave` is what says so."""

    cases: tuple[Case, ...]
    bills: Mapping[str, Bill]
    path: str
    today: date
    amount: int | None = None
    plan: Plan | None = None
    lateness: Lateness | None = None
    leave: str = ""
    pictures: Sequence[Picture] = ()

    @property
    def case(self) -> Case:
        """The only one, or the first."""
        return self.cases[0]

    @property
    def bill(self) -> Bill | None:
        return self.bills.get(self.case.number)

    @property
    def several(self) -> bool:
        return len(self.cases) > 1

    @property
    def total(self) -> int:
        """What is open on all of them today, in fen."""
        return sum(bill.total for bill in self.bills.values())

    @property
    def standing(self) -> Standing:
        """As long as one of them can be paid, they can."""
        if self.case.undecided:
            return Standing.UNDECIDED
        if self.bills:
            return Standing.DUE
        paid = any(case.state is State.PAID for case in self.cases)
        return Standing.PAID if paid else Standing.CLOSED

    def page(self, more: str = "", /, **query: str) -> str:
        """A path below this page's, with the amount of this visit."""
        named = {"amount": written(self.amount)} if self.amount else {}
        return str(URL(self.path + more).with_query(named | query))


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def visiting(handle: Callable[[web.Request, Visit], Awaitable[web.StreamResponse]]) -> Handler:
    """A GET of what a link stands for: without a right token it is a page that says so (404), and the handler does not run."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        visit = await find(request)
        if visit is None:
            return request.app[PRESS].problem(request, "unknown", HTTPStatus.NOT_FOUND)
        return await handle(request, visit)

    return guarded


async def find(request: web.Request) -> Visit | None:
    """The visit that the token in the address allows; None for a token that was not made here. An `amount` that is none is none."""
    amount = read_yuan(request.query.get("amount", ""))
    async with request.app[SERVICES].database.read() as work:
        cases = await violations.cases_by_link(work, request.match_info["token"])
        if not cases:
            return None
        visit = _visit(work, cases, amount)
        return visit if visit.several else await _alone(work, visit, request.query.get("photos", ""))


def _visit(work: Work, cases: Sequence[Case], amount: int | None) -> Visit:
    bills = {case.number: violations.bill_of(work, case) for case in cases if case.payable}
    path = f"/c/{work.city.links.token(*(case.number for case in cases))}"
    return Visit(tuple(cases), bills, path, work.today, amount)


async def _alone(work: Work, visit: Visit, leave: str) -> Visit:
    """What is shown of one case only."""
    case = visit.case
    granted = bool(case.photos) and work.city.links.granted(case.number, leave, work.wall.timestamp())
    pictures = await evidence.of_case(work, case.number) if granted else ()
    return replace(
        visit,
        plan=await plans.open_of(work, case),
        lateness=violations.lateness_of(work, case) if case.payable else None,
        leave=leave if granted else "",
        pictures=[picture for picture in pictures if picture.removed_at is None],
    )
