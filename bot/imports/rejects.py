"""`FILE.rejected.csv`: the rows that were not taken, with line and reason, to be mended there and imported again. All of it blocks."""

import csv
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

LINE, REASON = "line", "reason"


class Rejects:
    """The rejects of one file. Nothing is left on the disk while there are none."""

    def __init__(self, source: Path, columns: Sequence[str]) -> None:
        self.path = source.with_name(f"{source.stem}.rejected.csv")
        self._source = source
        self._columns = [name for name in columns if name not in (LINE, REASON)] + [LINE, REASON]
        self._file: IO[str] | None = None

    def clear(self) -> None:
        """Take away what an earlier import left."""
        self.path.unlink(missing_ok=True)

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows of the original columns, `line` and `reason`."""
        for row in rows:
            self._writer().writerow(row)
        if self._file:
            self._file.flush()

    def close(self) -> None:
        """Finish the file, if there is one."""
        if self._file:
            self._file.close()

    def _writer(self) -> "csv.DictWriter[str]":
        if self._file:
            return csv.DictWriter(self._file, self._columns, extrasaction="ignore")
        self._file = self.path.open("w", encoding="utf-8-sig", newline="")  # spreadsheets need the BOM
        shutil.copymode(self._source, self.path)  # as private as the file it came from
        writer = csv.DictWriter(self._file, self._columns, extrasaction="ignore")
        writer.writeheader()
        return writer
