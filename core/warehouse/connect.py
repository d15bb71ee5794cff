"""The only place that opens an engine by its SQLAlchemy URL: the one address that all their drivers understand.

SQLAlchemy connects and nothing else; what is asked is written in `question`. A driver is found by the URL, so an
engine that is not among ours needs its package installed beside Beacon, and no change here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from os import environ
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from core.errors import Missing, Unavailable
from core.warehouse.question import DIALECTS, session_zone

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Engine

T = TypeVar("T")
Row = Sequence[Any]
Ask = Callable[[str], Sequence[Row]]

_SAME = {"postgresql": "postgres", "databricks": "spark", "hive": "spark", "mariadb": "mysql", "pydoris": "doris"}
_SETTING = re.compile(r"\$\{(\w+)\}")


class Link(Protocol):
    """One engine that can be asked. `run` does blocking work in a thread, with a function that asks."""

    @property
    def dialect(self) -> str: ...
    async def run(self, work: Callable[[Ask], T]) -> T: ...
    async def aclose(self) -> None: ...


class Alchemy:
    """An engine behind a SQLAlchemy URL. Questions take their turn: `at_once` of them, `seconds` long each."""

    def __init__(self, address: str, zone: str, *, seconds: float = 60, at_once: int = 2) -> None:
        self._url = read_url(address)
        self.dialect = dialect_of(self._url)
        self._zone, self._seconds, self._at_once = zone, seconds, at_once
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="engine")
        self._engine: Engine | None = None

    async def run(self, work: Callable[[Ask], T]) -> T:
        """Do the work, or raise Unavailable when it takes too long or the engine fails."""
        from sqlalchemy.exc import SQLAlchemyError

        opened: list[Any] = []
        working = asyncio.get_running_loop().run_in_executor(self._threads, self._work, work, opened)
        try:
            return await asyncio.wait_for(asyncio.shield(working), self._seconds)
        except TimeoutError:
            raise Unavailable("warehouse-slow", seconds=self._seconds) from None
        except SQLAlchemyError as error:
            detail = str(getattr(error, "orig", None) or error).partition("\n")[0]
            raise Unavailable("warehouse-failed", detail=detail) from None  # the error's own text names the password
        finally:
            if not working.done():  # out of time, or the asker has gone: the engine need not go on
                for connection in opened:
                    with suppress(Exception):  # a driver that cannot cancel goes on to its end
                        connection.cancel()
                working.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def aclose(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        if self._engine is not None:
            self._engine.dispose()

    def _work(self, work: Callable[[Ask], T], opened: list[Any]) -> T:
        with self._made().connect().execution_options(no_parameters=True) as connection:  # a % is a %
            opened.append(connection.connection.driver_connection)
            connection.exec_driver_sql(session_zone(self.dialect, self._zone))
            try:
                return work(lambda question: connection.exec_driver_sql(question).fetchall())
            finally:
                opened.clear()

    def _made(self) -> Engine:
        from sqlalchemy import create_engine
        from sqlalchemy.exc import NoSuchModuleError

        if self._engine is None:
            try:
                self._engine = create_engine(self._url, pool_size=self._at_once, pool_pre_ping=True)
            except (NoSuchModuleError, ModuleNotFoundError) as error:
                raise Missing("engine-no-driver", engine=self._url.drivername, detail=str(error)) from None
        return self._engine


def read_url(address: str) -> URL:
    """Return the URL that is meant; `${NAME}` in it stands for that setting, so that no secret lies in a file."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    def setting(match: re.Match[str]) -> str:
        if match[1] not in environ:
            raise Missing("engine-no-setting", name=match[1])
        return environ[match[1]]

    try:
        url = make_url(_SETTING.sub(setting, address))
    except ArgumentError:
        raise Missing("engine-no-url", example="postgresql://reader@host/shop") from None
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def dialect_of(url: URL) -> str:
    """Return the dialect an engine speaks."""
    backend = url.get_backend_name()
    dialect = _SAME.get(backend, backend)
    if dialect not in DIALECTS:
        raise Missing("engine-unknown", engine=backend, options=", ".join(DIALECTS))
    return dialect
