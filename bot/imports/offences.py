"""A row of an authority's catalogue of offences."""

import re
from collections.abc import Mapping
from datetime import date

from bot.imports.days import read_day
from bot.reports import AUTHORITY
from models.base.db import Work
from models.base.errors import BadInput
from models.identity.acts import ENTRY_NEW, ENTRY_UNCHANGED
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

LAWS = {"law": "道路交通安全法", "reg": "道路交通安全法实施条例"}
REFERENCE = re.compile(r"(law|reg):([0-9]+)(?:,([0-9]+))?(?:,([0-9]+))?")


def read(row: Mapping[str, str], today: date) -> Offence:
    """Raises BadInput."""
    del today
    return read_offence(row)


async def enter(work: Work, offence: Offence) -> str:
    """New or unchanged. Raises BadInput."""
    new = await catalogue.enter(work, offence)
    return ENTRY_NEW if new else ENTRY_UNCHANGED


def read_offence(row: Mapping[str, str]) -> Offence:
    """Also reads `behaviour_en` and `valid_from`, where the file has them. Raises BadInput."""
    authority, valid_from = tidy(row["authority"]), row.get("valid_from", "")
    if not AUTHORITY.fullmatch(authority):
        raise BadInput("offence.authority")
    if not row["behaviour"]:
        raise BadInput("offence.behaviour")
    return Offence(
        authority=authority,
        code=catalogue.read_code(row["code"]),
        valid_from=read_day(valid_from, "offence.valid_from") if valid_from else FROM_OLD,
        conduct=row["behaviour"],
        conduct_en=row.get("behaviour_en", ""),
        basis=basis(row),
        fine=catalogue.read_fine(row["fine_yuan"]),
        points=catalogue.read_points(row["points"]),
        measures=measures(row),
    )


def basis(row: Mapping[str, str]) -> str:
    """The law that was broken, the law that sets the penalty where it is another, and the file's remark."""
    broken, penalty = citation(row["law_of_behaviour"]), citation(row["law_of_penalty"])
    laws = broken if broken == penalty or not penalty else f"{broken}；罚则：{penalty}".removeprefix("；")
    return laws + (f"（{row['remark']}）" if row["remark"] else "")


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
