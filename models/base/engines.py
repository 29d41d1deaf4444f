"""How the two databases are reached: pools, settings, and the readers that merge.

SQLite has one writer: writing units queue for one connection and begin IMMEDIATE, readers never wait (WAL). On PostgreSQL both come
from one pool; reads commit by themselves. A connection that the server closed meanwhile is found out when it is taken from the pool,
without a question to the server.
"""

from typing import Any

from sqlalchemy import event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from models.base.lanes import PostgresqlReader
from models.base.limits import Limits
from models.base.merging import Reader, SqliteReader

SQLITE_BUSY_MS = 3000  # well under the 5 s in which WeChat wants its answer
POOL = {"pool_size": 20, "max_overflow": 20, "pool_timeout": 2}
# A unit of work that is silent for so long has lost its process; what it holds is let go.
SERVER_SETTINGS = {
    "application_name": "shimin",
    "jit": "off",
    "idle_in_transaction_session_timeout": "15000",
}
STATEMENTS_KEPT = 500  # prepared, on a connection
OF_SQLALCHEMY = ("prepared_statement_cache_size", "prepared_statement_name_func")  # the rest are asyncpg's


def engines(url: str, limits: Limits) -> tuple[AsyncEngine, AsyncEngine]:
    """Reader and writer."""
    if not url.startswith("sqlite"):
        engine = _postgresql(url, limits)
        return engine.execution_options(isolation_level="AUTOCOMMIT"), engine
    reader = create_async_engine(url, isolation_level="AUTOCOMMIT", pool_size=8, max_overflow=0)
    writer = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=30)
    for engine in (reader, writer):
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(writer.sync_engine, "begin", _begin_immediate)
    return reader, writer


def merging_reader(engine: AsyncEngine, limits: Limits) -> Reader | None:
    """For prepared statements. None where the url forbids those (a PgBouncer that does not keep them)."""
    if engine.dialect.name == "sqlite":
        return SqliteReader(str(engine.url.database), SQLITE_BUSY_MS)
    options = engine.dialect.create_connect_args(engine.url)[1]
    if options.get(OF_SQLALCHEMY[0]) == 0:
        return None
    ours = {name: value for name, value in options.items() if name not in OF_SQLALCHEMY}
    return PostgresqlReader({**ours, "server_settings": SERVER_SETTINGS}, limits=limits)


def _postgresql(url: str, limits: Limits) -> AsyncEngine:
    arguments: dict[str, Any] = {"timeout": limits.connect, "server_settings": SERVER_SETTINGS}
    kept = make_url(url).query.get(OF_SQLALCHEMY[0])
    if kept is None:
        arguments[OF_SQLALCHEMY[0]] = STATEMENTS_KEPT
    elif kept == "0":
        arguments["statement_cache_size"] = 0  # asyncpg's own; without it statements have no names
    engine = create_async_engine(url, connect_args=arguments, **POOL)
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, record: ConnectionPoolEntry, proxy: Any) -> None:
    """The pool opens another one then."""
    del record, proxy
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _prepare_sqlite(connection: Any, record: ConnectionPoolEntry) -> None:
    del record
    connection.isolation_level = None  # the driver's own BEGIN would come too late
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        f"busy_timeout={SQLITE_BUSY_MS}",
        "synchronous=NORMAL",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
