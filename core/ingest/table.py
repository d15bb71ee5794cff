# ruff: noqa: S608 - the SQL is made of our own names and of places in a header, never of words from a file
"""A file as a clean table: `read` to look at one, `stage` to lay the columns asked for into DuckDB.

Nothing is dropped in silence: a row that cannot be believed whole (a number that is none, a line with a cell too
many, a row of totals) is set aside with its reason, and counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.document import fold
from core.errors import Invalid, Mistake, Problem
from core.ingest.clean import (
    Kind,
    Order,
    clean,
    is_blank,
    is_serial,
    is_summary,
    moment,
    number,
    odd,
    order_of,
    parts,
    scale_of,
    text,
)
from core.ingest.files import as_text, form_of, header

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Reason = Literal["cells", "number", "time", "summary"]
NO_NAMES: Mapping[str, Sequence[str]] = {}
_scans = count()
_BRACKET = re.compile(r"\s*[(（\[【][^()（）\[\]【】]*[)）\]】]\s*$")  # 花费(元) is 花费
_DAY_IN_NAME = re.compile(r"(?<!\d)(20\d\d)(?:[-_.年](\d{1,2})[-_.月](\d{1,2})|([01]\d)([0-3]\d))(?!\d)")
_TELLING = 8  # so many cells like the header's tell a header


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column: numbers with NaN, times (datetime64) with NaT, or words with None for an empty cell."""

    name: str
    kind: Literal["number", "time", "text", "empty"]
    values: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A whole file. `rejected` says how many rows were set aside, by reason."""

    path: Path
    columns: tuple[Column, ...]
    height: int
    rejected: Mapping[Reason, int] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def read(path: Path, zone: str = "UTC") -> Table:
    """Read a file whole; a column is numbers or times when every cell of it is, but for a stray one in twenty."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        names = lay(connection, path, "raw")
        connection.execute(f"CREATE TABLE kept AS FROM raw WHERE NOT {is_summary('c0')}")
        height, summed = _one(connection, "SELECT count(*), (SELECT count(*) FROM raw) - count(*) FROM kept")
        (cells,) = _one(connection, "SELECT count(*) FROM raw_rejected")
        if not height:
            raise Problem("file-no-rows", file=str(path))
        columns = tuple(_column(connection, f"c{i}", name, zone) for i, name in enumerate(names))
    counts: dict[Reason, int] = {"cells": cells, "summary": summed}
    return Table(path, columns, height, {reason: n for reason, n in counts.items() if n})


def stage(
    connection: DuckDBPyConnection,
    path: Path,
    into: str,
    columns: Sequence[tuple[str, Kind]],
    zone: str,
    other_names: Mapping[str, Sequence[str]] = NO_NAMES,
) -> None:
    """Make the tables `into` (row, c0, c1, … as asked for) and `into_rejected` (row, reason, name, raw).

    `row` counts the rows of the file from 1. A blank cell is NULL; a row with a cell that is not of its kind is
    rejected. A column that is not there goes by one of its `other_names`: the next export says 消耗 where this one says
    花费. A day that no column tells is that of the file's name, 日报_20260618.csv, where there is one. Call it inside a
    transaction of your own, or not: both tables are temporary.
    """
    names = lay(connection, path, f"{into}_raw")
    for name, kind in columns:
        if kind == "time" and not _fitting(name, names, other_names.get(name, ())) and (day := day_of(path.name)):
            connection.execute(f"ALTER TABLE {into}_raw ADD COLUMN c{len(names)} VARCHAR DEFAULT '{day}'")
            names = (*names, name)
    places = [_place(path, name, names, other_names.get(name, ())) for name, _ in columns]
    cells = [f"r.c{place}" for place in places]
    kinds = [kind for _, kind in columns]
    orders = [_order(connection, f"{into}_raw AS r", cell) if kind == "time" else None
              for cell, kind in zip(cells, kinds, strict=True)]  # fmt: skip
    looked = "".join(f", {odd(cell, kind)} AS n{i}" for i, (cell, kind) in enumerate(zip(cells, kinds, strict=True)))
    made = "".join(f", {parts(f'r.n{i}')} AS p{i}" for i, kind in enumerate(kinds) if kind == "number")
    cleaned = "".join(
        f", {clean(cell, kind, zone, order, scale_of(names[place]), f'r.n{i}', f'r.p{i}')} AS c{i}"
        for i, (cell, place, kind, order) in enumerate(zip(cells, places, kinds, orders, strict=True))
    )
    # A plain day is no total, so only the odd ones are looked at.
    wordy = {cell: f"r.n{i}" if kind == "time" else cell
             for i, (cell, kind) in enumerate(zip(cells, kinds, strict=True)) if kind != "number"}  # fmt: skip
    summary = " OR ".join(is_summary(words) for words in dict.fromkeys([*wordy.values(), wordy.get("r.c0", "r.c0")]))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT r.row AS row, {summary} AS is_summary{cleaned} "
        f"FROM (SELECT r.*{made} FROM (SELECT r.*{looked} FROM {into}_raw AS r) AS r) AS r"
    )
    rejected = f"{into}_rejected"
    connection.execute(f"DROP TABLE IF EXISTS {rejected}; ALTER TABLE {into}_raw_rejected RENAME TO {rejected}")
    connection.execute(f"INSERT INTO {rejected} SELECT row, 'summary', NULL, NULL FROM {into} WHERE is_summary")
    for i, (cell, (name, kind)) in enumerate(zip(cells, columns, strict=True)):
        if kind != "text":
            connection.execute(
                f"INSERT INTO {rejected} SELECT r.row, ?, ?, {cell} FROM {into} AS s JOIN {into}_raw AS r USING (row) "
                f"WHERE s.c{i} IS NULL AND NOT s.is_summary AND NOT {is_blank(cell)}",
                [kind, name],
            )
    connection.execute(f"DELETE FROM {into} WHERE row IN (SELECT row FROM {rejected} WHERE reason <> 'cells')")
    connection.execute(f"DROP TABLE {into}_raw")


def lay(connection: DuckDBPyConnection, path: Path, into: str) -> tuple[str, ...]:
    """Lay a file down as it is, every cell a text, as `into` (row, c0, c1, …) and `into_rejected`; return its names."""
    import duckdb

    rejected = f"CREATE OR REPLACE TEMP TABLE {into}_rejected (row BIGINT, reason VARCHAR, name VARCHAR, raw VARCHAR)"
    connection.execute(rejected)
    form = form_of(path)
    try:
        if form == "parquet":
            return _lay_parquet(connection, path, into)
        with as_text(path, form) as plain:
            return _lay_text(connection, plain, into)
    except duckdb.Error as error:
        detail = str(error).partition("\n")[0]
        raise Problem("file-unreadable", file=str(path), detail=detail) from None


def _lay_text(connection: DuckDBPyConnection, path: Path, into: str) -> tuple[str, ...]:
    top = header(path)
    scan = f"scan{next(_scans)}"
    types = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(top.names)))
    # Nothing is sniffed: a sniffer that guesses another quote or header on another day is no ground to stand on.
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT row_number() OVER () AS row, * FROM read_csv(?, "
        f"auto_detect = false, header = true, skip = {top.above}, columns = {{{types}}}, delim = ?, quote = '\"', "
        f"escape = '\"', ignore_errors = true, store_rejects = true, "
        f"rejects_table = '{scan}_lines', rejects_scan = '{scan}')",
        [str(path), top.delimiter],
    )
    connection.execute(
        f"INSERT INTO {into}_rejected SELECT DISTINCT line - {top.above + 1}, 'cells', NULL, csv_line "
        f"FROM {scan}_lines WHERE trim(csv_line, ' {top.delimiter}') <> ''"
    )
    connection.execute(f"DROP TABLE {scan}_lines; DROP TABLE {scan}")
    _count_lines_set_aside(connection, into)
    # Exports that were joined by hand name their columns once more for each part.
    named = [(f"c{i}", name) for i, name in enumerate(top.written) if name.strip()][:_TELLING]
    if len(named) > 1:
        again = " AND ".join(f"{cell} = ?" for cell, _ in named)
        connection.execute(f"DELETE FROM {into} WHERE {again}", [name for _, name in named])
    return top.names


def _count_lines_set_aside(connection: DuckDBPyConnection, into: str) -> None:
    """Number the rows as the file has them: whoever is told of row 7 looks for it there."""
    if _one(connection, f"SELECT count(*) FROM {into}_rejected")[0]:
        aside = (
            f"SELECT row - nth + 1 AS first, max(nth) AS nth "
            f"FROM (SELECT row, row_number() OVER (ORDER BY row) AS nth FROM {into}_rejected) GROUP BY 1"
        )
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT r.* REPLACE (r.row + coalesce(a.nth, 0) AS row) "
            f"FROM {into} AS r ASOF LEFT JOIN ({aside}) AS a ON r.row >= a.first"
        )


def _lay_parquet(connection: DuckDBPyConnection, path: Path, into: str) -> tuple[str, ...]:
    names = [str(row[0]) for row in connection.execute("DESCRIBE FROM read_parquet(?)", [str(path)]).fetchall()]
    cells = ", ".join(
        f'CAST("{name.replace(chr(34), chr(34) * 2)}" AS VARCHAR) AS c{i}' for i, name in enumerate(names)
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT row_number() OVER () AS row, {cells} FROM read_parquet(?)",
        [str(path)],
    )
    return tuple(name.strip() for name in names)


def _column(connection: DuckDBPyConnection, cell: str, name: str, zone: str) -> Column:
    order = _order(connection, "kept", cell)
    looked = f"SELECT {cell} AS c, {odd(cell, 'number')} AS n, {odd(cell, 'time')} AS t, row FROM kept"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE looked AS SELECT *, {parts('n')} AS p FROM ({looked})")
    as_number, as_time = number("c", scale_of(name), "p"), moment("c", zone, order, "t")
    asked = text("c"), as_number, as_time, f"CASE WHEN NOT coalesce({is_serial('t')}, false) THEN {as_time} END"
    counted = ", ".join(f"count({sql})" for sql in asked)
    filled, numbers, times, sure_times, height = _one(connection, f"SELECT {counted}, count(*) FROM looked")
    if not filled:
        return Column(name, "empty", np.full(height, None, dtype=object))
    enough = filled - filled // 20  # a note at the foot of a long export does not make words of its days
    # 20250618 is a number too; a column of nothing but such days is one of days.
    if times >= enough and sure_times:
        values = _values(connection, as_time)
        return Column(name, "time", np.ma.filled(values.astype("datetime64[us]"), np.datetime64("NaT")))
    if numbers >= enough:
        return Column(name, "number", np.ma.filled(_values(connection, as_number), np.nan))
    return Column(name, "text", np.ma.filled(_values(connection, text("c")), None))


def _values(connection: DuckDBPyConnection, sql: str) -> NDArray[Any]:
    found: NDArray[Any] = connection.execute(f"SELECT {sql} AS v FROM looked ORDER BY row").fetchnumpy()["v"]
    return found


def _order(connection: DuckDBPyConnection, table: str, cell: str) -> Order | None:
    order: Order | None = _one(connection, f"SELECT {order_of(cell)} FROM {table}")[0]
    return order


def _place(path: Path, name: str, names: Sequence[str], others: Sequence[str]) -> int:
    fitting = _fitting(name, names, others)
    if len(fitting) == 1:
        return fitting[0]
    if fitting:  # 花费 and 消耗 side by side: which of the two was meant, nobody can know
        both = ", ".join(names[place] for place in fitting)
        raise Invalid([Mistake("file-column-twice", {"file": str(path), "column": name, "columns": both})])
    facts = {"file": str(path), "column": name, "columns": ", ".join(names)}
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    raise Invalid([Mistake("file-column-missing", facts | ({"suggestion": near[0]} if near else {}))])


def _fitting(name: str, names: Sequence[str], others: Sequence[str]) -> Sequence[int]:
    """Return the columns that may be meant: the one of that very name, else all that go by one of its names."""
    if name in names:
        return [names.index(name)]
    meant = {_plainly(each) for each in (name, *others)}
    return [place for place, written in enumerate(names) if _plainly(written) in meant]


def day_of(name: str) -> str | None:
    """Return the one day in the name of a file.

    >>> day_of("日报_20260618.csv"), day_of("2026-6-1 投放.xlsx"), day_of("20260601-20260618.csv")
    ('2026-06-18', '2026-06-01', None)
    """
    found = set()
    for match in _DAY_IN_NAME.finditer(name):
        with suppress(ValueError):
            found.add(date(*(int(part) for part in match.groups() if part)).isoformat())
    return found.pop() if len(found) == 1 else None


def _plainly(name: str) -> str:
    return fold(_BRACKET.sub("", name))


def _one(connection: DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    # fetchall, since fetchone leaves an unfinished result that makes the next query fail.
    return tuple(connection.execute(sql).fetchall()[0])
