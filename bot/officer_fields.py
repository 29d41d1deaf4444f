"""How officers' fields are written, at both doors; each reader raises BadInput with what it should look like, and says the same as a
JSON schema."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from models.base.errors import BadInput
from models.identity.rules import read_resident_id
from models.violations import officer_queue
from models.violations.acts import read_case_number
from models.violations.officer_queue import Taken, Waits, Wanted

MOST_REASONS = 2000  # characters
MOST_FEN = 10**9
MOST_DAYS = 60  # of one plan, whatever a tariff may say
MOST_MINUTES = 99_999
MOST_BANK = 40
MOST_CASES = 20  # on one receipt
RECEIPT = re.compile(r"[0-9A-Za-z-]{4,24}")
PAGE = 50  # of the queue, unless another length is asked for
DAY: Mapping[str, Any] = {"type": "string", "format": "date"}


@dataclass(frozen=True, slots=True)
class Read:
    """A reader: called with what JSON had, it gives the value or raises BadInput. `schema` is how the value is written."""

    read: Callable[[Any], Any]
    schema: Mapping[str, Any]

    def __call__(self, value: Any) -> Any:
        return self.read(value)


def written(schema: Mapping[str, Any]) -> Callable[[Callable[[Any], Any]], Read]:
    """Beside a reader: how its value is written."""
    return lambda read: Read(read, schema)


@written({"type": "string", "minLength": 1, "maxLength": MOST_REASONS, "pattern": r"\S"})
def reasons(value: Any) -> str:
    """A text, its outer space gone."""
    if not isinstance(value, str) or not value.strip() or len(value) > MOST_REASONS:
        raise BadInput("officer.reasons", most=MOST_REASONS)
    return value.strip()


@written({"type": "integer", "minimum": 1 - MOST_FEN, "maximum": MOST_FEN - 1})
def fen(value: Any) -> int:
    """A whole number; JSON's `true` is none. As many as the column holds."""
    if type(value) is not int or abs(value) >= MOST_FEN:
        raise BadInput("officer.fen")
    return value


@written({"type": "integer", "minimum": 0, "maximum": MOST_MINUTES})
def minutes(value: Any) -> int:
    """A whole number of minutes, up to those of a year's days of study."""
    if type(value) is not int or not 0 <= value <= MOST_MINUTES:
        raise BadInput("officer.minutes", most=MOST_MINUTES)
    return value


@written({"type": "string", "description": "18 characters with a right check digit."})
def resident_id(value: Any) -> str:
    """18 characters with a right check digit."""
    try:
        return read_resident_id(str(value))
    except BadInput as wrong:
        raise BadInput("officer.resident_id") from wrong


@written(DAY)
def day(value: Any) -> date:
    """ISO 8601."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as wrong:
        raise BadInput("officer.day") from wrong


@written({"type": "array", "items": DAY, "minItems": 1, "maxItems": MOST_DAYS})
def days(value: Any) -> list[date]:
    """Some of them; how many, and which, is for the act to say."""
    if not isinstance(value, list) or not 0 < len(value) <= MOST_DAYS:
        raise BadInput("officer.days", most=MOST_DAYS)
    return [day(each) for each in value]


@written({"type": "integer", "minimum": 1, "maximum": MOST_FEN - 1})
def amount(value: Any) -> int:
    """Money that changed hands: more than nothing, whole fen."""
    if fen(value) <= 0:
        raise BadInput("officer.amount")
    return int(value)


@written({"type": "string", "minLength": 2, "maxLength": MOST_BANK, "pattern": r"^\S(.*\S)?$"})
def bank(value: Any) -> str:
    """Its name, as on the receipt; one line."""
    if not isinstance(value, str) or not 2 <= len(value.strip()) <= MOST_BANK or not value.isprintable():
        raise BadInput("officer.bank", most=MOST_BANK)
    return value.strip()


@written({"type": "string", "pattern": f"^{RECEIPT.pattern}$"})
def receipt(value: Any) -> str:
    """The number of a receipt."""
    if not isinstance(value, str) or not RECEIPT.fullmatch(value):
        raise BadInput("officer.receipt_number")
    return value


@written(
    {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MOST_CASES, "uniqueItems": True}
)
def case_numbers(value: Any) -> tuple[str, ...]:
    """The 12 digits of each; whose they are is for the act to say."""
    if not isinstance(value, list) or not 0 < len(value) <= MOST_CASES:
        raise BadInput("officer.cases", most=MOST_CASES)
    return tuple(dict.fromkeys(read_case_number(str(each)) for each in value))


@written({"type": "boolean"})
def yes_or_no(value: Any) -> bool:
    """JSON's own."""
    if not isinstance(value, bool):
        raise BadInput("officer.yes_or_no")
    return value


def one_of(kind: type[StrEnum]) -> Read:
    """One of the words of this kind."""

    @written({"type": "string", "enum": [each.value for each in kind]})
    def read(value: Any) -> Any:
        try:
            return kind(value)
        except ValueError as wrong:
            raise BadInput("officer.choice", choices=", ".join(kind)) from wrong

    return read


def wanted(query: Mapping[str, str]) -> Wanted:
    """What a query asks of the queue."""
    asked = query.get("kind", "")
    kinds = [one_of(Waits)(kind) for kind in asked.split(",")] if asked else []
    limit = query.get("limit", str(PAGE))
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:4]) <= officer_queue.MOST):
        raise BadInput("officer.limit", most=officer_queue.MOST)
    return Wanted(
        kinds=kinds,
        topic=query.get("topic", ""),
        taken=one_of(Taken)(query.get("taken", Taken.ANY)),
        due_by=day(query["due_by"]) if "due_by" in query else None,
        limit=int(limit),
        after=query.get("after", ""),
    )
