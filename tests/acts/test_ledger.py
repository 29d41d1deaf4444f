"""Append-only double entry: a balance is the sum of its entries, and all balances together are nothing."""

import pytest
from sqlalchemy.exc import IntegrityError

from models.base.db import Database, Work
from models.licences.tables import ledger as points
from models.violations.tables import ledger as money


async def entry(work: Work, source: str, target: str, amount: int, reference: str) -> None:
    await money.post(work, source=source, target=target, amount=amount, reason="test", reference=reference)


async def test_balances_add_up(work: Work):
    await entry(work, "imposed", "fine:1", 20000, "a")
    await entry(work, "imposed", "fine:1", 600, "b")
    await entry(work, "fine:1", "treasury", 20600, "c")
    balances = {name: await money.balance(work, name) for name in ("imposed", "fine:1", "treasury", "fine:2")}
    assert balances == {"imposed": -20600, "fine:1": 0, "treasury": 20600, "fine:2": 0}


async def test_entries_are_told_oldest_first_from_the_accounts_side(work: Work):
    await entry(work, "imposed", "fine:1", 20000, "a")
    await entry(work, "fine:1", "treasury", 20000, "b")
    await entry(work, "imposed", "fine:2", 5000, "c")
    told = [(row.change, row.reference, row.day) for row in await work.all(money.entries("fine:1"))]
    assert told == [(20000, "a", work.today), (-20000, "b", work.today)]


@pytest.mark.parametrize("amount", [0, -1])
async def test_an_entry_moves_something(work: Work, amount: int):
    with pytest.raises(ValueError, match="moves something"):
        await entry(work, "imposed", "fine:1", amount, "a")


async def test_the_same_reason_and_reference_are_posted_once(database: Database):
    async with database.begin("system:test") as work:
        await entry(work, "imposed", "fine:1", 20000, "a")
    with pytest.raises(IntegrityError):
        async with database.begin("system:test") as work:
            await entry(work, "imposed", "fine:1", 20000, "a")
    async with database.begin("system:test") as work:
        assert await money.balance(work, "fine:1") == 20000


async def test_money_and_points_do_not_meet(work: Work):
    await entry(work, "imposed", "driver:1", 20000, "a")
    assert await points.balance(work, "driver:1") == 0
