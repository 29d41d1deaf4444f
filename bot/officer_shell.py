"""An officer's act from a shell: as the one whose key is in SHIMIN_OFFICER_KEY, the answer printed as JSON."""

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

import typer

from bot import officer
from bot.officer_reasons import sentence
from bot.shell import complain, with_database
from models.base import trace
from models.base.db import Database
from models.base.errors import Refusal
from models.identity.staff import Member

KEY = "SHIMIN_OFFICER_KEY"
ACTS = {(act.on, act.name): act for act in officer.ACTS}


def do(on: str, name: str, subject: str, /, **fields: Any) -> None:
    """One act, in one unit of work of this officer."""

    async def act(database: Database, member: Member) -> Any:
        trace.begin(trace.new())
        async with database.begin(member.actor) as work:
            return await officer.perform(work, member, ACTS[on, name], subject, fields)

    as_officer(act)


def as_officer(act: Callable[[Database, Member], Awaitable[Any]]) -> None:
    """Act as whoever holds the key, and print the answer; a refusal ends the command."""
    key = os.environ.get(KEY, "")
    if not key:
        complain(f"{KEY} is missing: it holds your own key")

    async def known(database: Database) -> Any:
        member = await officer.recognise(database, key)
        if member is None:
            complain(f"{KEY}: this key is unknown or revoked")
        return await act(database, member)

    try:
        answer = with_database(known)
    except Refusal as refusal:
        complain(sentence(refusal))
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
