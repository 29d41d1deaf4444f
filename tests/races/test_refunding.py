"""Money that would go back twice, a receipt that would be issued twice, a bill that two compare at once."""

import pytest

from models.base.ports import BillLine, RefundNews, RefundState, Trade
from models.flows.settlement import Settlement
from models.post.desk import tickets
from models.violations import receipts, refunds
from models.violations.bill_tables import bills, differences, lines
from models.violations.bill_tables import receipts as receipt_rows
from models.violations.refund_rules import RefundState as RefundIs
from models.violations.tables import ledger
from tests.conftest import START
from tests.databases import on_postgresql
from tests.helpers import paid_trade
from tests.races import jobs
from tests.races.ring import Meetings
from tests.races.street import Citizen, Street

pytestmark = on_postgresql


async def paid_by_two(street: Street) -> tuple[Citizen, str, Trade]:
    """A case that was paid; the news of a second payment is about to come."""
    him = await street.citizen()
    number = await street.decided(him)
    trades = [
        paid_trade(await street.ordered(number, openid), street.database.wall.now())
        for openid in ("", him.openid)
    ]
    await street.settle(trades[0])
    return him, number, trades[1]


async def owed(street: Street, number: str) -> list[refunds.Refund]:
    async with street.database.read() as work:
        return await refunds.of_case(work, number)


async def failed(street: Street, state: RefundState) -> tuple[Citizen, str, str]:
    """A refund that came to nothing; whose, of which case, its number."""
    him, number, second = await paid_by_two(street)
    await street.settle(second)
    [refund] = await owed(street, number)
    await street.act(refunds.heard, RefundNews(refund.number, state, refund.amount))
    return him, number, refund.number


async def test_of_one_surplus_one_refund_is_owed(twins: Meetings, street: Street) -> None:
    """The guarded update of the order (`claim_paid`)."""
    async for meet in twins:
        him, number, second = await paid_by_two(street)
        news = jobs.pay(second)
        assert sorted(await meet(news, news)) == [Settlement.ALREADY, Settlement.SURPLUS]
        [refund] = await owed(street, number)
        assert (refund.amount, refund.state) == (second.total, RefundIs.OWED)
        told = await street.told(him)
        assert (told.count("refund"), told.count("payment_surplus")) == (1, 1)


async def test_the_end_of_a_refund_is_recorded_once(twins: Meetings, street: Street) -> None:
    """Its row is held (`refunds.heard`, FOR UPDATE), and moves under guard."""
    async for meet in twins:
        him, number, second = await paid_by_two(street)
        await street.settle(second)
        [refund] = await owed(street, number)
        heard = jobs.act(refunds.heard, RefundNews(refund.number, RefundState.DONE, refund.amount))
        assert sorted(await meet(heard, heard)) == [refunds.Heard.ENDED, refunds.Heard.NO_NEWS]
        assert await street.rows(ledger.table, reason="refund", reference=refund.number) == 1
        assert (await street.told(him)).count("refund_done") == 1


@pytest.mark.parametrize("state", [RefundState.CLOSED, RefundState.ABNORMAL])
async def test_of_two_officers_one_has_a_refund_tried_again(
    twins: Meetings, street: Street, state: RefundState
) -> None:
    """Its row is held (`refunds.try_again`, FOR UPDATE)."""
    async for meet in twins:
        _, number, refund = await failed(street, state)
        again = jobs.act(refunds.try_again, refund, "officer:1", "银行卡已换")
        answers = await meet(again, again)
        assert "officer.refund_not_failed" in answers
        live = [each for each in await owed(street, number) if each.state is not RefundIs.REPLACED]
        assert [each.state for each in live] == [RefundIs.OWED]
        assert live[0].number in answers


async def test_a_receipt_is_issued_once(twins: Meetings, street: Street) -> None:
    """The unique key of what was paid (`receipts`)."""
    async for meet in twins:
        him = await street.citizen()
        number = await street.decided(him)
        await street.settle(paid_trade(await street.ordered(number), street.database.wall.now()))
        issue = jobs.act(receipts.issue, him.person_id, number)
        one, other = await meet(issue, issue)
        assert one == other
        assert await street.rows(receipt_rows, case_number=number) == 1
        assert await street.happened("receipt.issued", f"case {number}") == 1


async def test_a_bill_that_two_compare_finds_each_difference_once(twins: Meetings, street: Street) -> None:
    """The unique key of a difference; what each has read lies apart. A desk's ticket has its own lock."""
    day = START.date()
    street.pass_time(days=1, hours=1)
    async for meet in twins:
        number = f"4200{next(street.numbers)}"
        stranger = BillLine("payment", number, "X" * 32, 100, "SUCCESS")
        compare = jobs.reconcile(day, [stranger])
        await meet(compare, compare)
        assert await street.rows(differences, number=number) == 1
        assert await street.rows(tickets, subject=f"payment {number}") == 1
        assert (await street.total(lines), await street.total(bills)) == (0, 1)
