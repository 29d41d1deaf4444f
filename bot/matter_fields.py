"""How a matter is written, by a court's system and by an officer: the same fields, read in the same way. Each raises BadInput."""

import re
from collections.abc import Mapping
from typing import Any

from bot.officer_fields import Read, day, one_of, reasons, resident_id, written
from models.base.errors import BadInput
from models.identity.rules import read_name
from models.restrictions.matter_rules import Ending
from models.restrictions.matters import Filing

DOCUMENT = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,64}")
WORD = re.compile(r"[a-z_]{1,32}")
MOST_CLASSES = 16
WORD_SCHEMA: Mapping[str, Any] = {"type": "string", "pattern": "^[a-z_]{1,32}$"}
SCOPES_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": WORD_SCHEMA, "maxItems": MOST_CLASSES},
    "propertyNames": WORD_SCHEMA,
    "maxProperties": MOST_CLASSES,
}


@written({"type": "string", "minLength": 1, "description": "One line of at most 64 characters."})
def document(value: Any) -> str:
    """The authority's own number of it, in one line."""
    if not isinstance(value, str) or not DOCUMENT.fullmatch(value.strip()):
        raise BadInput("matter.document")
    return value.strip()


@written(WORD_SCHEMA)
def word(value: Any) -> str:
    """A name of the tariff: a kind of matter, a mode of travel, a class."""
    if not isinstance(value, str) or not WORD.fullmatch(value):
        raise BadInput("matter.word")
    return value


@written(SCOPES_SCHEMA)
def scopes(value: Any) -> dict[str, tuple[str, ...]]:
    """`{"rail": ["soft_sleeper"], "air": []}`: modes with their classes, none for all of them."""
    if not isinstance(value, dict) or not all(isinstance(each, list) for each in value.values()):
        raise BadInput("matter.scopes")
    if max([len(value), *map(len, value.values())]) > MOST_CLASSES:
        raise BadInput("matter.scopes")
    return {word(mode): tuple(sorted({word(each) for each in classes})) for mode, classes in value.items()}


@written({"type": "string", "description": "A Chinese name."})
def name(value: Any) -> str:
    """A Chinese name."""
    return read_name(str(value))


@written(document.schema)
def authority(value: Any) -> str:
    """Who decided, as the person is to read it."""
    return str(document(value))


WHO_AND_WHAT: Mapping[str, Read] = {
    "kind": word,
    "resident_id": resident_id,
    "name": name,
    "facts": reasons,
    "occurred_on": day,
    "scopes": scopes,
    "until": day,
}
OPEN: Mapping[str, Read] = {"document": document, **WHO_AND_WHAT}
AMEND: Mapping[str, Read] = {"scopes": scopes, "until": day, "performed_on": day}
CLOSE: Mapping[str, Read] = {"ending": one_of(Ending), "day": day}
EXEMPT: Mapping[str, Read] = {"mode": word, "since": day, "until": day, "reasons": reasons}
OPTIONAL: Mapping[str, frozenset[str]] = {
    "open": frozenset({"until"}),
    "amend": frozenset(AMEND),
    "close": frozenset({"day"}),
    "exempt": frozenset(),
}


def read(fields: Mapping[str, Read], optional: frozenset[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a body; null is as good as missing, others are refused."""
    if unknown := given.keys() - fields.keys():
        raise BadInput("officer.unknown_field", field=min(unknown)[:MOST_CLASSES])
    there = {key: value for key, value in given.items() if value is not None}
    if missing := fields.keys() - there.keys() - optional:
        raise BadInput("officer.missing_field", field=min(missing))
    return {key: reader(there[key]) for key, reader in fields.items() if key in there}


def filing(fields: Mapping[str, Any], document_number: str) -> Filing:
    """The matter that these fields describe."""
    named = ("kind", "resident_id", "name", "facts", "occurred_on", "scopes")
    same = {key: fields[key] for key in named}
    return Filing(**same, document=document_number, until=fields.get("until"))
