#!/usr/bin/env python3
"""Back up and restore the database that `SHIMIN_DATABASE_URL` names, while the service runs. Needs Python alone, and for PostgreSQL its
own `pg_dump`, `pg_restore` and `psql`, of the server's major version.

    backup.py dump FOLDER     one consistent file in FOLDER, readable by its owner only, looked through once; prints its name
    backup.py restore FILE    into an empty database; a database with anything in it is refused

The keys are not in the file: without SHIMIN_VAULT__KEYS and SHIMIN_VAULT__INDEX_KEY it opens nothing, and they are kept elsewhere.
What had not left at the time of the dump may have left since: a restored notice is looked up at its provider before it is sent.
"""

import argparse
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

ASK_FIRST = "UPDATE outbox SET sent_before = true WHERE state IN ('pending', 'claimed')"
WHAT_IS_THERE = (
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
)


class Stopped(Exception):
    """The message says why, and for whom."""


class Sqlite:
    """A file, opened as the service's user. It is never copied: what is in its WAL would be missing, or half there."""

    ending = "sqlite"

    def __init__(self, file: Path) -> None:
        self._file = file

    def dump(self, to: Path) -> None:
        if not self._file.exists():
            raise Stopped(f"there is no database {self._file}")
        with closing(sqlite3.connect(f"file:{self._file}?mode=rw", uri=True, timeout=60)) as live:
            live.execute("VACUUM INTO ?", (str(to),))
        self._look_through(to)

    def restore(self, file: Path) -> None:
        self._look_through(file)
        if any(Path(f"{self._file}{part}").exists() for part in ("", "-wal", "-shm")):
            raise Stopped(f"{self._file} is there already; nothing was changed")
        half = self._file.with_name(f"{self._file.name}.half")
        half.unlink(missing_ok=True)
        with closing(sqlite3.connect(file)) as kept, closing(sqlite3.connect(half)) as new:
            kept.backup(new)
            new.execute(ASK_FIRST)
            new.commit()
        half.rename(self._file)

    @staticmethod
    def _look_through(file: Path) -> None:
        try:
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
                [(verdict,), *_] = copy.execute("PRAGMA integrity_check").fetchall()
        except sqlite3.DatabaseError as problem:
            verdict = str(problem)
        if verdict != "ok":
            raise Stopped(f"{file} is not a whole database: {verdict}")


class Postgresql:
    """A server. Host, user and password reach the tools by their environment: a command line can be read by everybody."""

    ending = "dump"

    def __init__(self, url: SplitResult) -> None:
        asked = {name: values[-1] for name, values in parse_qs(url.query).items()}
        found = {
            "PGHOST": asked.get("host") or url.hostname,
            "PGPORT": asked.get("port") or (str(url.port) if url.port else None),
            "PGUSER": asked.get("user") or unquote(url.username or ""),
            "PGPASSWORD": asked.get("password") or unquote(url.password or ""),
            "PGSSLMODE": asked.get("ssl") or asked.get("sslmode"),
            "PGDATABASE": unquote(url.path.removeprefix("/")),
        }
        self._environment = {name: value for name, value in found.items() if value}

    def dump(self, to: Path) -> None:
        self._run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={to}")
        self._run("pg_restore", "--list", str(to))

    def restore(self, file: Path) -> None:
        self._run("pg_restore", "--list", str(file))
        if self._run("psql", "-XAtqc", WHAT_IS_THERE).strip() != "0":
            raise Stopped("there is something in that database already; nothing was changed")
        name = self._environment["PGDATABASE"]
        whole = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
        self._run("pg_restore", *whole, f"--dbname={name}", str(file))
        self._run("psql", "-XAtqc", f"{ASK_FIRST}; ANALYZE")

    def _run(self, *command: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - our own words, and no shell
                command, env={**os.environ, **self._environment}, capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            raise Stopped(f"{command[0]} is not installed (PostgreSQL's client programs)") from None
        if done.returncode:
            raise Stopped(f"{command[0]}: {done.stderr.strip()}")
        return done.stdout


def database(environment: Mapping[str, str]) -> Sqlite | Postgresql:
    """The database of the service."""
    url = environment.get("SHIMIN_DATABASE_URL", "")
    scheme, _, rest = url.partition("://")
    if scheme == "postgresql+asyncpg":
        return Postgresql(urlsplit(f"postgresql://{rest}"))
    if scheme == "sqlite+aiosqlite" and rest.startswith("/"):
        return Sqlite(Path(rest[1:]))
    raise Stopped("SHIMIN_DATABASE_URL must be postgresql+asyncpg:// or sqlite+aiosqlite:///")


def dump(of: Sqlite | Postgresql, folder: Path) -> Path:
    """A new file, or none: it has its name only once it is whole."""
    if not folder.is_dir():
        raise Stopped(f"there is no folder {folder}")
    file = folder / f"shimin-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.{of.ending}"
    half = file.with_suffix(".half")
    try:
        of.dump(half)
        with half.open("rb") as written:
            os.fsync(written.fileno())
        half.rename(file)
    finally:
        half.unlink(missing_ok=True)
    return file


def main() -> None:
    """Exit status 1, and one line, when it did not work."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("dump").add_argument("folder", type=Path)
    commands.add_parser("restore").add_argument("file", type=Path)
    asked = parser.parse_args()
    os.umask(0o077)
    try:
        if asked.command == "dump":
            sys.stdout.write(f"{dump(database(os.environ), asked.folder)}\n")
        else:
            database(os.environ).restore(asked.file)
    except Stopped as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
