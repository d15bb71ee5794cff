"""The way to a database: SQLite by default, PostgreSQL by its address.

Every transaction writes, so each takes SQLite's one write lock when it begins: the driver's own default takes it at
the first write, after reading, and two such transactions lose each other's updates without an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from core.errors import Problem, Unavailable
from core.ports import Conflict

_BUSY_MILLISECONDS = 30_000  # how long another process may hold SQLite's write lock
_SECONDS_TO_CONNECT, _SECONDS_TO_ANSWER = 10, 60  # a network that swallows packets says nothing by itself
# PostgreSQL's words for a race that was lost: deadlock, serialization, and tables that changed under a kept statement.
_RACES = {"40P01", "40001", "0A000"}
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}


def engine_of(url: str) -> AsyncEngine:
    try:
        address = make_url(url)
    except ArgumentError:
        raise Problem("store-address") from None
    if address.drivername not in _DRIVERS.keys() | set(_DRIVERS.values()):
        raise Problem("store-address")
    address = address.set(drivername=_DRIVERS.get(address.drivername, address.drivername))
    if address.get_backend_name() != "sqlite":
        patience = {"timeout": _SECONDS_TO_CONNECT, "command_timeout": _SECONDS_TO_ANSWER}
        return create_async_engine(address, pool_pre_ping=True, connect_args=patience)
    if address.database and address.database != ":memory:":
        folder = Path(address.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable("store-away", store=str(folder), detail=error.strerror or "") from None
    engine = create_async_engine(address)

    @event.listens_for(engine.sync_engine, "connect")
    def _(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # so that nobody but us says BEGIN
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@contextmanager
def in_our_words(engine: AsyncEngine) -> Iterator[None]:
    """Say of a database what the house says: it is away, or somebody else was first. What is neither is a bug."""
    try:
        yield
    except DBAPIError as trouble:
        code = getattr(trouble.orig, "sqlstate", None) or ""
        if code in _RACES:
            raise Conflict(code) from trouble
        is_away = isinstance(trouble, OperationalError | InterfaceError) or code.startswith(("08", "53", "57"))
        if not (is_away or trouble.connection_invalidated):
            raise
        raise away(engine, trouble) from trouble
    except _past_sqlalchemy(engine) as trouble:
        raise away(engine, trouble) from trouble


def away(engine: AsyncEngine, trouble: Exception) -> Unavailable:
    """Return the problem of a store that does not answer, without its address's password."""
    said = str(getattr(trouble, "orig", None) or trouble) or type(trouble).__name__
    address = engine.url.set(drivername=engine.url.get_backend_name()).render_as_string(hide_password=True)
    return Unavailable("store-away", store=address, detail=said.partition("\n")[0])


def troubles(engine: AsyncEngine) -> tuple[type[Exception], ...]:
    """Return how a database says that it cannot be opened: it is away, locked up, no database, or newer than we are."""
    from alembic.util import CommandError

    return SQLAlchemyError, CommandError, *_past_sqlalchemy(engine)


def _past_sqlalchemy(engine: AsyncEngine) -> tuple[type[Exception], ...]:
    """Return what a driver raises by itself while it connects."""
    if engine.dialect.name == "sqlite":
        return (OSError,)
    import asyncpg

    return OSError, asyncpg.InterfaceError, asyncpg.PostgresError
