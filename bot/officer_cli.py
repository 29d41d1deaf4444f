"""`shimin officer`: keys of staff, for operators; and what officers do, from a shell, as the one whose key is in SHIMIN_OFFICER_KEY.

Acts are those of the API (docs/officers.md), on the database of the settings; answers are printed as JSON.
"""

import asyncio
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import officer, officer_counter_cli, officer_keys, officer_restrictions_cli
from bot.officer_shell import KEY, as_officer, do
from bot.shell import complain, read_settings
from models.base.blobs import FileBlobs
from models.base.db import Database
from models.base.errors import Refusal
from models.identity.staff import Member
from models.licences.reduction_rules import Learnt
from models.violations.grounds import EraseGround, Paper, VoidGround

app = typer.Typer(no_args_is_help=True, help=f"Staff and their keys; and an officer's acts, with {KEY}.")
app.command()(officer_keys.add)
app.command("list")(officer_keys.list_)
app.command()(officer_keys.revoke)
officer_counter_cli.add_to(app)
officer_restrictions_cli.add_to(app)
Case = Annotated[str, typer.Argument(help="The 12 digits of the case.")]
Ticket = Annotated[str, typer.Argument(help="The ticket's number.")]
Announcement = Annotated[str, typer.Argument(help="Its id, from the queue.")]
Reasons = Annotated[str, typer.Option(help="Why; it goes into the case's file.")]


@app.command()
def queue(
    kind: Annotated[str, typer.Option(help="Of these kinds, commas between.")] = "",
    topic: Annotated[str, typer.Option(help="Tickets of this topic.")] = "",
    taken: Annotated[str, typer.Option(help="any | mine | free")] = "any",
    due_by: Annotated[str, typer.Option(help="Due by this day.")] = "",
    limit: Annotated[int, typer.Option(help="So many.")] = 50,
    after: Annotated[str, typer.Option(help="Behind this place: `next` of the page before.")] = "",
) -> None:
    """What waits, the nearest legal deadline first."""
    query = {"kind": kind, "topic": topic, "taken": taken, "limit": str(limit), "after": after}
    query |= {"due_by": due_by} if due_by else {}

    async def look(database: Database, member: Member) -> Any:
        async with database.read() as work:
            return await officer.queue(work, member, query)

    as_officer(look)


@app.command()
def show(
    number: Case,
    reveal: Annotated[str, typer.Option(help="Personal data in clear, and why; it is on record.")] = "",
) -> None:
    """A case whole, with its history."""

    async def look(database: Database, member: Member) -> Any:
        async with database.read() as work:
            return await officer.show(work, member, number)

    if reveal:
        do("cases", "reveal", number, reasons=reveal)
    else:
        as_officer(look)


@app.command()
def photo(
    number: Case,
    key: Annotated[str, typer.Argument(help="Its key, from the case.")],
    file: Annotated[Path, typer.Argument(help="Where to put it; a file that is there stays as it is.")],
) -> None:
    """Put a photo of a case into a file; the look is on record."""

    async def look(database: Database, member: Member) -> Any:
        async with database.begin(member.actor) as work:
            seen = await officer.photo(work, member, number, key)
        blobs = FileBlobs(read_settings().blobs, database.city.vault)
        try:
            content = await blobs.get(key)
        except LookupError as gone:
            raise Refusal("officer.no_photo", number=number) from gone
        await asyncio.to_thread(_write_new, file, content)
        return {"photo": key, "of": seen.of, "content_type": seen.content_type, "file": str(file)}

    as_officer(look)


def _write_new(file: Path, content: bytes) -> None:
    """For the officer's eyes only."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as problem:
        complain(f"{file}: {problem.strerror}; name another file")
    with os.fdopen(descriptor, "wb") as new:
        new.write(content)


@app.command()
def take(number: Ticket) -> None:
    """The ticket is yours."""
    do("tickets", "take", number)


@app.command()
def release(number: Ticket) -> None:
    """It is nobody's again."""
    do("tickets", "release", number)


@app.command()
def close(number: Ticket, outcome: Annotated[str, typer.Argument(help="What came of it.")]) -> None:
    """It is dealt with."""
    do("tickets", "close", number, outcome=outcome)


@app.command()
def figure(
    number: Case,
    fen: Annotated[int, typer.Argument(help="50000 is 500 yuan.")],
    reasons: Reasons,
    replaces: Annotated[int | None, typer.Option(help="Lower this figure, in fen.")] = None,
) -> None:
    """Set the fine of an offence for which the catalogue has a range."""
    lowered = {} if replaces is None else {"replaces_fen": replaces}
    do("cases", "figure", number, fine_fen=fen, reasons=reasons, **lowered)


@app.command()
def erase(number: Case, ground: Annotated[EraseGround, typer.Option()], reasons: Reasons) -> None:
    """Erase an undecided record."""
    do("cases", "erase", number, ground=ground.value, reasons=reasons)


@app.command()
def void(number: Case, ground: Annotated[VoidGround, typer.Option()], reasons: Reasons) -> None:
    """Take a decision back."""
    do("cases", "void", number, ground=ground.value, reasons=reasons)


@app.command()
def extend(
    number: Case,
    until: Annotated[str, typer.Argument(help="The new last day, as 2026-06-01.")],
    reasons: Reasons,
) -> None:
    """Extend the term of a record, once, on request."""
    do("cases", "extend", number, until=until, reasons=reasons)


@app.command()
def serve(
    number: Case,
    how: Annotated[Paper, typer.Argument()],
    day: Annotated[str, typer.Argument(help="Of the letter, or of the public notice, as 2026-06-01.")],
    reasons: Reasons,
) -> None:
    """A decision was served on paper: its days to pay begin."""
    do("cases", "serve", number, how=how.value, day=day, reasons=reasons)


@app.command()
def announce(number: Case, reasons: Reasons) -> None:
    """Announce the unhandled records of this case's vehicle."""
    do("cases", "announce", number, reasons=reasons)


@app.command()
def decide(announcement: Announcement, reasons: Reasons) -> None:
    """Decide on announced records."""
    do("announcements", "decide", announcement, reasons=reasons)


@app.command()
def withdraw(announcement: Announcement) -> None:
    """Drop an announcement."""
    do("announcements", "withdraw", announcement)


@app.command()
def verify(
    nomination: Annotated[str, typer.Argument(help="Its id.")],
    reasons: Reasons,
    ok: Annotated[bool, typer.Option("--ok/--not-ok", help="Was it the driver who was named?")],
) -> None:
    """Verify who drove, where consent alone is not enough."""
    do("nominations", "verify", nomination, ok=ok, reasons=reasons)


@app.command()
def answer(
    challenge: Annotated[str, typer.Argument(help="Its id.")],
    outcome: Annotated[str, typer.Argument(help="upheld | erased | voided")],
    reasons: Reasons,
    ground: Annotated[VoidGround | None, typer.Option(help="For what goes.")] = None,
) -> None:
    """Answer an objection or a review; the citizen reads the reasons."""
    named = {"ground": ground.value} if ground else {}
    do("challenges", "decide", challenge, outcome=outcome, reasons=reasons, **named)


@app.command()
def grant(
    plan: Annotated[str, typer.Argument(help="Its id.")],
    days: Annotated[
        list[str], typer.Argument(help="As 2026-06-01: one for a deferral, one for each instalment.")
    ],
    reasons: Reasons,
) -> None:
    """Grant more time, or instalments; the citizen reads the reasons."""
    do("plans", "grant", plan, days=days, reasons=reasons)


@app.command()
def refuse(plan: Annotated[str, typer.Argument(help="Its id.")], reasons: Reasons) -> None:
    """Refuse a payment plan; the citizen reads the reasons."""
    do("plans", "refuse", plan, reasons=reasons)


@app.command()
def retry(
    refund: Annotated[str, typer.Argument(help="Its number, from the ticket or the case.")], reasons: Reasons
) -> None:
    """Try a refund again that failed."""
    do("refunds", "retry", refund, reasons=reasons)


@app.command()
def record(
    reference: Annotated[str, typer.Argument(help="The number of whoever held it; again changes nothing.")],
    kind: Annotated[Learnt, typer.Argument()],
    first_day: Annotated[str, typer.Argument(help="As 2026-06-01.")],
    resident_id: Annotated[str, typer.Option(envvar="RESIDENT_ID", help="The driver's; 18 characters.")],
    last_day: Annotated[str, typer.Option(help="Where it took several days.")] = "",
    minutes: Annotated[int, typer.Option(help="In all.")] = 0,
    passed: Annotated[bool, typer.Option("--passed/--not-passed", help="The exam.")] = False,
) -> None:
    """Record a study, an exam or an activity: points go, or a held licence comes nearer."""
    fields = {"resident_id": resident_id, "kind": kind.value, "minutes": minutes, "passed": passed}
    days = {"first_day": first_day, "last_day": last_day or first_day}
    do("educations", "record", reference, **fields, **days)
