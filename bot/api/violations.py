"""`/api/v1/violations`: an authority enters one violation, and sees what became of those that are in.

POST  {"authority", "record_no", "plate", "plate_kind", "offence", "occurred_at", "place"}, all text; and, if there are any,
      "pictures": https addresses on hosts that the city allows, or keys from `POST /api/v1/pictures`
      201 {"case", "new": true}; 200 {"case", "new": false} when the record was in already
GET   ?authority=&after=&limit=
      200 {"entries": [{"record_no", "case", "state", "recorded_at"}], "next"}, by record number
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from bot.api.authentication import SYSTEMS
from bot.api.bodies import Typed
from bot.api.once import Answer
from bot.api.operation import Call, Operation, Parameter, Unit
from bot.reports import PICTURES, read_authority, read_report
from models.base.clock import CITY_ZONE
from models.base.db import Work
from models.base.errors import BadInput
from models.identity.keys import Caller
from models.violations import acts as violations
from models.violations import records
from models.violations.rules import State

PATH = "/violations"
MOST = 500  # records on a page
PAGE = 100


class Violation(BaseModel):
    """A record as the authority's system has it. Fields that are not named here are ignored."""

    authority: str = Field(description="The area code of the police, 6 digits.", examples=["442000"])
    record_no: str = Field(
        description="1 to 32 of 0-9, A-Z, a-z and hyphen; with `authority` the key of the record. "
        "Entering a record again is harmless.",
        examples=["CAM7-000123"],
    )
    plate: str = Field(description="The number plate.", examples=["粤T12345"])
    plate_kind: str = Field(
        description="01 large, 02 small, 07 motorcycle, 08 moped, 15 trailer, 16 driving school, 51 and 52 large and small new energy.",
        examples=["02"],
    )
    offence: str = Field(description="A code of the authority's catalogue in force on that day.")
    occurred_at: str = Field(
        description="ISO 8601; without a zone the city's time. Not to come, not over two years ago.",
        examples=["2026-11-24T08:30:00+08:00"],
    )
    place: str = Field(description="1 to 60 characters in one line.", examples=["兴中道"])
    pictures: list[Annotated[str, Field(pattern="^[!-~]+$")]] = Field(
        default=[],
        description="What the camera saw, at most 4: https addresses on the hosts that the city allows, which are never fetched here, "
        "or keys of `POST /api/v1/pictures`.",
    )


class Entered(BaseModel):
    """The case of a record that was entered now."""

    case: str = Field(pattern=r"^[0-9]{12}$")
    new: Literal[True]


class Known(BaseModel):
    """The case of a record that was in already."""

    case: str = Field(pattern=r"^[0-9]{12}$")
    new: Literal[False]


class Record(BaseModel):
    """What became of one record."""

    record_no: str
    case: str = Field(pattern=r"^[0-9]{12}$")
    state: State
    recorded_at: str = Field(json_schema_extra={"format": "date-time"})


class Page(BaseModel):
    """Records by their number; `next` is what to send as `after` for the next page, null on the last."""

    entries: Annotated[list[Record], Field(max_length=MOST)]
    next: str | None


async def enter(work: Work, caller: Caller, call: Call) -> Answer:
    """One violation."""
    del caller
    fields = call.body.model_dump()
    recorded = await violations.record(work, read_report(fields | {PICTURES: " ".join(call.body.pictures)}))
    return Answer(201 if recorded.new else 200, {"case": recorded.number, "new": recorded.new})


async def look(work: Work, caller: Caller, call: Call) -> Answer:
    """A page of an authority's records, in the order of their numbers. Raises BadInput."""
    del caller
    authority = read_authority(call.query.get("authority", ""))
    limit = read_limit(call.query.get("limit", str(PAGE)), MOST)
    found = await records.after(work, authority, call.query.get("after", ""), limit)
    entries = [
        {
            "record_no": each.record_no,
            "case": each.case,
            "state": each.state.value,
            "recorded_at": each.recorded_at.astimezone(CITY_ZONE).isoformat(timespec="seconds"),
        }
        for each in found
    ]
    return Answer(200, {"entries": entries, "next": found[-1].record_no if len(found) == limit else None})


def read_limit(text: str, most: int) -> int:
    """How many on a page. Raises BadInput."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        raise BadInput("list.limit")
    return int(text)


OPERATIONS = (
    Operation(
        name="enterViolation",
        method="POST",
        path=PATH,
        about="Enter one violation; its owner at that time is told.",
        audience=SYSTEMS,
        needs="violations:write",
        act=enter,
        body=Typed(Violation),
        answers={201: Entered, 200: Known},
        unit=Unit.ONCE,
        rates=("entries",),
        event="violation_entered",
        logged=("case", "new"),
        codes=(
            "error.plate",
            "error.plate_kind",
            "offence.code",
            "record.authority",
            "record.in_future",
            "record.occurred_at",
            "record.other_content",
            "record.place",
            "record.record_no",
            "record.too_old",
            "record.unknown_offence",
            "record.unknown_vehicle",
        ),
    ),
    Operation(
        name="listViolations",
        method="GET",
        path=PATH,
        about="An authority's records and what became of them, page by page in the order of their numbers.",
        audience=SYSTEMS,
        needs="violations:read",
        act=look,
        answers={200: Page},
        unit=Unit.READ,
        rates=("lists",),
        query=(
            Parameter(
                "authority", "The area code of the police.", {"type": "string", "pattern": "^[0-9]{6}$"}, True
            ),
            Parameter("after", "Behind this record number: `next` of the page before.", {"type": "string"}),
            Parameter(
                "limit",
                "How many.",
                {"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE},
            ),
        ),
        codes=("list.limit", "record.authority"),
    ),
)
