"""A row of an authority's catalogue of offences."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.imports.days import read_day
from bot.reports import AUTHORITY
from models.base.calendar import ONE_DAY
from models.base.db import Work
from models.base.errors import BadInput
from models.identity.rules import tidy
from models.violations import catalogue
from models.violations.catalogue import Offence

COLUMNS = (
    "authority",
    "code",
    "behaviour",
    "law_of_behaviour",
    "law_of_penalty",
    "remark",
    "points",
    "warning",
    "fine_yuan",
    "suspend_months",
    "detention_days",
    "revoke",
    "measures",
    "law_of_measures",
)
FROM_OLD = date(2000, 1, 1)  # valid_from where the file names none
GRAVE = ("suspend_months", "detention_days", "revoke")  # what no case with it is decided online for
CHANGE = re.compile(r"(?:([0-9]{4})年)?([0-9]{1,2})月([0-9]{1,2})日(启用|停用)")

LAWS = {"law": "道路交通安全法", "reg": "道路交通安全法实施条例"}
REFERENCE = re.compile(r"(law|reg):([0-9]+)(?:,([0-9]+))?(?:,([0-9]+))?")


def read(row: Mapping[str, str], today: date) -> Offence:
    """Raises BadInput."""
    del today
    return read_offence(row)


async def enter(work: Work, offence: Offence) -> str:
    """New, changed or unchanged. Raises BadInput."""
    return await catalogue.enter(work, offence)


def read_offence(row: Mapping[str, str]) -> Offence:
    """Also reads `behaviour_en`, `valid_from` and `valid_to`, where the file has them. Raises BadInput."""
    authority = tidy(row["authority"])
    if not AUTHORITY.fullmatch(authority):
        raise BadInput("offence.authority")
    if not row["behaviour"]:
        raise BadInput("offence.behaviour")
    validity = read_validity(row.get("valid_from", ""), row.get("valid_to", ""), row["remark"])
    return Offence(
        authority=authority,
        code=catalogue.read_code(row["code"]),
        valid_from=validity.since,
        conduct=row["behaviour"],
        conduct_en=row.get("behaviour_en", ""),
        basis=basis(row),
        fine=catalogue.read_fine(row["fine_yuan"]),
        points=catalogue.read_points(row["points"]),
        measures=measures(row),
        remark=row["remark"],
        valid_to=validity.until,
        undated=validity.undated,
        grave=any("".join(row[name].split()) for name in GRAVE),
    )


@dataclass(frozen=True, slots=True)
class Validity:
    """The days for which a version holds, as far as the row tells."""

    since: date
    until: date | None
    undated: bool


def read_validity(valid_from: str, valid_to: str, remark: str) -> Validity:
    """A remark `2022年5月1日启用` begins a version, `...停用` ends it the day before. Without its year it is no date: then the file has to
    name the day in its own column, or nobody knows. Raises BadInput."""
    since = read_day(valid_from, "offence.valid_from") if valid_from else None
    until = read_day(valid_to, "offence.valid_to") if valid_to else None
    undated = False
    if found := CHANGE.fullmatch(tidy(remark)):
        begins, day = found[4] == "启用", _day_of(found)
        if begins and since is None:
            since, undated = day, day is None
        elif not begins and until is None:
            until, undated = (day - ONE_DAY if day else None), day is None
    since = since or FROM_OLD
    if until and until < since:
        raise BadInput("offence.valid_to")
    return Validity(since, until, undated)


def _day_of(found: re.Match[str]) -> date | None:
    if not found[1]:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError as problem:
        raise BadInput("offence.remark") from problem


def basis(row: Mapping[str, str]) -> str:
    """The law that was broken, and the law that sets the penalty where it is another."""
    broken, penalty = citation(row["law_of_behaviour"]), citation(row["law_of_penalty"])
    return broken if broken == penalty or not penalty else f"{broken}；罚则：{penalty}".removeprefix("；")


def citation(cell: str) -> str:
    """`law:100,2;reg:88` as 道路交通安全法第100条第2款、道路交通安全法实施条例第88条; other references as found."""
    return "、".join(_in_words(part.strip()) for part in cell.split(";") if part.strip())


def _in_words(reference: str) -> str:
    found = REFERENCE.fullmatch(reference)
    if not found:
        return reference
    law, *numbers = found.groups()
    places = zip(numbers, "条款项", strict=True)
    return LAWS[law] + "".join(f"第{number}{unit}" for number, unit in places if number)


def measures(row: Mapping[str, str]) -> str:
    """What follows besides fine and points, each cell as found, with the word that its column stands for."""
    cells = {name: " ".join(row[name].split()) for name in COLUMNS}
    law = citation(cells["law_of_measures"])
    parts = [
        cells["warning"],
        _named("暂扣", cells["suspend_months"], "个月"),
        _named("拘留", cells["detention_days"], "日"),
        cells["revoke"],
        cells["measures"] + (f"（{law}）" if law else ""),
    ]
    return "；".join(part for part in parts if part)


def _named(what: str, cell: str, unit: str) -> str:
    """`6` as 暂扣6个月, `行驶证` as 暂扣行驶证, nothing as nothing."""
    return f"{what}{cell}{unit if cell.isdecimal() else ''}" if cell else ""
