"""What WeChat lets stand in the fields of template messages and subscription notices, category by category.

A field's name is its category and a number (`thing1`). Source: "limits of parameter values" on the pages of both kinds of message;
`first` and `remark` are gone since 2023. WeChat answers 47003 to all of it and does not name the field, so it is checked here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models.base.clock import CITY_ZONE


@dataclass(frozen=True, slots=True)
class Category:
    """`pattern` must match the whole value; `rule` says the same to a person."""

    pattern: re.Pattern[str]
    rule: str


def _category(pattern: str, rule: str) -> Category:
    return Category(re.compile(pattern), rule)


THING = 20  # characters
MOMENTS = frozenset({"time", "date"})

_DAY = r"\d{4}(?:年\d{1,2}月\d{1,2}日|[-/.]\d{1,2}[-/.]\d{1,2})"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_MOMENT = f"(?:{_DAY}(?: {_CLOCK})?|{_CLOCK})"

TEMPLATE: Mapping[str, Category] = {
    "thing": _category(r"[^\r\n\t]{1,20}", "1 to 20 characters"),
    "character_string": _category(r"[\x20-\x7e]{1,32}", "1 to 32 letters, digits and signs, no Chinese"),
    "time": _category(f"{_MOMENT}(?:~{_MOMENT})?", "a time, as 2026年12月1日 15:01"),
    "amount": _category(
        r"[¥￥$€£]?\d{1,10}(?:\.\d{1,2})?元?", "at most 10 digits, with a currency sign or 元"
    ),
    "phone_number": _category(r"[\d+()\- ]{1,17}", "1 to 17 digits and signs"),
    "car_number": _category(
        r"(?=.{1,8}$)[\u4e00-\u9fff]?[0-9A-Za-z]+[\u4e00-\u9fff]?", "a plate of at most 8 characters"
    ),
    "const": _category(
        r"[^\r\n\t]{1,20}", "1 to 20 characters, and one of the values approved with the template"
    ),
}

SUBSCRIPTION: Mapping[str, Category] = {
    **TEMPLATE,
    "name": _category(r"[^\d\r\n\t]{1,10}|[A-Za-z .,'\-]{1,20}", "1 to 10 Han characters or 20 letters"),
    "number": _category(r"(?=.{1,32}$)\d+(?:\.\d+)?", "at most 32 digits"),
    "date": _category(f"{_MOMENT}(?:~{_MOMENT})?", "a day, as 2026年12月1日"),
    "phrase": _category(r"[\u4e00-\u9fff]{1,5}", "1 to 5 Han characters"),
}


def category(name: str) -> str:
    """The category of a field: `thing` of `thing1`."""
    return name.rstrip("0123456789")


def filled(name: str, pattern: str, params: Mapping[str, Any], show: Callable[[Any], str]) -> str:
    """What stands in a field: `pattern` with its `{parameters}`, days as WeChat reads them in fields of time, elsewhere as `show` writes
    them; a thing that is too long is cut. Raises ValueError for a parameter that is not there."""
    write = _moment if category(name) in MOMENTS else show
    values = {key: write(value) if isinstance(value, date) else show(value) for key, value in params.items()}
    try:
        line = " ".join(pattern.format_map(values).split())
    except KeyError as missing:
        raise ValueError(f"{name}: the notice has no {{{missing.args[0]}}}") from None
    return line if category(name) != "thing" or len(line) <= THING else f"{line[: THING - 1]}…"


def _moment(value: date) -> str:
    """A day, or a moment of the city's time."""
    if not isinstance(value, datetime):
        return f"{value.year}年{value.month}月{value.day}日"
    local = value.astimezone(CITY_ZONE)
    return f"{_moment(local.date())} {local:%H:%M}"


def checked(fields: Mapping[str, str], categories: Mapping[str, Category]) -> dict[str, dict[str, str]]:
    """The `data` of a message. Raises ValueError, which names the field and its rule and never shows the value."""
    for name, value in fields.items():
        kept_to = categories.get(category(name))
        if kept_to is None:
            raise ValueError(f"{name}: there is no such category of field")
        if not kept_to.pattern.fullmatch(value):
            raise ValueError(f"{name}: must be {kept_to.rule}")
    return {name: {"value": value} for name, value in fields.items()}
