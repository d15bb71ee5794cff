# ruff: noqa: S608 - names go through `quoted`, texts through `literal` or a parameter
"""Facts on their way in: from staged files to rows of whole-numbered periods and slices, all of a change or nothing.

A file is the unit: what it said before is replaced by what it says now, in one transaction, so that a killed import
leaves nothing half. Which periods really changed is found by comparing, since most files are exported whole each day.
An empty cell of a dimension is the value `(none)`: leads without an origin are not those whose origin is `unknown`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from core.calendar.grain import Period
from core.document import fold
from core.errors import Missing, Problem
from core.metrics.batch import BATCH, span_of, standing
from core.metrics.catalog import names_of
from core.metrics.metric import How
from core.metrics.source import Source
from core.ports import Arrival, Intake, Reject
from core.warehouse.latest import keep_latest, keep_latest_batch, restore
from core.warehouse.recipe import Kind, Recipe
from core.warehouse.sql import codes, facts, marks, period_of, quoted, slices

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from core.metrics.catalog import Catalog

NONE = "(none)"
TIME_NAMES = ("日期", "时间", "统计日期", "数据日期", "date", "day", "time", "datetime", "dt", "created at")
_FORM = 2  # of the tables below; another one takes all files in anew
_KEPT_REJECTS = 100  # of each file, to be looked at; all are counted
_FACTS = "facts"
_EPOCH, _MICRO = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class Stage(Protocol):
    """How a file becomes a clean table: `core.ingest.table.stage`, handed in by the app."""

    def __call__(
        self,
        connection: DuckDBPyConnection,
        path: Path,
        into: str,
        columns: Sequence[tuple[str, Kind]],
        zone: str,
        other_names: Mapping[str, Sequence[str]] = ...,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a file is known again; `role` tells its facts from its lookups."""

    role: str
    path: str
    size: int
    touched: int
    digest: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a look at the folder found: all stamps, those to take in, and the ids of the files to forget."""

    stamps: tuple[Stamp, ...]
    load: tuple[Stamp, ...]
    forget: tuple[int, ...]
    is_anew: bool

    @property
    def is_nothing(self) -> bool:
        return not (self.load or self.forget or self.is_anew)

    def paths(self, role: str) -> tuple[Path, ...]:
        return tuple(Path(stamp.path) for stamp in self.stamps if stamp.role == role)


def prepare(connection: DuckDBPyConnection) -> None:
    """Make the tables that know of files; each source makes its own."""
    connection.execute("""
        CREATE TABLE IF NOT EXISTS sources (source VARCHAR PRIMARY KEY, form VARCHAR);
        CREATE SEQUENCE IF NOT EXISTS file_ids;
        CREATE TABLE IF NOT EXISTS files (id INTEGER, source VARCHAR, role VARCHAR, path VARCHAR,
            size BIGINT, touched BIGINT, digest VARCHAR, count BIGINT);
        CREATE TABLE IF NOT EXISTS rejected (file INTEGER, reason VARCHAR, count BIGINT);
        CREATE TABLE IF NOT EXISTS rejects (file INTEGER, row BIGINT, reason VARCHAR, name VARCHAR, raw VARCHAR);
    """)


def taken_in(connection: DuckDBPyConnection) -> tuple[Intake, ...]:
    """Return what became of each file of facts."""
    lost: dict[int, dict[str, int]] = {}
    for number, reason, count in connection.execute("FROM rejected ORDER BY ALL").fetchall():
        lost.setdefault(number, {})[reason] = count
    shown: dict[int, list[Reject]] = {}
    for number, *reject in connection.execute("FROM rejects ORDER BY file, row").fetchall():
        shown.setdefault(number, []).append(Reject(*reject))
    files: list[tuple[Any, ...]] = connection.execute(
        "SELECT id, source, path, count, touched // 1000 FROM files WHERE role = ? ORDER BY source, path", [_FACTS]
    ).fetchall()
    return tuple(
        Intake(source, Path(path), rows, lost.get(number, {}), tuple(shown.get(number, ())), _EPOCH + touched * _MICRO)
        for number, source, path, rows, touched in files
    )


def wanted(source: Source, catalog: Catalog) -> tuple[Sequence[tuple[str, Kind]], Mapping[str, Sequence[str]]]:
    """Return the columns that are asked of a source's files, and what else each may be called.

    By the dictionary, 花费 is 消耗 in the next export.
    """
    names: dict[str, tuple[str, ...]] = {source.time: TIME_NAMES}
    for code, column in source.dimensions.items():
        if known := catalog.dimensions.get(code):
            names[column] = names_of(known)
    for code, measure in source.measures.items():
        if measure.column and (metric := catalog.metrics.get(code)):
            names[measure.column] = names_of(metric)
    own = {fold(column) for column in names}  # a name that stands for a column of its own cannot stand for another
    others = {column: tuple(each for each in names[column] if fold(each) not in own) for column in names}
    return Recipe(source).own, others


def stamp_of(connection: DuckDBPyConnection, source: str) -> str:
    """Return a digest of the files that a source's facts were taken from, wherever these lie."""
    query = "SELECT role, digest FROM files WHERE source = ? ORDER BY ALL"
    told = connection.execute(query, [source]).fetchall()
    return blake2b(repr(told).encode(), digest_size=16).hexdigest() if told else ""


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes the files of one source in."""

    source: Source
    catalog: Catalog
    folder: Path
    zone: str
    stage: Stage

    @property
    def form(self) -> str:
        """Return what facts depend on besides the files: another definition takes all of them in anew."""
        dictionary = [(name, self.catalog.dimensions.get(name)) for name in self.source.dimensions]
        said = repr((_FORM, self.zone, str(self.folder), self.source, dictionary))
        return blake2b(said.encode(), digest_size=16).hexdigest()

    @property
    def other_names(self) -> Mapping[str, Sequence[str]]:
        return wanted(self.source, self.catalog)[1]

    def look(self, connection: DuckDBPyConnection) -> Change:
        """Compare the folder with what was taken in. Only times are written: of a file touched and still the same."""
        name = self.source.name
        known = {
            (stamp.role, stamp.path): (number, stamp)
            for number, *rest in connection.execute(
                "SELECT id, role, path, size, touched, digest FROM files WHERE source = ?", [name]
            ).fetchall()
            for stamp in [Stamp(*rest)]
        }
        roles = [(_FACTS, self.source.files), *((f"lookup{i}", x.files) for i, x in enumerate(self.source.lookups))]
        stamps = tuple(
            _stamped(role, path, known.get((role, str(path)), (0, None))[1])
            for role, patterns in roles
            for path in _found(self.folder, patterns, name, may_be_none=self.source.is_fed)
        )
        kept = {
            known[stamp.role, stamp.path][0]
            for stamp in stamps
            if (stamp.role, stamp.path) in known and known[stamp.role, stamp.path][1].digest == stamp.digest
        }
        for stamp in stamps:
            if (before := known.get((stamp.role, stamp.path))) and before[0] in kept and before[1] != stamp:
                touched = [stamp.size, stamp.touched, before[0]]
                connection.execute("UPDATE files SET size = ?, touched = ? WHERE id = ?", touched)
        forget = tuple(number for number, _ in known.values() if number not in kept)
        fresh = tuple(s for s in stamps if known.get((s.role, s.path), (0, None))[0] not in kept)
        is_anew = self._is_other_form(connection) or any(
            stamp.role != _FACTS for stamp in (*fresh, *(stamp for number, stamp in known.values() if number in forget))
        )
        if is_anew:  # a lookup may change any row
            return Change(stamps, stamps, tuple(number for number, _ in known.values()), is_anew)
        return Change(stamps, fresh, forget, is_anew)

    def take(self, connection: DuckDBPyConnection, change: Change) -> Arrival | None:
        """Replace what changed, all at once, and return the periods whose facts are others now."""
        if change.load:
            self._stage_lookups(connection, change)
        connection.execute("BEGIN")
        try:
            arrival = self._replace(connection, change)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        return arrival

    def _is_other_form(self, connection: DuckDBPyConnection) -> bool:
        form = connection.execute("SELECT form FROM sources WHERE source = ?", [self.source.name]).fetchall()
        return form != [(self.form,)]

    def _replace(self, connection: DuckDBPyConnection, change: Change) -> Arrival | None:
        name, grain, hows = self.source.name, self.source.grain, Recipe(self.source).hows
        if self._is_other_form(connection):
            self._create(connection)
        before = dict(connection.execute(marks(name, hows, change.forget)).fetchall())
        was_outdone = restore(connection, name)
        forgotten = ", ".join(["-1", *map(str, change.forget)])
        for table, column in ((facts(name), "file"), ("files", "id"), ("rejected", "file"), ("rejects", "file")):
            connection.execute(f"DELETE FROM {table} WHERE {column} IN ({forgotten})")
        loaded = []
        for stamp in change.load:
            ((number,),) = connection.execute("SELECT nextval('file_ids')").fetchall()
            rows = self._load(connection, Path(stamp.path), number) if stamp.role == _FACTS else 0
            values = [number, name, stamp.role, stamp.path, stamp.size, stamp.touched, stamp.digest, rows]
            connection.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
            loaded.append(number)
        after = dict(connection.execute(marks(name, hows, loaded)).fetchall())
        is_outdone = keep_latest(connection, self.source)
        ((rows,),) = connection.execute(f"SELECT count(*) FROM {facts(name)}").fetchall()
        if not rows and not self.source.is_fed:
            raise Problem("source-no-rows", source=name, files=", ".join(self.source.files))
        # Where files overlap, the same rows may count now that did not: then all that was touched is told.
        is_mixed = was_outdone or is_outdone
        differing = [each for each in before.keys() | after.keys() if is_mixed or before.get(each) != after.get(each)]
        if not differing:
            return None
        return Arrival(name, Period(grain, min(differing)), Period(grain, max(differing)))

    def _create(self, connection: DuckDBPyConnection) -> None:
        name = self.source.name
        dimensions = "".join(f", {quoted(each)} VARCHAR" for each in self.source.dimensions)
        connection.execute(f"CREATE OR REPLACE TABLE {slices(name)} (id INTEGER{dimensions})")
        columns = ""
        for code, how in Recipe(self.source).hows.items():
            columns += f", {quoted(code)} {'INTEGER' if how is How.DISTINCT else 'DOUBLE'}"
            if how is How.DISTINCT:
                connection.execute(f"CREATE OR REPLACE TABLE {codes(name, code)} (id INTEGER, value VARCHAR)")
        connection.execute(
            f"CREATE OR REPLACE TABLE {facts(name)} (file INTEGER, seq BIGINT, period INTEGER, slice INTEGER{columns})"
        )
        connection.execute("INSERT OR REPLACE INTO sources VALUES (?, ?)", [name, self.form])

    def _load(self, connection: DuckDBPyConnection, path: Path, number: int) -> int:
        """Take one file in under that id; return how many rows it gave."""
        source, recipe = self.source, Recipe(self.source)
        is_merged = span_of(path.name) is not None
        asked = (*recipe.own, (BATCH, "text")) if is_merged else recipe.own
        self.stage(connection, path, "staged", asked, self.zone, self.other_names)
        chosen, tables = [f"own.row AS row, {recipe.time} AS time"], recipe.tables
        for i, (dimension, column) in enumerate(source.dimensions.items()):
            cell = recipe.cell(column, "text")
            self._translate(connection, f"names{i}", f"SELECT DISTINCT {cell} FROM {recipe.tables}", dimension)
            tables += f" JOIN names{i} ON names{i}.written IS NOT DISTINCT FROM {cell}"
            chosen.append(f"names{i}.code AS d{i}")
        chosen += [f"{recipe.value(measure)} AS m{i}" for i, measure in enumerate(source.measures.values())]
        if is_merged:
            chosen.append(f"own.c{len(recipe.own)} AS batch")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE ready AS SELECT {', '.join(chosen)} FROM {tables}")
        connection.execute(
            "INSERT INTO staged_rejected SELECT row, 'no-time', ?, NULL FROM ready WHERE time IS NULL", [source.time]
        )
        connection.execute("DELETE FROM ready WHERE time IS NULL")
        if is_merged:
            keep_latest_batch(connection, source)
        self._know_slices(connection)
        self._keep_facts(connection, number)
        rejected = f"INSERT INTO rejected SELECT {number}, reason, count(*) FROM staged_rejected GROUP BY reason"
        rejects = f"INSERT INTO rejects SELECT {number}, * FROM staged_rejected ORDER BY row LIMIT {_KEPT_REJECTS}"
        connection.execute(f"{rejected}; {rejects}")
        ((rows,),) = connection.execute("SELECT count(*) FROM ready").fetchall()
        return int(rows)

    def _translate(self, connection: DuckDBPyConnection, into: str, question: str, dimension: str) -> None:
        """Make the table of what is written for a dimension's values, and the codes that are meant."""
        written = [each for (each,) in connection.execute(question).fetchall()]
        meant = [NONE if each is None else self.catalog.value(dimension, each) for each in written]
        pairs = {"written": np.array(written, dtype=object), "code": np.array(meant, dtype=object)}
        connection.register("pairs", pairs)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {into} AS "
            "SELECT CAST(written AS VARCHAR) AS written, CAST(code AS VARCHAR) AS code FROM pairs"
        )
        connection.unregister("pairs")

    def _know_slices(self, connection: DuckDBPyConnection) -> None:
        """Give every combination of values that is new an id; none is ever given twice."""
        table, names = slices(self.source.name), ["id", *map(quoted, self.source.dimensions)]
        values = [f"d{i}" for i in range(len(self.source.dimensions))]
        combined = ", ".join(["min(row) AS first", *values])
        grouped = f"GROUP BY {', '.join(values)}" if values else "HAVING count(*) > 0"
        ids = f"(SELECT coalesce(max(id) + 1, 0) FROM {table}) + row_number() OVER (ORDER BY first) - 1"
        connection.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join([ids, *values])} FROM ("
            f"SELECT {combined} FROM ready AS r "
            f"WHERE NOT EXISTS (FROM {table} AS s WHERE {self._is_same_slice}) {grouped})"
        )

    def _keep_facts(self, connection: DuckDBPyConnection, number: int) -> None:
        name, table = self.source.name, facts(self.source.name)
        joins, values = "", []
        for i, (code, measure) in enumerate(self.source.measures.items()):
            if measure.how is How.DISTINCT:
                known = codes(name, code)
                ids = f"(SELECT coalesce(max(id) + 1, 0) FROM {known}) + row_number() OVER () - 1"
                connection.execute(
                    f"INSERT INTO {known} SELECT {ids}, v FROM (SELECT DISTINCT m{i} AS v FROM ready) "
                    f"WHERE v IS NOT NULL AND v NOT IN (SELECT value FROM {known})"
                )
                joins += f" LEFT JOIN {known} AS k{i} ON k{i}.value = r.m{i}"
            values.append(f"k{i}.id" if measure.how is How.DISTINCT else f"r.m{i}")
        # `seq` tells the rows of one period apart: the later told is the later level.
        seq = f"(SELECT coalesce(max(seq) + 1, 0) FROM {table}) + row_number() OVER (ORDER BY r.time, r.row)"
        columns = [str(number), seq, f"{period_of('r.time', self.source.grain)} AS period", "s.id", *values]
        # In the order of periods, so that the engine finds the newest without reading the others.
        connection.execute(
            f"INSERT INTO {table} SELECT {', '.join(columns)} FROM ready AS r "
            f"JOIN {slices(name)} AS s ON {self._is_same_slice}{joins} ORDER BY period, s.id"
        )

    @property
    def _is_same_slice(self) -> str:
        pairs = [f"s.{quoted(dimension)} = r.d{i}" for i, dimension in enumerate(self.source.dimensions)]
        return " AND ".join(pairs) or "true"

    def _stage_lookups(self, connection: DuckDBPyConnection, change: Change) -> None:
        for i, lookup in enumerate(self.source.lookups):
            wanted = Recipe(self.source).taken(lookup)
            parts = []
            for place, path in enumerate(change.paths(f"lookup{i}")):
                self.stage(connection, path, f"part{i}_{place}", wanted, self.zone, self.other_names)
                parts.append(f"SELECT {place} AS place, * FROM part{i}_{place}")
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE lookup{i} AS FROM ({' UNION ALL '.join(parts)}) WHERE c0 IS NOT NULL "
                "QUALIFY row_number() OVER (PARTITION BY c0 ORDER BY place DESC, row DESC) = 1"
            )


def _found(folder: Path, patterns: Sequence[str], source: str, *, may_be_none: bool) -> tuple[Path, ...]:
    """Return the files of those patterns; Missing when there is none. What begins with a dot is still being written."""
    every = {path for pattern in patterns for path in _matching(folder, pattern) if path.is_file()}
    paths = standing(path for path in every if not path.name.startswith((".", "~$")))
    if not paths and not may_be_none:
        raise Missing("source-no-files", source=source, files=", ".join(patterns), folder=str(folder))
    return tuple(sorted(paths))


def _matching(folder: Path, pattern: str) -> Iterator[Path]:
    whole = folder / pattern  # an absolute pattern, or one with `..`, leads out of the folder: its owner's choice
    fixed = next((i for i, part in enumerate(whole.parts) if set("*?[") & set(part)), len(whole.parts) - 1)
    return Path(*whole.parts[:fixed]).glob(str(Path(*whole.parts[fixed:])))


def _stamped(role: str, path: Path, known: Stamp | None) -> Stamp:
    """Return a file's stamp; it is read for its digest only when size or time differ from what is known."""
    try:
        status = path.stat()
        if known is not None and (known.size, known.touched) == (status.st_size, status.st_mtime_ns):
            return known
        digest = blake2b(digest_size=16)
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    except OSError as error:
        raise Problem("file-unreadable", file=str(path), detail=error.strerror or "") from None
    return Stamp(role, str(path), status.st_size, status.st_mtime_ns, digest.hexdigest())
