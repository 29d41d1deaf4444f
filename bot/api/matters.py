"""`/api/v1/matters`: a court or the police restrict somebody's travel, change it, free a scope for a while, end it.

    POST matters                   {"document", "kind", "resident_id", "name", "facts", "occurred_on", "scopes", "until"?}
    POST matters/{number}/amend    {"scopes"?, "until"?, "performed_on"?}
    POST matters/{number}/close    {"ending": "performed" | "paid" | "notice", "day"?}
    POST matters/{number}/exempt   {"mode", "since", "until", "reasons"}

201 {"matter", "new": true, "since", "until", ...}; 200 when the document was in already, and for changes. A
matter is there only for whoever entered it. The authority that the person reads is the name of the key.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot import matter_fields
from bot.api.authentication import SYSTEMS
from bot.api.bodies import Loose
from bot.api.once import Answer
from bot.api.operation import Call, Operation, Unit
from bot.officer_act import as_json
from bot.officer_fields import Read
from bot.officer_reasons import sentence
from models.base.db import Work
from models.identity import keys
from models.identity.keys import Caller
from models.restrictions import listed, matters
from models.restrictions.listed import Listed
from models.restrictions.matter_rules import Ending

PATH = "/matters"
SCOPE = "matters:write"
Change = Callable[[Work, str, str, dict[str, Any]], Awaitable[Listed]]
# A matter's refusals are those that officers read.
COURTS = replace(SYSTEMS, sentence=sentence)


class Matter(BaseModel):
    """A matter as its authority sees it: no name, no id of ours. `until` is null while it runs without an end."""

    model_config = ConfigDict(extra="forbid")

    matter: str = Field(pattern=r"^[0-9]{12}$")
    kind: str
    listed_on: date
    performed_on: date | None
    delete_by: date | None
    closed_on: date | None
    ending: Ending | None
    contested: bool
    since: date
    until: date | None
    scopes: dict[str, list[str]]


class Opened(Matter):
    """A matter, and whether its document was new."""

    new: bool


async def open_(work: Work, caller: Caller, call: Call) -> Answer:
    """List a matter, once for each document."""
    fields = matter_fields.read(matter_fields.OPEN, matter_fields.OPTIONAL["open"], call.body)
    filing = matter_fields.filing(fields, fields["document"])
    named = await keys.name_of(work, caller.key_id)
    matter, new = await matters.open_(work, work.actor, named, filing)
    return Answer(201 if new else 200, {**shown(matter), "new": new})


def changing(name: str, change: Change) -> Callable[[Work, Caller, Call], Awaitable[Answer]]:
    """One change as an operation's act."""

    async def act(work: Work, caller: Caller, call: Call) -> Answer:
        del caller
        number = listed.read_number(call.path["number"])
        fields = matter_fields.read(READ[name], matter_fields.OPTIONAL[name], call.body)
        return Answer(200, shown(await change(work, number, work.actor, fields)))

    return act


async def amend(work: Work, number: str, owner: str, fields: dict[str, Any]) -> Listed:
    """Other scopes, another last day, or that it was performed."""
    return await matters.amend(work, number, owner, **fields)


async def close(work: Work, number: str, owner: str, fields: dict[str, Any]) -> Listed:
    """It is over."""
    return await matters.close(work, number, owner, fields["ending"], fields.get("day"))


async def exempt(work: Work, number: str, owner: str, fields: dict[str, Any]) -> Listed:
    """A scope is free for a while."""
    return await matters.exempt(work, number, owner, **fields)


def shown(matter: Listed) -> dict[str, Any]:
    """As its authority sees it: no name, no id of ours."""
    told = as_json(matter)
    scopes = {scope.mode: list(scope.classes) for scope in matter.scopes}
    named = ("kind", "listed_on", "performed_on", "delete_by", "closed_on", "ending", "contested")
    return {"matter": matter.number, **{key: told[key] for key in named}, **told["span"], "scopes": scopes}


def shape(fields: Mapping[str, Read], optional: frozenset[str]) -> Loose:
    """As the document has it: no other fields; null is as good as missing."""
    null = {"type": "null"}
    properties = {
        name: {"anyOf": [dict(read.schema), null]} if name in optional else dict(read.schema)
        for name, read in fields.items()
    }
    required = [name for name in fields if name not in optional]
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return Loose(schema | ({"required": required} if required else {"required": []}))


CHANGES: dict[str, Change] = {"amend": amend, "close": close, "exempt": exempt}
READ = {"amend": matter_fields.AMEND, "close": matter_fields.CLOSE, "exempt": matter_fields.EXEMPT}


def _operation(name: str, path: str, about: str, act: Any, fields: Any, answers: Any) -> Operation[Caller]:
    return Operation(
        name=f"{name}Matter",
        method="POST",
        path=path,
        about=about,
        audience=COURTS,
        needs=SCOPE,
        act=act,
        body=shape(fields, matter_fields.OPTIONAL[name]),
        answers=answers,
        unit=Unit.ONCE,
        rates=("entries",),
        event="matter_changed",
        logged=("matter",),
    )


OPERATIONS = (
    _operation(
        "open",
        PATH,
        "Restrict somebody's travel; the person is told, and may object.",
        open_,
        matter_fields.OPEN,
        {201: Opened, 200: Opened},
    ),
    *(
        _operation(
            name,
            f"{PATH}/{{number}}/{name}",
            (change.__doc__ or "").strip(),
            changing(name, change),
            READ[name],
            {200: Matter},
        )
        for name, change in CHANGES.items()
    ),
)
