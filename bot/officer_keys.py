"""`shimin officer add | list | revoke`: keys of staff, for operators."""

from typing import Annotated

import typer
from rich.table import Table

from bot.shell import complain, complaints, console, with_database
from models.base.db import Database
from models.identity import staff
from models.identity.staff import Role

AUTHORITY_DIGITS = 6


def add(
    name: Annotated[str, typer.Argument(help="The member's own name.")],
    authority: Annotated[str, typer.Option(help="6 digits; cases of this authority are theirs.")],
    role: Annotated[list[Role] | None, typer.Option(help="Repeatable.")] = None,
) -> None:
    """Make a key for a member of staff. It is shown once."""
    if len(authority) != AUTHORITY_DIGITS or not (authority.isascii() and authority.isdigit()):
        complain("--authority: 6 digits, as 442000")

    async def create(database: Database) -> tuple[int, str]:
        async with database.begin("operator") as work:
            return await staff.add(work, name, authority, role or [Role.OFFICER])

    member_id, key = with_database(create)
    console.print(key, highlight=False, soft_wrap=True)
    complaints.print(
        f"Officer {member_id}. Keep it now: only its SHA-256 is stored, it cannot be shown again."
    )


def list_() -> None:
    """All members of staff, without their secrets."""

    async def every(database: Database) -> list[staff.Listed]:
        async with database.read() as work:
            return await staff.every(work)

    table = Table("id", "name", "authority", "roles", "last used", "revoked")
    for row in with_database(every):
        revoked = row.revoked_at.isoformat(timespec="seconds") if row.revoked_at else ""
        table.add_row(str(row.id), row.name, row.authority, row.roles, str(row.last_used_on or ""), revoked)
    console.print(table)


def revoke(member: Annotated[int, typer.Argument(help="The id from `officer list`.")]) -> None:
    """From now on this member's key opens nothing."""

    async def gone(database: Database) -> bool:
        async with database.begin("operator") as work:
            return await staff.revoke(work, member)

    if not with_database(gone):
        complain(f"there is no officer {member} with a key in force; see `shimin officer list`")
    console.print(f"The key of officer {member} is revoked.")
