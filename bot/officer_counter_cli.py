"""`shimin officer book` and `repay`: money at the counter of the treasury's bank."""

from typing import Annotated

import typer

from bot.officer_shell import do


def add_to(app: typer.Typer) -> None:
    """Among the other acts."""
    app.command()(book)
    app.command()(repay)


def book(
    receipt: Annotated[str, typer.Argument(help="The number printed on it; again changes nothing.")],
    cases: Annotated[list[str], typer.Argument(help="The cases that stand on it, 12 digits each.")],
    fen: Annotated[int, typer.Option(help="What was paid; 20000 is 200 yuan.")],
    bank: Annotated[str, typer.Option(help="As on the receipt.")],
    paid_on: Annotated[str, typer.Option(help="The day that the bank printed, as 2026-06-01.")],
) -> None:
    """Book what was paid at the counter: cases are closed, locks lifted, a surplus goes back."""
    do("counter-receipts", "book", receipt, cases=cases, amount_fen=fen, bank=bank, paid_on=paid_on)


def repay(
    refund: Annotated[str, typer.Argument(help="Its number, from the ticket or the case.")],
    receipt: Annotated[str, typer.Argument(help="The number of the receipt that was signed for it.")],
    day: Annotated[str, typer.Option(help="When it was handed out, as 2026-06-01.")],
    reasons: Annotated[str, typer.Option(help="To whom; it goes into the case's file.")],
) -> None:
    """Money that came at the counter was given back there."""
    do("refunds", "repay", refund, receipt=receipt, day=day, reasons=reasons)
