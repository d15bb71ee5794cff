# ruff: noqa: S608 - the SQL of tests is made of their own words
"""Larger engines for the warehouse's contract: a PostgreSQL from a wheel, and DuckDB asked in our one SQL.

Facts come to both as the CSV files of a test, laid into a table as a warehouse would have them: numbers as numbers,
times as times, a blank cell as an empty text or NULL.
"""

from __future__ import annotations

import asyncio
import csv
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bot.bench.database import running_postgres  # noqa: F401 - tests ask for it here
from core.warehouse.connect import Alchemy
from core.warehouse.question import session_zone
from core.warehouse.remote import RemoteWarehouse

_NUMBER, _TIME, _TEXT = "DOUBLE PRECISION", "TIMESTAMP", "TEXT"


class Duck:
    """A DuckDB in memory as a `Link`: no driver is needed, and the SQL is that of every other engine."""

    dialect = "duckdb"

    def __init__(self, zone="UTC"):
        import duckdb

        self._connection = duckdb.connect(":memory:")
        self._connection.execute(session_zone(self.dialect, zone))

    async def run(self, work):
        return work(lambda question: self._connection.execute(question).fetchall())

    async def aclose(self):
        self._connection.close()


class Facts:
    """A warehouse over one table that is laid anew from files before each look."""

    def __init__(self, link, source, catalog, folder):
        table = replace(source, engine="tests", table="facts", files=())
        self._files, self._folder, self._link = source.files, folder, link
        self._own = RemoteWarehouse(link, {source.name: table}, catalog, pause=0)
        self._laid, self._laying = None, asyncio.Lock()

    async def refresh(self):
        await self._lay()
        return await self._own.refresh()

    async def fetch(self, query):
        if self._laid is None:
            await self._lay()
        return await self._own.fetch(query)

    async def _lay(self):
        statements = laid(sorted(path for each in self._files for path in self._folder.glob(each)))

        def lay(ask):
            for statement in statements:
                ask(statement)

        async with self._laying:
            if statements != self._laid:
                await self._link.run(lay)
                self._laid = statements

    async def aclose(self):
        await self._own.aclose()


def laid(paths: list[Path], table: str = "facts", times: str = _TIME) -> list[str]:
    """Return the statements that lay files into a table; each ends in rows, since it is sent like a question."""
    rows = [row for path in paths for row in csv.DictReader(path.read_text("utf-8").splitlines())]
    names = list(dict.fromkeys(name for row in rows for name in row))
    kinds = {name: _kind([row.get(name) for row in rows], times) for name in names}
    columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
    values = ", ".join("(" + ", ".join(_cell(row.get(name), kinds[name]) for name in names) + ")" for row in rows)
    return [
        f"DROP TABLE IF EXISTS {table}",
        f"CREATE TABLE {table} ({columns})",
        f"INSERT INTO {table} VALUES {values}",
    ]


def _kind(cells, times):
    known = [cell for cell in cells if cell not in (None, "", "--")]
    for kind, read in ((_NUMBER, float), (times, datetime.fromisoformat)):
        try:
            for cell in known:
                read(cell)
        except ValueError:
            continue
        return kind
    return _TEXT


def _cell(cell, kind):
    if cell is None or (kind != _TEXT and cell in ("", "--")):
        return "NULL"
    return cell if kind == _NUMBER else "'" + cell.replace("'", "''") + "'"


class Postgres(Alchemy):
    """PostgreSQL in autocommit, so that tables can be laid through the same door."""

    def _made(self):
        return super()._made().execution_options(isolation_level="AUTOCOMMIT", no_parameters=True)

    def _work(self, work, opened):
        def asking(ask):
            return work(lambda question: ask(question) if question.startswith("SELECT") else self._tell(question))

        return super()._work(asking, opened)

    def _tell(self, statement):
        with self._made().connect() as connection:
            connection.exec_driver_sql(statement)
