"""What acts left behind, as tests ask for it."""

from typing import Any, Self

from sqlalchemy import Table, event, func, select

from models.base.audit import events
from models.base.db import Work
from models.post.outbox import outbox
from models.schema import metadata

COUNTS = select(
    *(
        select(func.count()).select_from(table).scalar_subquery().label(table.name)
        for table in metadata.sorted_tables
    )
)


async def count(work: Work, table: Table, **equal: Any) -> int:
    """How many rows have these values."""
    where = [table.c[name] == value for name, value in equal.items()]
    return int(await work.scalar(select(func.count()).select_from(table).where(*where)))


async def counts(work: Work) -> dict[str, int]:
    """How many rows each table has, in one statement."""
    [found] = await work.all(COUNTS)
    return dict(found._mapping)


async def queued(work: Work) -> list[tuple[str, str, str]]:
    """Kind, channel and subject of everything that waits to go out, oldest first."""
    waiting = select(outbox).where(outbox.c.state == "pending").order_by(outbox.c.id)
    return [(row.kind, row.channel, row.subject) for row in await work.all(waiting)]


async def audited(work: Work, subject: str) -> list[str]:
    """The actions on record for a subject, oldest first."""
    about = select(events.c.action).where(events.c.subject == subject).order_by(events.c.id)
    return [row.action for row in await work.all(about)]


class Statements:
    """What the database is asked while it listens: the first word of each statement."""

    def __init__(self, work: Work) -> None:
        self._engine = work.writing.engine.sync_engine
        self.heard: list[str] = []

    def __enter__(self) -> Self:
        event.listen(self._engine, "before_cursor_execute", self._hear)
        return self

    def __exit__(self, *problem: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._hear)

    def _hear(self, connection: object, cursor: object, statement: str, *rest: object) -> None:
        self.heard.append(statement.split()[0])
