"""Two officers at once, and an officer beside the citizen and the money: one wins, the other is told so in a sentence."""

from dataclasses import replace
from typing import Any

from models.base.db import Work
from models.flows import decision, voiding
from models.flows.settlement import Settlement
from models.post import desk
from models.violations import catalogue, officer_acts, reversing
from models.violations.catalogue import read_fine
from models.violations.grounds import EraseGround, VoidGround
from models.violations.rules import State
from models.violations.tables import ledger
from models.violations.tables import officer_acts as kept
from tests.databases import on_postgresql
from tests.helpers import OVERLOAD, offence, paid_trade
from tests.races import jobs
from tests.races.ring import Meetings
from tests.races.street import Citizen, Street

pytestmark = on_postgresql

ONE, OTHER = "officer:1", "officer:2"
CHEAP = "1999"  # up to 200 yuan, 3 points


async def erase(work: Work, number: str, officer: str) -> None:
    case = await officer_acts.known(work, number)
    await officer_acts.erase(work, case, officer, EraseGround.UNCLEAR, "x")


async def void(work: Work, number: str, officer: str) -> int:
    case = await officer_acts.known(work, number)
    return await voiding.void(work, case, officer, VoidGround.PROCEDURE, "x")


async def figure(work: Work, number: str, officer: str, fine: int) -> None:
    await officer_acts.set_figure(work, number, officer, fine, "x")


async def lower(work: Work, number: str, officer: str) -> None:
    await officer_acts.set_figure(work, number, officer, 10000, "x", replaces=20000)


async def cheap_case(street: Street, him: Citizen) -> str:
    """Of an offence with a range that can be decided online."""
    cheap = replace(offence(OVERLOAD), code=CHEAP, fine=read_fine("200以下"), points=3)
    await street.act(catalogue.enter, cheap)
    return await street.recorded(him, code=CHEAP)


async def is_kept_once(street: Street, number: str, act: str) -> None:
    assert await street.rows(kept, case_number=number, act=act) == 1


def refused(outcomes: Any, key: str) -> None:
    """Exactly one of the two was."""
    assert sorted(outcome == key for outcome in outcomes) == [False, True], outcomes


async def test_two_figures(twins: Meetings, street: Street) -> None:
    """The person is held, and the second sees the figure that stands."""
    async for meet in twins:
        number = await street.recorded(await street.citizen(), code=OVERLOAD)
        outcomes = await meet(jobs.act(figure, number, ONE, 30000), jobs.act(figure, number, OTHER, 40000))
        refused(outcomes, "officer.figure_stands")
        assert (await street.case(number)).fine in {30000, 40000}
        await is_kept_once(street, number, "figure")


async def test_two_erase(twins: Meetings, street: Street) -> None:
    """The guarded move."""
    async for meet in twins:
        number = await street.recorded(await street.citizen())
        refused(
            await meet(jobs.act(erase, number, ONE), jobs.act(erase, number, OTHER)),
            "officer.not_undecided",
        )
        await is_kept_once(street, number, "erase")


async def test_two_take_a_decision_back(twins: Meetings, street: Street) -> None:
    """The person is held; the guarded move alone would do, too."""
    async for meet in twins:
        number = await street.decided(await street.citizen())
        refused(await meet(jobs.act(void, number, ONE), jobs.act(void, number, OTHER)), "officer.not_decided")
        assert await street.rows(ledger.table, reference=number, reason="voided") == 1


async def test_two_take_a_ticket(twins: Meetings, street: Street) -> None:
    """The guarded update."""
    async for meet in twins:
        number = await street.act(desk.open_ticket, "refund", f"order {next(street.numbers)}")
        refused(
            await meet(jobs.act(desk.take, number, ONE), jobs.act(desk.take, number, OTHER)),
            "officer.ticket_taken",
        )
        assert await street.happened("ticket.taken", f"ticket {number}") == 1


async def test_a_figure_is_set_while_the_record_is_erased(meetings: Meetings, street: Street) -> None:
    """The guarded update: an erased record has no new figure."""
    async for meet in meetings:
        number = await street.recorded(await street.citizen(), code=OVERLOAD)
        set_, erased = await meet(jobs.act(figure, number, ONE, 30000), jobs.act(erase, number, OTHER))
        assert erased is None
        assert set_ in {None, "officer.not_undecided"}
        assert (await street.case(number)).state is State.ERASED


async def test_a_figure_is_lowered_while_the_citizen_accepts(meetings: Meetings, street: Street) -> None:
    """The person is held by both: what is imposed is what the case says."""
    async for meet in meetings:
        him = await street.citizen()
        number = await cheap_case(street, him)
        await street.act(officer_acts.set_figure, number, ONE, 20000, "x")
        _, lowered = await meet(
            jobs.act(decision.accept, him.person_id, number),
            jobs.act(lower, number, OTHER),
        )
        case = await street.case(number)
        assert (case.state, case.fine) == (State.DECIDED, 20000 if lowered else 10000)
        assert lowered in {None, "officer.not_undecided"}
        assert await street.rows(ledger.table, reference=number, reason="decision", amount=case.fine) == 1


async def test_a_decision_is_taken_back_while_it_is_paid(meetings: Meetings, street: Street) -> None:
    """The case moves under guard: paid and then owed back, or taken back and the money a surplus. With a lock resting on it."""
    async for meet in meetings:
        number = await street.locked(await street.citizen())
        trade = paid_trade(await street.ordered(number), street.database.wall.now())
        settled, owed = await meet(jobs.pay(trade), jobs.act(void, number, ONE))
        assert (await street.case(number)).state is State.VOIDED
        assert (owed > 0) == (settled is Settlement.BOOKED)
        async with street.database.read() as work:
            assert await ledger.balance(work, f"fine:{number}") == 0
        assert await street.rows(ledger.table, reference=number, reason=reversing.OWED_BACK) == (owed > 0)
        assert await street.happened("restriction.lifted", f"case {number}") == 1
