"""The tables of the models are the tables of the migrations, and all of them are known."""

import asyncio
import importlib
import pkgutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from blockbuster import BlockBuster
from sqlalchemy import Table, create_engine, inspect

import models
from models import migrations
from models.schema import MODULES, metadata

VERSION_TABLE = "alembic_version"


@pytest.fixture(autouse=True)
def alembic_reads_files(loop_never_blocks: BlockBuster) -> None:
    """Migrating has its loop for itself."""
    loop_never_blocks.deactivate()


def tables_of(file: Path) -> set[str]:
    engine = create_engine(f"sqlite:///{file}")
    names = set(inspect(engine).get_table_names()) - {VERSION_TABLE}
    engine.dispose()
    return names


def test_migrations_end_where_the_models_are(migrated: Path) -> None:
    engine = create_engine(f"sqlite:///{migrated}")
    with engine.connect() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), metadata
        )
    engine.dispose()
    assert differences == []


def test_up_down_and_up_again(tmp_path: Path) -> None:
    file = tmp_path / "town.db"
    url = f"sqlite+aiosqlite:///{file}"
    asyncio.run(migrations.upgrade(url))
    assert tables_of(file) == set(metadata.tables)
    asyncio.run(migrations.downgrade(url, "base"))
    assert tables_of(file) == set()
    asyncio.run(migrations.upgrade(url))
    assert tables_of(file) == set(metadata.tables)


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
