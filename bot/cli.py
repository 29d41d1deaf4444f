"""`shimin`: everything an operator does from a shell."""

import asyncio
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from dotenv import dotenv_values
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot import bill_cli, imports, logs, officer_cli, wallet_cli, wechat_cli
from bot.doctor.command import doctor
from bot.roles import PortTaken, Role, run, run_coroutine
from bot.settings import WrongSettings, load_settings
from bot.shell import DEMO_ENV, complain, complaints, console, read_settings, with_database
from models import migrations
from models.base import audit, trace
from models.base.db import Database
from models.base.tariff import WrongTariff
from models.identity import keys

MOST_GRACE_HOURS = 24 * 31  # an older key that is good for longer is one that nobody rotates
app = typer.Typer(no_args_is_help=True, add_completion=False, help="The service account of a city.")
keys_app = typer.Typer(no_args_is_help=True, help="Keys of other systems for the JSON API.")
audit_app = typer.Typer(no_args_is_help=True, help="The audit trail.")
app.add_typer(keys_app, name="keys")
app.add_typer(audit_app, name="audit")
app.add_typer(wechat_cli.app, name="wechat")
app.add_typer(officer_cli.app, name="officer")
app.add_typer(bill_cli.app, name="bill")
app.add_typer(wallet_cli.app, name="wallet")
app.command()(doctor)


def main() -> None:
    """The `shimin` command: what an operator can mend is one clear line, not a traceback."""
    try:
        app()
    except (
        WrongSettings,
        WrongTariff,
        imports.UnreadableFile,
        PortTaken,
        migrations.CannotMigrate,
    ) as problem:
        complain(str(problem))


@app.command("all")
def all_() -> None:
    """Web, delivery and jobs in one process."""
    _serve(Role.WEB, Role.WORKER, Role.SCHEDULER)


@app.command()
def serve() -> None:
    """The web doors: chat webhook, pages, API, callbacks."""
    _serve(Role.WEB)


@app.command()
def worker() -> None:
    """Delivery of notices."""
    _serve(Role.WORKER)


@app.command()
def scheduler() -> None:
    """Jobs; of several schedulers one leads."""
    _serve(Role.SCHEDULER)


@app.command()
def demo(
    fresh: Annotated[bool, typer.Option(help="Forget the town and start over.")] = False,
    port: Annotated[int, typer.Option(envvar="PORT", help="The service.")] = 8080,
    sandbox_port: Annotated[int, typer.Option(envvar="SANDBOX_PORT", help="The sandbox.")] = 8081,
) -> None:
    """The demo town: the service and the sandbox with its phone page."""
    from bot.demo import launch
    from bot.demo.files import Place

    launch.demo(Place(Path(".demo"), port, sandbox_port), fresh=fresh)


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema; a newer one that serves it, too, stays."""
    asyncio.run(migrations.upgrade(read_settings().database_url))
    console.print("The database has the newest schema.")


@app.command("import")
def import_(
    kind: Annotated[str, typer.Argument(help=" | ".join(imports.KINDS))],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file.")],
) -> None:
    """Enter a CSV file; rows that cannot go in come out in FILE.rejected.csv with line and reason."""
    if kind not in imports.KINDS:
        complain(f"cannot import {kind!r}; there are {', '.join(imports.KINDS)}")
    trace.begin(trace.new())  # of every notice that comes of it
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(f"importing {kind}", total=None)
        summary = with_database(
            lambda database: imports.run(
                database, kind, file, lambda done, total: bar.update(task, completed=done, total=total)
            )
        )
    console.print(
        f"{summary.new} new, {summary.changed} changed, {summary.unchanged} unchanged, {summary.rejected} rejected"
    )
    if summary.new or summary.changed:
        console.print(f"Trace of what comes of it: {trace.current()}")
    if summary.rejects_file:
        console.print(f"Rejected rows with their reasons: {summary.rejects_file}")


@app.command()
def say(
    text: Annotated[str, typer.Argument(help="What the citizen writes.")],
    as_: Annotated[str, typer.Option("--as", help="Who, for instance li-ming.")],
) -> None:
    """Send a real encrypted message to the running demo and print the decrypted reply."""
    from bot.demo import talk

    values = {**dotenv_values(DEMO_ENV), **os.environ}
    sandbox = values.get("DEMO_SANDBOX_URL")
    if not sandbox:
        complain("no demo is running here: start it with `make demo`")
    try:
        for reply in run_coroutine(talk.say(str(sandbox), as_, text)):
            typer.echo(reply)
    except talk.NoAnswer as problem:
        complain(str(problem))


@keys_app.command("new")
def keys_new(
    name: Annotated[str, typer.Argument(help="Whose key it is.")],
    scope: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(keys.SCOPES)}; repeatable.")
    ] = None,
) -> None:
    """Make a key. It is shown once."""

    async def create(database: Database) -> str:
        async with database.begin("operator") as work:
            return await keys.create(work, name, scope or list(keys.SCOPES))

    try:
        token = with_database(create)
    except ValueError as problem:
        complain(str(problem))
    _show_once(token)


def _show_once(token: str) -> None:
    console.print(token, highlight=False, soft_wrap=True)
    complaints.print("Keep it now: only its SHA-256 is stored, it cannot be shown again.")


@keys_app.command("list")
def keys_list() -> None:
    """All keys, without their secrets."""

    async def every(database: Database) -> Any:
        async with database.read() as work:
            return await keys.every(work)

    table = Table("id", "name", "scopes", "created", "last used", "ends", "revoked")
    for row in with_database(every):
        created, ends, revoked = map(_written, (row.created_at, row.expires_at, row.revoked_at))
        table.add_row(row.id, row.name, row.scopes, created, str(row.last_used_on or ""), ends, revoked)
    console.print(table)


def _written(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""


@keys_app.command("rotate")
def keys_rotate(
    key_id: Annotated[str, typer.Argument(help="The id from `keys list`.")],
    grace_hours: Annotated[
        int, typer.Option(min=0, max=MOST_GRACE_HOURS, help="How long the older one is good for still.")
    ] = round(keys.GRACE / timedelta(hours=1)),
) -> None:
    """Make the next key of the same system, shown once; the older one ends by itself."""

    async def rotate(database: Database) -> str | None:
        async with database.begin("operator") as work:
            return await keys.rotate(work, key_id, timedelta(hours=grace_hours))

    token = with_database(rotate)
    if token is None:
        complain(f"there is no key {key_id} that could be rotated: it is not in force, or ends already")
    _show_once(token)
    complaints.print(f"Key {key_id} ends in {grace_hours} hours; `shimin keys revoke {key_id}` ends it now.")


@keys_app.command("revoke")
def keys_revoke(key_id: Annotated[str, typer.Argument(help="The id from `keys list`.")]) -> None:
    """From now on this key opens nothing."""

    async def revoke(database: Database) -> bool:
        async with database.begin("operator") as work:
            return await keys.revoke(work, key_id)

    if not with_database(revoke):
        complain(f"there is no key {key_id} in force; see `shimin keys list`")
    console.print(f"Key {key_id} is revoked.")


@audit_app.command("verify")
def audit_verify() -> None:
    """Recompute the hash chain; exit status 1 when it is broken."""

    async def verify(database: Database) -> audit.Verdict:
        async with database.read() as work:
            return await audit.verify(work)

    verdict = with_database(verify)
    console.print(f"{verdict.checked} events verified, {verdict.unsealed} not sealed yet")
    if verdict.broken_at is not None:
        complain(f"the chain is broken at link {verdict.broken_at}")


def _serve(*roles: Role) -> None:
    """A server takes its settings from its environment only."""
    logs.configure()
    run_coroutine(run(load_settings(), roles))
