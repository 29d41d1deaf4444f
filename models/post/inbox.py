"""What came in and must take effect once: messages of writing commands, and API calls with an Idempotency-Key.

The row is written in the transaction of its effects, together with the answer; a duplicate meets the unique key, waits for the
first one's commit and is given the stored answer.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, String, Table, Text, select, update

from models.base.db import Instant, Work, metadata

inbox = Table(
    "inbox",
    metadata,
    Column("source", String(32), primary_key=True),
    Column("key", LargeBinary(32), primary_key=True),
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("answer", Text),
    Column("at", Instant, nullable=False),
)
ANSWER = "inbox.answer"


@dataclass(frozen=True, slots=True)
class Stored:
    """What was answered the first time; `fingerprint` tells whether the same thing was asked."""

    answer: Any
    fingerprint: bytes


async def claim(work: Work, source: str, key: str, fingerprint: bytes = b"") -> Stored | None:
    """Claim a message for this unit of work. None: it is ours to handle. Otherwise what was answered before."""
    index = work.index(key, f"inbox.{source}")
    row = {"source": source, "key": index, "fingerprint": fingerprint, "at": work.wall}
    if await work.insert_new(inbox, row):
        return None
    found = await work.first(select(inbox).where(inbox.c.source == source, inbox.c.key == index))
    if found is None or found.answer is None:
        raise LookupError("a claimed message without its answer")
    return Stored(work.city.vault.open_json(found.answer, ANSWER), found.fingerprint)


async def find(work: Work, source: str, key: str) -> Any:
    """The stored answer to this message, or None: it was never handled here."""
    mine = (inbox.c.source == source) & (inbox.c.key == work.index(key, f"inbox.{source}"))
    stored = await work.scalar(select(inbox.c.answer).where(mine))
    return work.city.vault.open_json(stored, ANSWER) if stored else None


async def answer(work: Work, source: str, key: str, value: Any) -> None:
    """Store the answer (anything JSON can hold), sealed."""
    mine = (inbox.c.source == source) & (inbox.c.key == work.index(key, f"inbox.{source}"))
    await work.run(update(inbox).where(mine).values(answer=work.city.vault.seal_json(value, ANSWER)))
