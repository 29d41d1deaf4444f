"""The wallet lock: announced, imposed, lifted; one lock for a person, however many cases it rests on."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.base.db import City, Database, Work
from models.base.tariff import load_tariff
from models.restrictions import acts
from models.restrictions.tables import restrictions
from tests.acts.queries import audited, queued
from tests.conftest import FixedClock
from tests.helpers import Town

FIRST, SECOND = "case 100000000001", "case 100000000002"


async def imposed(work: Work, person_id: int, *bases: str) -> list[str]:
    """Impose on these bases; returns the names of the locks they rest on."""
    for basis in bases:
        await acts.impose(work, acts.Warned(acts.WALLET, basis, person_id, work.today), {"number": basis[5:]})
    rows = await work.all(select(restrictions.c.reference).order_by(restrictions.c.id))
    return [row.reference for row in rows]


async def test_a_lock_in_force_says_on_what_basis(work: Work, people: Town):
    [reference] = await imposed(work, people.li_ming, FIRST)
    wallet = work.city.tariff.measures.wallet
    [restriction] = await acts.in_force(work, people.li_ming)
    assert restriction == acts.Restriction(
        "wallet", FIRST, wallet.authority, wallet.legal_basis, date(2026, 3, 2)
    )
    assert await queued(work) == [("wallet_lock", "wallet", reference)]
    assert await audited(work, FIRST) == ["restriction.imposed"]
    assert await acts.in_force(work, people.wang_fang) == []


async def test_two_cases_rest_on_one_lock(work: Work, people: Town):
    first, second = await imposed(work, people.li_ming, FIRST, SECOND)
    assert first == second
    assert await queued(work) == [("wallet_lock", "wallet", first)]
    assert len(await acts.in_force(work, people.li_ming)) == 2


async def test_two_people_have_two_locks(work: Work, people: Town):
    await imposed(work, people.li_ming, FIRST)
    first, second = await imposed(work, people.wang_fang, SECOND)
    assert first != second


async def test_the_lock_goes_when_the_last_basis_goes(work: Work, people: Town):
    reference, _ = await imposed(work, people.li_ming, FIRST, SECOND)
    await acts.lift(work, FIRST)
    assert [restriction.basis for restriction in await acts.in_force(work, people.li_ming)] == [SECOND]
    assert ("wallet_unlock", "wallet", reference) not in await queued(work)
    await acts.lift(work, SECOND)
    assert await acts.in_force(work, people.li_ming) == []
    assert (await queued(work))[-1] == ("wallet_unlock", "wallet", reference)


async def test_lifting_is_idempotent(work: Work, people: Town):
    await imposed(work, people.li_ming, FIRST)
    for _ in range(3):
        await acts.lift(work, FIRST)
    assert [kind for kind, _, _ in await queued(work)] == ["wallet_lock", "wallet_unlock"]
    assert await audited(work, FIRST) == ["restriction.imposed", "restriction.lifted"]


async def test_lifting_what_was_never_imposed_tells_nobody(work: Work):
    await acts.lift(work, FIRST)
    assert await queued(work) == []


async def test_imposing_again_on_the_same_basis_changes_nothing(work: Work, people: Town):
    await imposed(work, people.li_ming, FIRST, FIRST)
    assert len(await queued(work)) == 1
    await acts.lift(work, FIRST)
    await imposed(work, people.li_ming, FIRST)
    assert await acts.in_force(work, people.li_ming) == []


async def test_the_next_period_of_being_locked_has_a_name_of_its_own(work: Work, people: Town):
    """The wallet keeps a released reference released (docs/wires.md)."""
    await imposed(work, people.li_ming, FIRST)
    await acts.lift(work, FIRST)
    first, second = await imposed(work, people.li_ming, SECOND)
    assert first != second


@pytest.fixture
def inert_city(city: City) -> City:
    """A city without a legal basis for the lock: the shipped tariff."""
    return replace(city, tariff=load_tariff())


async def test_a_measure_without_legal_basis_is_inert(work: Work, people: Town, inert_city: City):
    inert = replace(work, city=inert_city)
    assert await imposed(inert, people.li_ming, FIRST) == []
    assert await queued(work) == []


async def test_the_days_of_a_warning_run_from_its_service(
    database: Database, people: Town, civic: FixedClock
):
    async with database.begin("system:overdue") as work:
        await acts.warn(work, FIRST, people.li_ming)
        [announced] = await acts.announced(work, people.li_ming)
        assert announced.takes_hold_on is None
    civic.move(days=30)
    async with database.begin("system:overdue") as work:
        assert await acts.ripe(work) == []  # never served
        await acts.warning_served(work, FIRST)
        [announced] = await acts.announced(work, people.li_ming)
        assert announced.takes_hold_on == work.today + timedelta(days=7)
    civic.move(days=6)
    async with database.begin("system:overdue") as work:
        await acts.warning_served(work, FIRST)  # a second proof changes nothing
        assert await acts.ripe(work) == []
    civic.move(days=1)
    async with database.begin("system:overdue") as work:
        assert await acts.ripe(work) == [announced]
        await acts.lift(work, FIRST)
        assert await acts.ripe(work) == []
        assert await acts.announced(work, people.li_ming) == []


async def test_a_warning_that_became_a_lock_is_no_longer_announced(work: Work, people: Town):
    await acts.warn(work, FIRST, people.li_ming)
    await acts.warning_served(work, FIRST)
    await imposed(work, people.li_ming, FIRST)
    assert await acts.announced(work, people.li_ming) == []
    assert await audited(work, FIRST) == ["warning.served", "restriction.imposed"]
