"""A row of violations from the police's own system."""

from collections.abc import Mapping

from bot.reports import FIELDS, read_report
from models.base.db import Work
from models.identity.acts import ENTRY_NEW, ENTRY_UNCHANGED
from models.violations.acts import record

COLUMNS = FIELDS


async def enter(work: Work, row: Mapping[str, str]) -> str:
    """New or unchanged. Raises Refusal."""
    recorded = await record(work, read_report(row))
    return ENTRY_NEW if recorded.new else ENTRY_UNCHANGED
