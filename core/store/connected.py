"""What every part of a transaction stands on: one connection, and four ways to say something over it.

A theme of the store (alerts, the outbox, groups) is a class of its own below this one, in a file of its own;
`sql.py` makes one transaction of them all.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Executable, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from core.store import rows

_A_STORM = 500  # rows in one go, from which on SQLAlchemy's care costs more than it brings
_MOST_PARAMETERS = 5_000  # both databases take some 32,000


class Connected:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"

    async def _rows(self, statement: Executable) -> Sequence[Mapping[str, Any]]:
        found = (await self._connection.execute(statement)).mappings().all()
        return cast("Sequence[Mapping[str, Any]]", found)

    async def _insert(self, table: Table, values: list[rows.Row]) -> None:
        if self._is_sqlite and len(values) >= _A_STORM:
            await self._pour(table, values)
        elif values:
            await self._connection.execute(insert(table), values)

    async def _insert_new(self, table: Table, values: list[rows.Row]) -> None:
        if self._is_sqlite and len(values) >= _A_STORM:
            await self._pour(table, values, " ON CONFLICT DO NOTHING")
        elif values:
            await self._connection.execute(self._insert_of(table).on_conflict_do_nothing(), values)

    async def _upsert(self, table: Table, values: list[rows.Row]) -> None:
        if values:
            statement = self._insert_of(table)
            key = [column.name for column in table.primary_key]
            news = {name: statement.excluded[name] for name in values[0] if name not in key}
            await self._connection.execute(statement.on_conflict_do_update(index_elements=key, set_=news), values)

    async def _pour(self, table: Table, values: list[rows.Row], otherwise: str = "") -> None:
        """Insert a storm of rows past SQLAlchemy, which asks of every value of every row what it is."""
        columns, marks = ", ".join(f'"{name}"' for name in values[0]), ", ".join("?" * len(values[0]))
        statement = f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks}){otherwise}'  # noqa: S608 - names of ours
        await self._connection.exec_driver_sql(statement, [tuple(map(_laid, row.values())) for row in values])

    def _insert_of(self, table: Table) -> Any:
        return sqlite.insert(table) if self._is_sqlite else postgresql.insert(table)


def _laid(value: Any) -> Any:
    """Return a value as SQLAlchemy lays it into SQLite: a moment as text, in UTC, without its zone."""
    if isinstance(value, datetime):
        return _moment(value)
    return value


@lru_cache(1_000)  # the rows of a storm share a handful of moments
def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"a moment without a zone: {value}")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def handfuls(names: Iterable[str]) -> Iterator[list[str]]:
    """Yield the names in handfuls that one statement can take."""
    every = list(dict.fromkeys(names))
    for start in range(0, len(every), _MOST_PARAMETERS):
        yield every[start : start + _MOST_PARAMETERS]
