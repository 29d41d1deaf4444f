"""A violation as other systems hand it in, by file or by API: the same fields, read in the same way."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from models.base.clock import CITY_ZONE
from models.base.errors import BadInput
from models.identity.rules import PLATE_KINDS, Plate, read_plate, tidy
from models.violations.acts import Report
from models.violations.catalogue import read_code

AUTHORITY = re.compile(r"[0-9]{6}")
RECORD_NO = re.compile(r"[0-9A-Za-z-]{1,32}")
PLACE = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,60}")  # JSON can hold halves of a character
DAY_LENGTH = len("2026-03-02")

PICTURES = "pictures"  # beside the fields, where a record has any; gaps between
FIELDS = ("authority", "record_no", "plate", "plate_kind", "offence", "occurred_at", "place")


def read_report(fields: Mapping[str, str]) -> Report:
    """Read the fields of `FIELDS`; a missing one counts as empty, others are ignored.

    Raises BadInput: `record.<field>`, or what the readers of plates and offence codes say.
    """
    authority = read_authority(fields.get("authority", ""))
    record_no = fields.get("record_no", "").strip()
    if not RECORD_NO.fullmatch(record_no):
        raise BadInput("record.record_no")
    place = fields.get("place", "").strip()
    if not PLACE.fullmatch(place):
        raise BadInput("record.place")
    return Report(
        authority=authority,
        record_no=record_no,
        plate=read_vehicle(fields),
        offence=read_code(fields.get("offence", "")),
        occurred_at=_read_instant(fields.get("occurred_at", "")),
        place=place,
        pictures=tuple(fields.get(PICTURES, "").split()),
    )


def read_authority(text: str) -> str:
    """An area code of the police. Raises BadInput."""
    authority = tidy(text)
    if not AUTHORITY.fullmatch(authority):
        raise BadInput("record.authority")
    return authority


def read_vehicle(fields: Mapping[str, str]) -> Plate:
    """The key of a vehicle. Unlike a citizen, an office has to name the plate kind: a guess could hit another vehicle."""
    kind = tidy(fields.get("plate_kind", ""))
    if kind not in PLATE_KINDS:
        raise BadInput("error.plate_kind")
    return read_plate(fields.get("plate", ""), kind)


def _read_instant(text: str) -> datetime:
    """ISO 8601 with a time of day; without a zone it is the city's. In the city's zone, so that one instant has one content."""
    try:
        moment = datetime.fromisoformat(tidy(text))
        aware = moment if moment.tzinfo else moment.replace(tzinfo=CITY_ZONE)
        instant = aware.astimezone(UTC).astimezone(
            CITY_ZONE
        )  # the ends of the calendar overflow in one of the two
    except (ValueError, OverflowError) as problem:
        raise BadInput("record.occurred_at") from problem
    if len(text.strip()) <= DAY_LENGTH:  # a day alone would be read as its midnight
        raise BadInput("record.occurred_at")
    return instant
