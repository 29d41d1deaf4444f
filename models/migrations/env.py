"""Alembic's environment. `models.migrations.upgrade` is the way in; the url and the connection come from there."""

from alembic import context
from sqlalchemy.engine import Connection

from models.schema import metadata


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True
    )
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
