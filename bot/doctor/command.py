"""`shimin doctor`."""

import asyncio

import typer

from bot.doctor.examination import examine
from bot.doctor.finding import Finding, Level, fail
from bot.settings import WrongSettings
from bot.shell import quiet, read_settings

COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


def doctor() -> None:
    """Look at everything this installation stands on; exit status 1 when something does not work."""
    quiet()
    try:
        found = asyncio.run(examine(read_settings()))
    except WrongSettings as problem:
        mend = "set it in the environment (docs/operators.md)"
        found = [("settings", fail(line, mend)) for line in str(problem).splitlines()]
    for name, finding in found:
        _show(name, finding)
    if any(finding.level is Level.FAIL for _, finding in found):
        raise typer.Exit(1)


def _show(name: str, finding: Finding) -> None:
    level = typer.style(f"{finding.level:<4}", fg=COLOURS[finding.level])
    mend = f" -> {finding.mend}" if finding.mend else ""
    typer.echo(f"{level}  {name:<8}  {finding.says}{mend}")
