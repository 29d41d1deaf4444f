"""The tables of the models are the tables of the migrations, and all of them are known."""

import asyncio
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from blockbuster import BlockBuster
from sqlalchemy import Connection, Table, inspect
from sqlalchemy.ext.asyncio import create_async_engine

import models
from models import migrations
from models.schema import MODULES, metadata
from tests.databases import SQLITE, created, dropped, written

T = TypeVar("T")
VERSION_TABLE = "alembic_version"


@pytest.fixture(autouse=True)
def alembic_reads_files(loop_never_blocks: BlockBuster) -> None:
    """Migrating has its loop for itself."""
    loop_never_blocks.deactivate()


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if dialect == SQLITE:
        yield f"sqlite+aiosqlite:///{tmp_path / 'town.db'}"
        return
    server: str = request.getfixturevalue("postgresql")
    url = asyncio.run(created(server))
    yield written(url)
    asyncio.run(dropped(server, url))


def told(url: str, question: Callable[[Connection], T]) -> T:
    """What a database says of itself."""

    async def ask() -> T:
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            answer = await connection.run_sync(question)
        await engine.dispose()
        return answer

    return asyncio.run(ask())


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {VERSION_TABLE}


def differences(connection: Connection) -> list[Any]:
    on_postgresql = connection.dialect.name == "postgresql"  # SQLite writes defaults in its own way
    options = {"compare_type": True, "compare_server_default": on_postgresql}
    found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    return found


def test_migrations_end_where_the_models_are(empty_url: str) -> None:
    asyncio.run(migrations.upgrade(empty_url))
    assert told(empty_url, differences) == []


def test_up_down_and_up_again(empty_url: str) -> None:
    for _ in range(2):
        asyncio.run(migrations.upgrade(empty_url))
        assert told(empty_url, tables) == set(metadata.tables)
        asyncio.run(migrations.downgrade(empty_url, "base"))
        assert told(empty_url, tables) == set()


def test_every_module_that_defines_tables_is_in_the_schema() -> None:
    defining = {
        module.name
        for module in pkgutil.walk_packages(models.__path__, "models.")
        if not module.name.startswith("models.migrations") and defines_tables(module.name)
    }
    assert defining == {module.__name__ for module in MODULES}


def defines_tables(name: str) -> bool:
    """Tables imported from elsewhere do not count."""
    module = importlib.import_module(name)
    assert module.__file__
    defined = {key for key, value in vars(module).items() if isinstance(value, Table)}
    source = Path(module.__file__).read_text("utf-8")
    return any(f"\n{key} = Table(" in source for key in defined)
