"""Records that survive a restart: one append-only JSON-lines file per kind, the last line of a key wins.

Lines are written by a thread of their own, in order, so that no disk keeps the event loop waiting.
"""

import dataclasses
import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Generic, TypeVar

R = TypeVar("R")
log = logging.getLogger(__name__)


class Shelf(Generic[R]):
    """Records of one dataclass (JSON types only) by key, in the order of their first arrival.

    Each `put` appends one line, so an event costs the same however much is on the shelf. A last line that a crash
    tore is dropped; anything else that cannot be read raises ValueError.
    """

    def __init__(self, path: Path, kind: type[R], key: Callable[[R], str]) -> None:
        self._kind, self._key = kind, key
        self._records: dict[str, R] = {}
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = path.open("a+b")
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix=path.name)
        try:
            self._replay()
        except ValueError:
            self.close()
            raise

    def put(self, record: R) -> R:
        """Keep the record, in place of an earlier one with its key; returns it."""
        line = json.dumps(_fields(record), ensure_ascii=False)
        self._writer.submit(self._write, line.encode() + b"\n").add_done_callback(_say_if_lost)
        self._records[self._key(record)] = record
        return record

    def get(self, key: str) -> R | None:
        """The record of this key."""
        return self._records.get(key)

    def __iter__(self) -> Iterator[R]:
        """Iterate over a copy, oldest first: the shelf may grow meanwhile."""
        return iter(list(self._records.values()))

    def __len__(self) -> int:
        """How many keys there are."""
        return len(self._records)

    def close(self) -> None:
        """Write what is still to be written and let go of the file."""
        self._writer.shutdown()
        self._file.close()

    def _write(self, line: bytes) -> None:
        self._file.write(line)
        self._file.flush()

    def _replay(self) -> None:
        self._file.seek(0)
        for number, line in enumerate(self._file, 1):
            if not line.endswith(b"\n"):
                self._file.truncate(self._file.tell() - len(line))
                return
            try:
                record = self._kind(**json.loads(line))
            except (ValueError, TypeError) as error:
                raise ValueError(f"{self._file.name}, line {number}: {error}") from error
            self._records[self._key(record)] = record


def _fields(record: Any) -> dict[str, Any]:
    return dataclasses.asdict(record)


def _say_if_lost(written: Future[None]) -> None:
    if error := written.exception():
        log.error("a record was not written", exc_info=error)
