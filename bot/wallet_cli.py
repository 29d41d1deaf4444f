"""`shimin wallet`: what the wallet holds beside what we hold. The scheduler does this each night; here it is done again, and read."""

import asyncio
from datetime import date
from typing import Annotated

import typer

from bot.shell import complain, console, quiet, read_settings, with_database
from bot.wiring import open_database, open_wallet
from models.base.db import Database
from models.base.ports import GatewayError
from models.restrictions import comparison
from models.restrictions.comparison import Comparison, Difference
from scheduler.jobs.compare_wallet import Compared, CompareWallet, TooMany, due_day

app = typer.Typer(no_args_is_help=True, help="What the wallet holds beside what we hold.")


@app.command()
def compare(
    however_many: Annotated[
        bool, typer.Option("--however-many", help="Let go all that rest on nothing here, were it every lock.")
    ] = False,
) -> None:
    """Ask the wallet for its list now, and compare; again is harmless. Exit status 1 while something differs."""
    quiet()
    try:
        done = asyncio.run(_compare(however_many))
    except TooMany as problem:
        complain(f"{problem}; nothing was done. If our books are right, use --however-many")
    except GatewayError as problem:
        complain(f"the wallet: {problem}")
    console.print(f"{done.found} differences.")
    report(done.comparison.day.isoformat())


@app.command()
def report(day: Annotated[str, typer.Argument(help="As 2026-12-01.")]) -> None:
    """What was compared in that night, and what differed. Exit status 1 while something does, or it was not compared."""
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        complain(f"{day!r} is no day; write it as 2026-12-01")

    async def look(database: Database) -> tuple[Comparison | None, list[Difference]]:
        async with database.read() as work:
            return await comparison.of_night(work, wanted), await comparison.of_day(work, wanted)

    done, found = with_database(look)
    if done is None:
        complain(f"the night of {wanted} was not compared yet; see `shimin wallet compare`")
    console.print(f"{done.day}: the wallet held {done.held_there} locks, we {done.held_here}.")
    for each in found:
        end = f"ticket {each.ticket}" if each.ticket else ""
        line = f"lock {each.reference}: {each.kind}; {each.outcome or 'reported'} {end}".rstrip()
        console.print(line, soft_wrap=True, highlight=False)
    if any(each.outcome is None for each in found):
        raise SystemExit(1)
    if not found:
        console.print("Nothing differs.")


async def _compare(however_many: bool) -> Compared:
    settings = read_settings()
    database = open_database(settings)
    try:
        async with open_wallet(settings) as wallet:
            job = CompareWallet(database, wallet)
            return await job.run(due_day(database.wall.now()), however_many=however_many)
    finally:
        await database.close()
