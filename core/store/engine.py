"""The way to a database: SQLite by default, PostgreSQL by its address.

Every transaction writes, so each takes SQLite's one write lock when it begins: the driver's own default takes it at
the first write, after reading, and two such transactions lose each other's updates without an error.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from core.errors import Problem, Unavailable

_BUSY_MILLISECONDS = 30_000  # how long another process may hold SQLite's write lock
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
        return create_async_engine(address, pool_pre_ping=True)
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


def troubles(engine: AsyncEngine) -> tuple[type[Exception], ...]:
    """Return how a database says that it cannot be opened: it is away, locked up, no database, or newer than we are."""
    from alembic.util import CommandError

    if engine.dialect.name == "sqlite":
        return SQLAlchemyError, CommandError, OSError
    from asyncpg import InterfaceError, PostgresError

    return SQLAlchemyError, CommandError, OSError, InterfaceError, PostgresError
