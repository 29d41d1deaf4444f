"""A desk at which files are imported, and what came back for them."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.imports import Summary, run
from models.base.db import Database
from models.base.texts import LANGUAGES, texts

PEOPLE = "name,resident_id,birth_date,phone,licence_class,licence_issued_on"
VEHICLES = "plate,plate_kind,owner_resident_id,owned_since,vehicle_type"
OFFENCES = (
    "authority,code,behaviour,law_of_behaviour,law_of_penalty,remark,points,warning,fine_yuan,suspend_months,"
    "detention_days,revoke,measures,law_of_measures"
)
VIOLATIONS = "authority,record_no,plate,plate_kind,offence,occurred_at,place"
LICENCES = "resident_id,licence_class,first_issued_on,valid_until,status,probation_until,punished_for,punished_on,cheated_on"
CLASSES = "school_code,school,class,year_begins,year_ends"
TEACHERS = "school_code,class,resident_id,last_day"
CHILDREN = "school_code,class,number,name,birth_date,guardian_phones"
HEADERS = {
    "people": PEOPLE,
    "vehicles": VEHICLES,
    "licences": LICENCES,
    "offences": OFFENCES,
    "violations": VIOLATIONS,
    "classes": CLASSES,
    "teachers": TEACHERS,
    "children": CHILDREN,
}

LI_MING = "李明,442000188503121375,1885-03-12,13800010001,C1,2015-06-01"
WANG_FANG = "王芳,442000188708212481,1887-08-21,13800010002,,"
HIS_LICENCE = "442000188503121375,C1,2015-06-01,2031-06-01,in_force,,,,"
HIS_CAR = "粤T12345,02,442000188503121375,2018-05-01,小型汽车"
WRONG_WAY = "442000,1301,机动车逆向行驶,law:35,law:90,,3,,200,,,,,"
RECORD = "442000,K-1,粤T12345,02,1301,2026-03-01T08:30:00+08:00,兴中道"
CLASS = "S1,示范小学,3-2,2025-09-01,2026-07-10"
TEACHER = "S1,3-2,442000188503121375,"
CHILD = "S1,3-2,20230317,李小明,2016-05-20,13800010001;13800010002"

for language in LANGUAGES:
    texts(language)  # files are read before any event loop runs, as at the start of the service


@dataclass
class Desk:
    """Imports files from one folder."""

    database: Database
    folder: Path
    heard: list[tuple[int, int]] = field(default_factory=list)

    def file(self, kind: str) -> Path:
        return self.folder / f"{kind}.csv"

    async def give(self, kind: str, *rows: str) -> Summary:
        """Import these rows under the usual header."""
        return await self.give_bytes(kind, "\n".join([HEADERS[kind], *rows, ""]).encode())

    async def give_bytes(self, kind: str, content: bytes) -> Summary:
        """Import a file of these bytes."""
        self.file(kind).write_bytes(content)
        return await run(
            self.database, kind, self.file(kind), lambda done, total: self.heard.append((done, total))
        )

    def rejected(self, kind: str) -> Sequence[dict[str, str]]:
        """The rows of the rejects file."""
        with (self.folder / f"{kind}.rejected.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    """A desk with nothing in the registers."""
    folder = tmp_path / "files"
    folder.mkdir()
    return Desk(database, folder)


@pytest.fixture
async def town_desk(desk: Desk) -> Desk:
    """A desk with one driver, his car and one offence on record."""
    await desk.give("people", LI_MING)
    await desk.give("vehicles", HIS_CAR)
    await desk.give("offences", WRONG_WAY)
    desk.heard.clear()
    return desk


@pytest.fixture
async def school_desk(desk: Desk) -> Desk:
    """A desk with one school, its class, a teacher and a child."""
    await desk.give("people", LI_MING)
    for kind, row in (("classes", CLASS), ("teachers", TEACHER), ("children", CHILD)):
        await desk.give(kind, row)
    return desk
