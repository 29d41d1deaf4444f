"""`shimin bill`: WeChat Pay's daily bill beside our books. The scheduler does this by itself; here it is done again, and read."""

import asyncio
from datetime import date
from typing import Annotated

import typer

from bot.shell import complain, console, quiet, read_settings, with_database
from bot.wiring import open_database, open_payments
from models.base.db import Database
from models.base.money import Fen
from models.base.ports import GatewayError
from models.violations import bills
from models.violations.bills import Bill, Difference
from scheduler.jobs.reconcile_bills import NoSuchBill, ReconcileBills, Reconciled

app = typer.Typer(no_args_is_help=True, help="WeChat Pay's daily bill beside our books.")
Day = Annotated[str, typer.Argument(help="As 2026-12-01.")]


@app.command()
def reconcile(day: Day) -> None:
    """Fetch the bill of a day and compare it line by line; again is harmless. Exit status 1 while something differs."""
    quiet()
    wanted = _day(day)
    try:
        done = asyncio.run(_reconcile(wanted))
    except (NoSuchBill, GatewayError) as problem:
        complain(f"the bill of {wanted}: {problem}")
    console.print(f"{done.found} differences, {done.mended} of them mended at once.")
    report(day)


@app.command()
def report(day: Day) -> None:
    """What was compared, and what differs. Exit status 1 while something does, or the day was not compared."""
    wanted = _day(day)

    async def look(database: Database) -> tuple[Bill | None, list[Difference]]:
        async with database.read() as work:
            return await bills.bill_of_day(work, wanted), await bills.of_day(work, wanted)

    bill, found = with_database(look)
    if bill is None:
        complain(f"the bill of {wanted} was not compared yet; see `shimin bill reconcile {wanted}`")
    console.print(
        f"{bill.day}: {bill.payments} payments, {Fen(bill.paid)}; {bill.refunds} refunds, {Fen(bill.refunded)}"
    )
    for each in found:
        console.print(_line(each), soft_wrap=True, highlight=False)
    waiting = sum(each.open for each in found)
    console.print(f"{waiting} at the desk, {len(found) - waiting} settled." if found else "Nothing differs.")
    if waiting:
        raise SystemExit(1)


async def _reconcile(day: date) -> Reconciled:
    settings = read_settings()
    database = open_database(settings)
    try:
        async with open_payments(settings) as payments:
            return await ReconcileBills(database, payments).run(day)
    finally:
        await database.close()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        complain(f"{text!r} is no day; write it as 2026-12-01")


def _line(each: Difference) -> str:
    """One line, whole, so that it can be searched."""
    ours, theirs = (_side(each.ours, each.our_state), _side(each.theirs, each.their_state))
    end = f"settled: {each.outcome}" if each.outcome else f"ticket {each.ticket}"
    return f"{each.what} {each.number}: {each.kind}, our books {ours}, the bill {theirs}; {end}"


def _side(amount: int | None, state: str | None) -> str:
    return " ".join(filter(None, (str(Fen(amount)) if amount is not None else "", state))) or "nothing"
