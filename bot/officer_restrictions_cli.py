"""`shimin officer lock | unlock | confirm | deny` and `shimin officer matter ...`: restrictions, from a shell."""

from typing import Annotated, Any

import typer

from bot.officer_shell import do
from models.restrictions.matter_rules import Ending, PleaState

matter = typer.Typer(
    no_args_is_help=True, help="Matters that restrict travel, and what people say against them."
)
Case = Annotated[str, typer.Argument(help="The 12 digits of the case.")]
Number = Annotated[str, typer.Argument(help="The 12 digits of the matter.")]
RequestId = Annotated[str, typer.Argument(help="Its id, from the ticket.")]
Reasons = Annotated[str, typer.Option(help="Why; it goes into the file.")]
Day = Annotated[str, typer.Option(help="As 2026-06-01.")]
Scope = Annotated[
    list[str] | None, typer.Option(help="`air`, or `rail:soft_sleeper,high_speed_first`; repeatable.")
]


def add_to(app: typer.Typer) -> None:
    """Among an officer's other acts."""
    for command in (lock, unlock, confirm, deny):
        app.command()(command)
    app.add_typer(matter, name="matter")


def lock(case: Case, served_on: Day, reasons: Reasons) -> None:
    """Ask for a lock of the wallet; `--served-on`: the day on which the warning was served on paper."""
    do("cases", "lock", case, served_on=served_on, reasons=reasons)


def unlock(case: Case, reasons: Reasons) -> None:
    """Ask for an unlocking of the wallet."""
    do("cases", "unlock", case, reasons=reasons)


def confirm(request: RequestId, reasons: Reasons) -> None:
    """Confirm what another officer asked for: now it is done."""
    do("lock-requests", "confirm", request, reasons=reasons)


def deny(request: RequestId, reasons: Reasons) -> None:
    """It is not done."""
    do("lock-requests", "refuse", request, reasons=reasons)


@matter.command("open")
def open_(
    document: Annotated[str, typer.Argument(help="The number of the notice.")],
    kind: Annotated[str, typer.Argument(help="As court_debt.")],
    name: Annotated[str, typer.Option(help="As on the card.")],
    resident_id: Annotated[str, typer.Option(envvar="RESIDENT_ID", help="18 characters.")],
    authority: Annotated[str, typer.Option(help="The court that decided.")],
    facts: Annotated[str, typer.Option(help="What it is about.")],
    occurred_on: Day,
    scope: Scope = None,
    until: Annotated[str, typer.Option(help="Its last day, where the notice names one.")] = "",
) -> None:
    """Enter a notice that came on paper."""
    named = {"kind": kind, "name": name, "resident_id": resident_id, "authority": authority, "facts": facts}
    more = _given(until=until) | {"occurred_on": occurred_on, "scopes": _scopes(scope or [])}
    do("notices", "open", document, **named, **more)


@matter.command()
def look(number: Number) -> None:
    """The matter, and what was said against it; on record."""
    do("matters", "look", number)


@matter.command()
def amend(number: Number, scope: Scope = None, until: Day = "", performed_on: Day = "") -> None:
    """Other scopes (all that shall hold), another last day, or that it was performed."""
    scopes = {"scopes": _scopes(scope)} if scope else {}
    do("matters", "amend", number, **scopes, **_given(until=until, performed_on=performed_on))


@matter.command()
def close(number: Number, ending: Annotated[Ending, typer.Argument()], day: Day = "") -> None:
    """It is over."""
    do("matters", "close", number, ending=ending.value, **_given(day=day))


@matter.command()
def exempt(
    number: Number,
    mode: Annotated[str, typer.Argument(help="As air.")],
    since: Annotated[str, typer.Argument(help="As 2026-06-01.")],
    until: Annotated[str, typer.Argument(help="As 2026-06-20.")],
    reasons: Reasons,
) -> None:
    """Free a scope for a while, a month at most."""
    do("matters", "exempt", number, mode=mode, since=since, until=until, reasons=reasons)


@matter.command()
def answer(
    plea: Annotated[str, typer.Argument(help="Its id, from `look`.")],
    outcome: Annotated[PleaState, typer.Argument(help="upheld: the matter stands; struck: it goes.")],
    reasons: Reasons,
) -> None:
    """Answer an objection or a correction; the citizen reads the reasons."""
    do("pleas", "decide", plea, outcome=outcome.value, reasons=reasons)


def _scopes(written: list[str]) -> dict[str, list[str]]:
    parts = (each.partition(":") for each in written)
    return {mode: [name for name in classes.split(",") if name] for mode, _, classes in parts}


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
