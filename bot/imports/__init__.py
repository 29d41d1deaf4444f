"""`shimin import`: registers, catalogue, violations and schools' lists from CSV files, by the same acts as everything else."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from bot.imports import authorised, companies, licences, offences, people, schools, vehicles, violations
from bot.imports.runner import Importer, Progress, Summary, import_file
from bot.imports.table import UnreadableFile
from models.base.db import Database

__all__ = ["KINDS", "Progress", "Summary", "UnreadableFile", "run"]

KINDS: Mapping[str, Importer] = MappingProxyType(
    {
        "people": Importer("people", people.COLUMNS, people.read, people.enter, people.enter_all),
        "companies": Importer("companies", companies.COLUMNS, companies.read, companies.enter),
        "authorised": Importer("authorised", authorised.COLUMNS, authorised.read, authorised.enter),
        "vehicles": Importer("vehicles", vehicles.COLUMNS, vehicles.read, vehicles.enter, vehicles.enter_all),
        "licences": Importer("licences", licences.COLUMNS, licences.read, licences.enter, licences.enter_all),
        "offences": Importer("offences", offences.COLUMNS, offences.read, offences.enter),
        "violations": Importer(
            "violations", violations.COLUMNS, violations.read, violations.enter, violations.enter_all
        ),
        "classes": Importer("classes", schools.CLASS_COLUMNS, schools.read_class, schools.enter_class),
        "teachers": Importer(
            "teachers", schools.TEACHER_COLUMNS, schools.read_teacher, schools.enter_teacher
        ),
        "children": Importer("children", schools.CHILD_COLUMNS, schools.read_child, schools.enter_child),
    }
)


async def run(database: Database, kind: str, file: Path, progress: Progress) -> Summary:
    """Import a file of a kind in `KINDS`; doing it again changes nothing.

    Raises UnreadableFile (its message is for the officer) before anything was entered, OSError, and KeyError for another kind.
    """
    return await import_file(database, KINDS[kind], file, progress)
