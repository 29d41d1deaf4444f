"""A rolling upgrade: migrate first, and the version before goes on working on the new schema until its last process has ended."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, Table, insert, select, text, types, update
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from bot import health
from bot.services import SERVICES
from models import migrations
from models.base.db import Database
from models.post import outbox
from models.post.notices import Content, pack
from models.post.tables import PARAMS
from models.schema import metadata
from tests.conftest import START
from tests.databases import on_postgresql
from tests.deploy.conftest import LONG, Fresh, Opened
from tests.service import Fakes, assembled

SCRIPTS = ScriptDirectory.from_config(migrations.configuration())
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]
STEPS = [pytest.param(before, after, id=f"{before}-{after}") for before, after in pairwise(REVISIONS)]
VALUES: Sequence[tuple[type[types.TypeEngine[Any]], Any]] = (
    (types.Boolean, lambda n: bool(n)),
    (types.Integer, lambda n: n),
    (types.DateTime, lambda n: datetime(2026, 3, n, tzinfo=UTC)),
    (types.Date, lambda n: date(2026, 3, n)),
    (types.Time, lambda n: time(n)),
    (types.LargeBinary, lambda n: bytes([n]) * 32),
    (types.JSON, lambda n: {"n": n}),
    (types.String, lambda n: str(n)),
)
OLD_NOTICE = text(
    "INSERT INTO outbox (kind, channel, person_id, subject, params, key, due_at, created_at)"
    " VALUES ('case_paid', 'sms', NULL, '442012003481', :params, :key, :at, :at)"
)


def row_of(table: Table, n: int) -> dict[str, Any]:
    """The n-th row of a table, every column filled; rows of other tables that it names are their n-th."""
    return {column.name: value_of(column, n) for column in table.columns}


def value_of(column: Column[Any], n: int) -> Any:
    value = next(make(n) for kind, make in VALUES if isinstance(column.type, kind))
    naive = isinstance(value, datetime) and not getattr(column.type, "timezone", False)
    return value.replace(tzinfo=None) if naive else value


class OldCode:
    """What the version of a revision writes: its tables as they were then, and nothing that came later."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.tables = MetaData()

    async def learn(self) -> None:
        await self._do(lambda connection: self.tables.reflect(connection))
        self.tables.remove(self.tables.tables["alembic_version"])

    async def write(self, n: int) -> None:
        """One row into each table, and each changed once."""
        await self._do(lambda connection: self._write(connection, n))

    def _write(self, connection: Connection, n: int) -> None:
        for table in self.tables.sorted_tables:
            connection.execute(insert(table), row_of(table, n))
            key, *_ = table.primary_key.columns
            connection.execute(update(table).where(key == value_of(key, n)).values(row_of(table, n)))

    async def _do(self, act: Any) -> None:
        engine = create_async_engine(self.url)
        async with engine.begin() as connection:
            await connection.run_sync(act)
        await engine.dispose()


@pytest.mark.parametrize(("before", "after"), STEPS)
async def test_the_old_version_writes_on_the_new_schema(
    before: str, after: str, fresh: Fresh, opened: Opened
) -> None:
    url = await fresh()
    await migrations.upgrade(url, before)
    old = OldCode(url)
    await old.learn()
    await old.write(1)
    await migrations.upgrade(url, after)
    await old.write(2)
    await migrations.upgrade(url)
    async with opened(url).read(patience=LONG) as work:
        for table in metadata.sorted_tables:
            if table.name in old.tables.tables:
                assert len(await work.all(select(table))) == 2, table.name


async def test_an_outbox_row_without_a_trace_goes_out(fresh: Fresh, opened: Opened) -> None:
    """Queued by the version before, once before the upgrade and once after it; claimed and opened by this one."""
    url = await fresh()
    await migrations.upgrade(url, "0001")
    database = opened(url)
    await queue_as_before(database, "one")
    await migrations.upgrade(url)
    await queue_as_before(database, "two")
    async with database.begin("system:test") as work:
        claimed = await outbox.claim(work, limit=10, lease=START - START.replace(hour=9))
        assert [(notice.key, notice.trace, notice.params) for notice in claimed] == [
            ("one", "", {"once": "one"}),
            ("two", "", {"once": "two"}),
        ]


async def queue_as_before(database: Database, key: str) -> None:
    async with database.begin("system:test") as work:
        at = work.wall.astimezone(UTC)
        at_there = (
            at if database.dialect == "postgresql" else at.replace(tzinfo=None).isoformat(" ") + ".000000"
        )
        sealed = work.seal(pack(Content({"once": key})), PARAMS)
        await work.run(OLD_NOTICE, {"params": sealed, "key": key, "at": at_there})


def test_revisions_are_numbered_and_never_serve_fewer_again() -> None:
    names = [migrations.NUMBERED.fullmatch(name) for name in REVISIONS]
    assert all(names), REVISIONS
    numbers = [int(name[1]) for name in names if name]
    floors = [int(name[2] or 1) for name in names if name]
    assert numbers == list(range(1, len(numbers) + 1))
    assert floors == sorted(floors)
    assert all(floor < number or number == 1 for floor, number in zip(floors, numbers, strict=True))


@pytest.mark.parametrize(
    ("found", "known", "newer", "serves"),
    [
        pytest.param("0002", "0002", False, True, id="its own"),
        pytest.param("0001", "0002", False, False, id="older: not migrated yet"),
        pytest.param("0003", "0002", True, True, id="newer, added to only"),
        pytest.param("0031", "0002", True, True, id="much newer, added to only"),
        pytest.param("0009_from_0002", "0002", True, True, id="takes away what 0002 does not use any more"),
        pytest.param("0009_from_0003", "0002", True, False, id="takes away what 0002 uses"),
        pytest.param("0009_from_0007", "0009_from_0007", False, True, id="its own, after taking away"),
        pytest.param("0010_from_0007", "0009_from_0007", True, True, id="after taking away"),
        pytest.param("0008", "0009_from_0007", False, False, id="older, before taking away"),
        pytest.param(None, "0002", False, False, id="no tables"),
        pytest.param("a1b2c3", "0002", False, False, id="another program's"),
    ],
)
def test_which_schemas_serve_which_code(found: str | None, known: str, newer: bool, serves: bool) -> None:
    assert (migrations.newer(found, known), migrations.serves(found, known)) == (newer, serves)


async def at_revision(database: Database, name: str) -> None:
    async with database.begin("system:test") as work:
        await work.run(text("UPDATE alembic_version SET version_num = :name"), {"name": name})


@pytest.fixture
async def old_process(database: Database, aiohttp_client: Any) -> TestClient[Any, Any]:
    """The web port of this version, which newer schemas make an old one."""
    app = web.Application()
    app[SERVICES] = assembled(database, Fakes()).services
    health.add_routes(app, None)
    client: TestClient[Any, Any] = await aiohttp_client(app)
    return client


@pytest.mark.parametrize(
    ("schema", "status", "reason"),
    [
        pytest.param("0099", 200, None, id="serves it"),
        pytest.param("0099_from_0098", 503, "schema: upgrade this version", id="too new for it"),
        pytest.param("0000", 503, "schema: run `shimin migrate`", id="too old for it"),
    ],
)
async def test_an_old_process_stays_ready_while_the_schema_serves_it(
    database: Database, old_process: TestClient[Any, Any], schema: str, status: int, reason: str | None
) -> None:
    try:
        await at_revision(database, schema)
        answer = await old_process.get("/readyz")
        assert (answer.status, (await answer.json()).get("reason")) == (status, reason)
    finally:
        await at_revision(database, REVISIONS[-1])


async def test_going_back_a_version_leaves_the_newer_schema(fresh: Fresh, opened: Opened) -> None:
    """`shimin migrate` of the old version, as its start runs it: nothing to do, or one clear line."""
    url = await fresh()
    await migrations.upgrade(url)
    database = opened(url)
    await at_revision(database, "0099")
    await migrations.upgrade(url)
    async with database.read() as work:
        assert await migrations.revision_of(work) == "0099"
    await at_revision(database, "0099_from_0098")
    with pytest.raises(migrations.CannotMigrate, match="start the newer version"):
        await migrations.upgrade(url)


@on_postgresql
async def test_a_migration_does_not_make_everybody_wait_behind_a_dump(
    fresh: Fresh, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_SECONDS", 0.05)
    url = await fresh()
    await migrations.upgrade(url, "0001")
    async with opened(url).begin("system:dump") as work:
        await work.run(text("LOCK TABLE outbox IN ACCESS SHARE MODE"))
        with pytest.raises(migrations.CannotMigrate, match="try again"):
            await migrations.upgrade(url)
    await migrations.upgrade(url)


def test_what_takes_away_says_whom_it_still_serves() -> None:
    """Nothing in an upgrade drops a table or a column, unless the revision's name says from where it serves."""
    for name in REVISIONS:
        match = migrations.NUMBERED.fullmatch(name)
        source = Path(SCRIPTS.get_revision(name).path).read_text("utf-8")
        up, _, _ = source.partition("def downgrade")
        takes_away = any(word in up for word in ("drop_table", "drop_column", "rename_table"))
        assert not takes_away or (match and match[2]), name
