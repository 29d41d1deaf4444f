"""Days in a file."""

from datetime import date

from models.base.errors import BadInput
from models.identity.rules import tidy


def read_day(text: str, key: str) -> date:
    """An ISO 8601 date. Raises BadInput with this key."""
    try:
        return date.fromisoformat(tidy(text))
    except ValueError as problem:
        raise BadInput(key) from problem


def read_past_day(text: str, today: date, key: str) -> date:
    """An ISO 8601 date up to today. Raises BadInput with this key."""
    day = read_day(text, key)
    if day > today:
        raise BadInput(key)
    return day
