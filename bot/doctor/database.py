"""The database: reachable, and its schema this version's, or a newer one that serves it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.doctor.finding import Finding, fail, ok
from bot.settings import Settings
from models import migrations

SECONDS = 10.0


async def look(settings: Settings) -> Sequence[Finding]:
    """A driver's message may quote the password, so only its kind is told."""
    if _is_missing_file(settings.database_url):  # connecting would make an empty one
        return [fail("the file of SHIMIN_DATABASE_URL does not exist", "run `shimin migrate`")]
    try:
        async with asyncio.timeout(SECONDS):
            revision = await _revision(settings.database_url)
    except Exception as problem:  # each driver has its own
        kind = type(problem).__name__
        return [
            fail(f"does not answer ({kind})", "check SHIMIN_DATABASE_URL, and that the database is running")
        ]
    known = str(migrations.head())
    if not migrations.serves(revision, known):
        what = "upgrade this version" if migrations.newer(revision, known) else "run `shimin migrate`"
        return [fail(f"its schema is {revision or 'empty'}, not {known}", what)]
    return [ok(f"answers, schema {revision}")]


async def _revision(url: str) -> str | None:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(migrations.revision)
    finally:
        await engine.dispose()


def _is_missing_file(url: str) -> bool:
    parsed = make_url(url)
    file = parsed.database or ":memory:"
    return parsed.get_backend_name() == "sqlite" and file != ":memory:" and not Path(file).exists()
