"""Rows of violations from the police's own system."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.reports import FIELDS, read_report
from models.base.db import Work
from models.base.errors import Refusal
from models.identity.acts import ENTRY_NEW, ENTRY_UNCHANGED
from models.violations.acts import Recorded, Report, record
from models.violations.entering import record_all

COLUMNS = FIELDS


def read(row: Mapping[str, str], today: date) -> Report:
    """Raises BadInput."""
    del today
    return read_report(row)


async def enter(work: Work, report: Report) -> str:
    """New or unchanged. Raises Refusal."""
    return _outcome(await record(work, report))


async def enter_all(work: Work, reports: Sequence[Report]) -> list[str | Refusal]:
    """The same for many."""
    recorded = await record_all(work, reports)
    return [each if isinstance(each, Refusal) else _outcome(each) for each in recorded]


def _outcome(recorded: Recorded) -> str:
    return ENTRY_NEW if recorded.new else ENTRY_UNCHANGED
