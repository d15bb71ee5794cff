"""How much a question may cost: so many at once, so long each, and then the world did not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from core.errors import Unavailable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

T = TypeVar("T")


class Budget:
    """Runs blocking work on an engine in threads of its own. `connect` is called once, in the first of them."""

    def __init__(self, connect: Callable[[], DuckDBPyConnection], seconds: float, at_once: int) -> None:
        self._connect = connect
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="warehouse")
        self._opening = asyncio.Lock()
        self._connection: DuckDBPyConnection | None = None

    async def run(self, work: Callable[[DuckDBPyConnection], T], *, seconds: float | None = None) -> T:
        """Do the work with a cursor of its own; Unavailable when it takes too long or the engine fails."""
        import duckdb

        try:
            connection = await self._opened()
            cursor = connection.cursor()
            working = asyncio.get_running_loop().run_in_executor(self._threads, work, cursor)
            limit = self._seconds if seconds is None else seconds
            try:
                return await asyncio.wait_for(asyncio.shield(working), limit)
            except TimeoutError:
                raise Unavailable("warehouse-slow", seconds=limit) from None
            finally:
                if not working.done():  # out of time, or the asker has gone: the engine need not go on
                    cursor.interrupt()
                    await asyncio.wait([working])
                    working.exception()
                cursor.close()
        except duckdb.Error as error:
            raise Unavailable("warehouse-failed", detail=str(error).partition("\n")[0]) from error

    async def aclose(self) -> None:
        async with self._opening:
            await asyncio.to_thread(self._threads.shutdown)
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    async def _opened(self) -> DuckDBPyConnection:
        async with self._opening:
            if self._connection is None:
                loop = asyncio.get_running_loop()
                self._connection = await loop.run_in_executor(self._threads, self._connect)
            return self._connection
