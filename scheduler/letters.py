"""From due rows to letters: claimed in batches, asked whether they are still true, and given all that their sentences name.

One batch is one unit of work with a few statements, however many rows. What cannot be written is put off and stops nobody.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from models.base.clock import at
from models.base.db import Database, Work
from models.base.tariff import Quiet
from models.base.texts import CHINESE
from models.identity import acts as identity
from models.post import outbox
from models.post.notices import Channel, Kinds, Notice
from scheduler.halves import by_halves
from scheduler.senders import Letter

BATCH = 500
LEASE = timedelta(seconds=60)
PATIENCE = 20.0  # seconds for a statement: a look back while an old snapshot is open goes past all that was done since
PUT_OFF = timedelta(minutes=15)  # what this release cannot write: the next one may, or an operator mends it
# Looking back to the beginning of what is due may cost a twentieth of the time: all that was done lies there while an old
# snapshot is open.
LOOK_BACK_SHARE = 20
LOOK_BACK_SECONDS = 1.0
log = structlog.get_logger()


class Letters:
    """Claims batch after batch, for one worker."""

    def __init__(self, database: Database, kinds: Kinds) -> None:
        self._database = database
        self._kinds = kinds
        self._cursor = outbox.Cursor()
        self._look_back_at = 0.0

    async def all_due(self) -> tuple[list[Letter], int]:
        """A batch from the beginning, and how many rows it took: none when nothing at all is due."""
        self._cursor.place = None
        return await self._claim()

    async def next(self) -> tuple[list[Letter], int]:
        """A batch of what has become due since the last; from the beginning when it is time to look back."""
        began = time.monotonic()
        if began < self._look_back_at:
            return await self._claim()
        batch = await self.all_due()
        took = time.monotonic() - began
        self._look_back_at = time.monotonic() + max(LOOK_BACK_SECONDS, took * LOOK_BACK_SHARE)
        return batch

    async def _claim(self) -> tuple[list[Letter], int]:
        """Committed, lease and all, before anything leaves."""
        async with self._database.begin("system:delivery", patience=PATIENCE) as work:
            claimed = await outbox.claim(work, limit=BATCH, lease=LEASE, cursor=self._cursor)
            known = await self._known(work, claimed)
            return await self._written(work, known), self._cursor.found

    async def _known(self, work: Work, notices: Sequence[Notice]) -> list[Notice]:
        """Without those of a kind that only a newer release knows."""
        known = [notice for notice in notices if notice.kind in self._kinds.by_name]
        strange = [notice for notice in notices if notice.kind not in self._kinds.by_name]
        for notice in strange:
            log.error("kind_unknown", kind=notice.kind, outbox_id=notice.id)
        await outbox.put_off(work, [notice.id for notice in strange], PUT_OFF, "kind_unknown")
        return known

    async def _written(self, work: Work, notices: Sequence[Notice]) -> list[Letter]:
        letters: list[Letter] = []

        async def write(some: Sequence[Notice]) -> None:
            async with work.attempt():
                letters.extend(await self._write(work, some))

        async def put_off(notice: Notice, problem: Exception) -> None:
            log.error("letter_failed", kind=notice.kind, outbox_id=notice.id, exc_info=problem)
            await outbox.put_off(work, [notice.id], PUT_OFF, "letter_failed")

        if notices:
            await by_halves(notices, write, put_off)
        return letters

    async def _write(self, work: Work, notices: Sequence[Notice]) -> list[Letter]:
        true = await self._still_true(work, notices)
        await outbox.drop(work, [notice.id for notice in notices if notice.id not in true], "no longer true")
        going = await self._by_day(work, [notice for notice in notices if notice.id in true])
        readers = await identity.readers(work, {n.person_id for n in going if n.person_id is not None})
        moments = await self._moments(work, going)
        return [_letter(work, notice, readers, moments[notice.id]) for notice in going]

    async def _still_true(self, work: Work, notices: Iterable[Notice]) -> set[int]:
        true: set[int] = set()
        for name, group in by_kind(notices).items():
            true |= await self._kinds[name].still_true(work, group)
        return true

    async def _by_day(self, work: Work, notices: Sequence[Notice]) -> Sequence[Notice]:
        """Quiet hours: texts other than codes and unlock confirmations wait for the morning."""
        morning = quiet_until(work.now, work.city.tariff.quiet)
        if morning is None:
            return notices
        waiting = {
            notice.id
            for notice in notices
            if notice.channel is Channel.SMS and not self._kinds[notice.kind].in_quiet_hours
        }
        await outbox.put_off(work, waiting, morning - work.now, "quiet hours")
        return [notice for notice in notices if notice.id not in waiting]

    async def _moments(self, work: Work, notices: Iterable[Notice]) -> dict[int, Mapping[str, Any]]:
        moments: dict[int, Mapping[str, Any]] = {}
        for name, group in by_kind(notices).items():
            moments |= await self._kinds[name].moment(work, group)
        return moments


def by_kind(notices: Iterable[Notice]) -> Mapping[str, list[Notice]]:
    """The notices of each kind, in their order."""
    kinds: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        kinds[notice.kind].append(notice)
    return kinds


def quiet_until(now: datetime, quiet: Quiet) -> datetime | None:
    """The end of the quiet hours that hold now (civic); None by day. They span midnight."""
    clock = now.timetz().replace(tzinfo=None)
    if clock >= quiet.begins:
        return at(now.date() + timedelta(days=1), quiet.ends)
    return at(now.date(), quiet.ends) if clock < quiet.ends else None


def _letter(
    work: Work, notice: Notice, readers: Mapping[int, identity.Reader], moment: Mapping[str, Any]
) -> Letter:
    """Raises KeyError for a person nobody knows."""
    reader = readers[notice.person_id] if notice.person_id is not None else None
    language = notice.language or (reader.language if reader else CHINESE)
    return Letter(notice, reader, language, {**work.city.figures, **notice.params, **moment})
