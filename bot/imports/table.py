"""A CSV file, row by row: as large as it likes, in UTF-8 or GB18030, with a header that names the columns. Everything here blocks."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from models.base.errors import BadInput

UTF_8 = "utf-8-sig"  # with or without BOM
GB18030 = "gb18030"  # what spreadsheets in China write otherwise
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
BROKEN = re.compile(r"[\udc80-\udcff]")  # bytes that are not UTF-8, as `surrogateescape` shows them


class UnreadableFile(ValueError):
    """The file as a whole cannot be imported; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row by column name; `line` is where it begins in the file, `problem` why its cells cannot be told apart."""

    line: int
    cells: Mapping[str, str]
    problem: BadInput | None = None


class Table:
    """An open file. `lines` is how many it has in all, `line` how many are read."""

    def __init__(self, path: Path, needed: Sequence[str]) -> None:
        """Raises UnreadableFile and OSError."""
        encoding, self.lines = _survey(path)
        self._file = path.open(encoding=encoding, newline="")
        self._reader = csv.reader(self._file, strict=True)
        try:
            self.columns = _columns(self._reader, path.name, needed)
        except UnreadableFile:
            self.close()
            raise
        self._rows = self._read()

    @property
    def line(self) -> int:
        return self._reader.line_num

    def take(self, count: int) -> list[Row]:
        """The next rows, fewer at the end."""
        return list(islice(self._rows, count))

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def _read(self) -> Iterator[Row]:
        while True:
            line = self.line + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error:  # the reader goes on with the next line
                yield Row(line, {}, BadInput("row.unreadable"))
                continue
            if any(cells):
                yield self._row(line, cells)

    def _row(self, line: int, cells: Sequence[str]) -> Row:
        named = dict(zip(self.columns, (cell.strip() for cell in cells), strict=False))
        problem = None
        if len(cells) < len(self.columns) or any(cells[len(self.columns) :]):
            problem = BadInput("row.cells")
        elif CONTROL.search("".join(named.values())):
            problem = BadInput("row.unreadable")
        return Row(line, named, problem)


def _survey(path: Path) -> tuple[str, int]:
    """The encoding of the file and its number of lines. Raises UnreadableFile.

    A few broken characters make no GB18030 of a UTF-8 file: read so, its names would become other, well-written names.
    """
    lines = utf8 = others = first = 0
    with path.open(encoding=UTF_8, errors="surrogateescape", newline="") as file:
        for lines, line in enumerate(file, start=1):
            if BROKEN.search(line):
                first, others = first or lines, others + 1
            elif not line.isascii():
                utf8 += 1
    if not others:
        return UTF_8, lines
    if others <= utf8 or not _is_gb18030(path):
        raise UnreadableFile(f"{path.name}: line {first} is damaged. Save the file as 'CSV UTF-8' once more.")
    return GB18030, lines


def _is_gb18030(path: Path) -> bool:
    try:
        with path.open(encoding=GB18030, newline="") as file:
            return all(file)
    except UnicodeDecodeError:
        return False


def _columns(reader: Iterator[list[str]], name: str, needed: Sequence[str]) -> list[str]:
    try:
        columns = [cell.strip().lower() for cell in next(reader, [])]
    except csv.Error as problem:
        raise UnreadableFile(
            f"{name}: the header has an unclosed quotation mark. Mend its first line."
        ) from problem
    if missing := [column for column in needed if column not in columns]:
        raise UnreadableFile(
            f"{name}: the header lacks {', '.join(missing)}. Its first line must name: {', '.join(needed)}."
        )
    if twice := sorted({column for column in columns if column and columns.count(column) > 1}):
        raise UnreadableFile(f"{name}: the header names {', '.join(twice)} twice. Take out one of them.")
    return columns
