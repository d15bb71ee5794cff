"""The warehouse by default: facts in a DuckDB file or in memory, answers kept as cubes and topped up.

A question is asked of the engine once. Afterwards only periods whose facts changed are asked again, and a period that
is new is written beside those held, so a tick costs what one period costs; what is held already is answered at once,
without a thread to wait for. Give `stage` from `core.ingest.table`: how files are read is another room's business.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from core.calendar.grain import Grain, Period, Window
from core.cube.cube import Array, Cube
from core.errors import Missing, Problem, Unavailable
from core.labels import Labels
from core.metrics.metric import How
from core.metrics.source import Source
from core.quality.provenance import Provenance
from core.warehouse import sql
from core.warehouse.budget import Budget
from core.warehouse.checked import checked
from core.warehouse.groups import Groups, Whole, as_they_are, grouped
from core.warehouse.intake import Stage, Taker, prepare, stamp_of, taken_in
from core.warehouse.kept import Kept
from core.warehouse.twice import Repeats, repeats

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from core.cube.query import Query
    from core.metrics.catalog import Catalog
    from core.ports import Arrival, Intake

MOST_CELLS = 400_000_000  # of one answer
MOST_ROWS_SCANNED = 4_000_000  # above it, the rows would take more memory than grouping them takes time
_ROWS_AT_ONCE = 100_000  # what is fetched and added up while it is still near the processor
_DECIMALS = 6  # sums of amounts written with up to so many decimals come out as they would on paper

MOST_WHOLES, MOST_WHOLE_CELLS = 256, 50_000  # answers over whole windows that are kept of a source, and how large each

_LONG = 3600  # seconds for taking files in

Key = tuple[str, Grain, tuple[str, ...], tuple[str, ...], bool]


@dataclass(slots=True)
class Known:
    """What is remembered of one source between questions."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    is_learnt: bool = False
    rows: int = 0
    slices: tuple[Labels, ...] = ()  # by slice id
    live: frozenset[int] = frozenset()  # those that have facts now
    decimal: frozenset[str] = frozenset()  # measures whose fractions were written, not computed
    groups: dict[tuple[str, ...], Groups] = field(default_factory=dict)
    trouble: Problem | None = None
    repeats: Repeats | None = None  # looked for when first asked
    wholes: dict[Query, Cube] = field(default_factory=dict)  # answers without a grain, until facts change


class DuckdbWarehouse:
    """The Warehouse port over files. `path` is the database's file, None for one in memory."""

    def __init__(
        self,
        path: Path | None,
        sources: Mapping[str, Source],
        catalog: Catalog,
        folder: Path,
        *,
        stage: Stage,
        zone: str = "UTC",
        seconds: float = 60,
        at_once: int = 2,
        most_kept: int = 1 << 30,
    ) -> None:
        self._path, self._zone = path, ZoneInfo(zone)
        self._sources = sources
        self._takers = {name: Taker(source, catalog, folder, zone, stage) for name, source in sources.items()}
        self._known = {name: Known() for name in sources}
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._most_kept = most_kept
        self._arrived: list[Arrival] = []
        self._refreshing = asyncio.Lock()
        self._budget = Budget(self._connect, seconds, at_once)

    async def refresh(self) -> tuple[Arrival, ...]:
        """Take in what changed in every source, whatever is wrong with another.

        Something wrong is raised once, when all the others are in, and what arrived is returned by the next call;
        `fetch` says it again for a source that has no facts.
        """
        async with self._refreshing:
            news = [problem for name in self._sources if (problem := await self._refresh(name)) is not None]
            if news:
                raise news[0]
            arrived, self._arrived = tuple(self._arrived), []
            return arrived

    async def fetch(self, query: Query) -> Cube:
        """Answer a question. A period's number is that of the whole period, also where the window cuts it."""
        source = checked(query, self._sources)
        known = self._known[source.name]
        if not known.is_learnt:
            async with self._refreshing:
                await self._refresh(source.name)
        if not known.is_learnt:
            raise known.trouble or Missing("source-no-rows", source=source.name, files=", ".join(source.files))
        async with known.lock:
            if (held := self._held(source, query)) is not None:
                return held
            return await self._budget.run(lambda cursor: self._answer(cursor, source, query))

    async def provenance(self, source: str, window: Window) -> Provenance:
        """Return what keeps a source's facts from coming in, and what was told twice of the periods in a window."""
        known, of = self._known[source], self._sources[source]
        if not known.is_learnt:
            return Provenance(known.trouble)
        if known.repeats is None:
            async with known.lock:
                known.repeats = await self._budget.run(lambda cursor: repeats(cursor, of, known.slices), seconds=_LONG)
        periods = window.periods(of.grain)
        found = tuple(each for period in periods for each in known.repeats.get(period, ()))
        return Provenance(known.trouble, found)

    async def stamp(self, source: str) -> str:
        """Return a digest of what a source's facts were taken from."""
        return await self._budget.run(lambda cursor: stamp_of(cursor, source))

    async def intakes(self) -> tuple[Intake, ...]:
        """Return what became of each file: rows taken in, and rows rejected by reason."""
        return await self._budget.run(taken_in)

    async def aclose(self) -> None:
        await self._budget.aclose()

    # --- taking in

    def _connect(self) -> DuckDBPyConnection:
        import duckdb

        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = duckdb.connect(str(self._path) if self._path is not None else ":memory:")
            prepare(connection)
        except duckdb.Error as error:  # no database of ours, or another process has it open
            raise Unavailable("facts-unreadable", file=str(self._path), detail=str(error).partition("\n")[0]) from None
        return connection

    async def _refresh(self, name: str) -> Problem | None:
        """Take one source in; return what is wrong with it if that is news."""
        known, taker = self._known[name], self._takers[name]
        try:
            change = await self._budget.run(taker.look, seconds=_LONG)
            async with known.lock:
                if not change.is_nothing:
                    known.wholes.clear()
                    arrival = await self._budget.run(lambda cursor: taker.take(cursor, change), seconds=_LONG)
                    if arrival is not None:
                        self._arrived.append(arrival)
                        self._mark(arrival)
                if not (change.is_nothing and known.is_learnt):
                    await self._budget.run(lambda cursor: self._learn(cursor, name))
        except Problem as problem:
            is_news = known.trouble is None or known.trouble.args != problem.args
            known.trouble = problem
            return problem if is_news else None
        known.trouble = None
        return None

    def _mark(self, arrival: Arrival) -> None:
        for (source, grain, *_), kept in self._kept.items():
            if source == arrival.source:
                first, last = (Period.holding(each.start, grain).index for each in (arrival.first, arrival.last))
                kept.mark(range(first, last + 1))

    def _learn(self, cursor: DuckDBPyConnection, name: str) -> None:
        source, known = self._sources[name], self._known[name]
        ((known.rows,),) = cursor.execute(sql.count_rows(name)).fetchall()
        rows = cursor.execute(sql.slices_in_order(name)).fetchall()
        live = frozenset(each for (each,) in cursor.execute(sql.live_slices(name)).fetchall())
        if (len(rows), live) != (len(known.slices), known.live):  # an id is never given twice
            known.slices = tuple(Labels.of(dict(zip(source.dimensions, row[1:], strict=True))) for row in rows)
            known.live = live
            known.groups.clear()
            known.wholes.clear()
        amounts = [code for code, measure in source.measures.items() if measure.how is not How.DISTINCT]
        if amounts:
            (flags,) = cursor.execute(sql.are_decimal(name, amounts, _DECIMALS)).fetchall()
            known.decimal = frozenset(code for code, flag in zip(amounts, flags, strict=True) if flag)
        known.is_learnt, known.repeats = True, None

    # --- answering

    def _held(self, source: Source, query: Query) -> Cube | None:
        """Return the answer where nothing of it need be asked of the engine."""
        known = self._known[source.name]
        if query.grain is None:
            return known.wholes.get(query)
        groups = known.groups.get(query.dimensions)
        kept = self._kept.get((source.name, query.grain, query.dimensions, query.measures, query.aside))
        periods = query.window.periods(query.grain)
        if groups is None or kept is None or kept.slices is not groups.slices or any(kept.lacking(periods)):
            return None
        hows = {code: source.measures[code].how for code in query.measures}
        shared = groups.places, groups.valued
        return Cube(
            query.dimensions, groups.slices, query.grain, periods, kept.show(periods), hows, *shared, zone=self._zone
        )

    def _answer(self, cursor: DuckDBPyConnection, source: Source, query: Query) -> Cube:
        hows = {code: source.measures[code].how for code in query.measures}
        groups = self._grouped(source.name, query.dimensions)
        periods = range(1) if query.grain is None else query.window.periods(query.grain)
        if len(periods) * len(groups.slices) * len(hows) > MOST_CELLS:
            raise Problem("question-too-large", slices=len(groups.slices), periods=len(periods))
        if query.grain is None:
            arrays = {code: np.full((1, len(groups.slices)), np.nan) for code in hows}
            self._fill(arrays, cursor, source, hows, groups, None, query.window.periods(source.grain), periods)
            measures = {code: array.T for code, array in arrays.items()}
        else:
            measures = self._topped_up(cursor, source, query, query.grain, hows, groups, periods)
        shared = groups.places, groups.valued
        cube = Cube(query.dimensions, groups.slices, query.grain, periods, measures, hows, *shared, zone=self._zone)
        if query.grain is None:
            self._keep_whole(source.name, query, cube)
        return cube

    def _keep_whole(self, name: str, query: Query, cube: Cube) -> None:
        wholes = self._known[name].wholes
        if len(cube.slices) * len(cube.measures) > MOST_WHOLE_CELLS:
            return
        for array in cube.measures.values():
            array.flags.writeable = False
        wholes[query] = cube
        while len(wholes) > MOST_WHOLES:
            del wholes[next(iter(wholes))]

    def _topped_up(
        self,
        cursor: DuckDBPyConnection,
        source: Source,
        query: Query,
        grain: Grain,
        hows: Mapping[str, How],
        groups: Groups,
        periods: range,
    ) -> dict[str, Array]:
        key = (source.name, grain, query.dimensions, query.measures, query.aside)
        kept = self._kept.pop(key, None)  # and put back when it is whole: a question that fails leaves no hole
        if kept is None or (query.aside and kept.is_apart(periods)) or not kept.widen(groups.slices):
            kept = Kept(groups.slices, query.measures)
        for lacking in kept.lacking(periods):
            first, last = Period(grain, lacking.start), Period(grain, lacking.stop - 1)
            own = Window.of(first, last).periods(source.grain)
            self._fill(kept.opened(lacking), cursor, source, hows, groups, grain, own, lacking)
        self._kept[key] = kept
        while len(self._kept) > 1 and sum(each.size for each in self._kept.values()) > self._most_kept:
            self._kept.popitem(last=False)
        return kept.show(periods)

    def _fill(
        self,
        arrays: Mapping[str, Array],
        cursor: DuckDBPyConnection,
        source: Source,
        hows: Mapping[str, How],
        groups: Groups,
        grain: Grain | None,
        own: range,
        periods: range,
    ) -> None:
        """Ask the engine for whole periods, into arrays of NaN; `own` are those periods at the source's grain."""
        name = source.name
        levels = {code: how for code, how in hows.items() if how is How.LAST}
        others = {code: how for code, how in hows.items() if how is not How.LAST}
        if all(how.is_additive for how in others.values()) and self._is_small(cursor, name, own):
            for part in self._parts(name, own, is_whole=grain is not source.grain) if others else ():
                found = cursor.execute(sql.scan(name, others, part)).fetchnumpy()
                coarse = _coarse(source.grain, grain, part) - periods.start
                rows = coarse[found["period"] - part.start] - coarse[0]
                _add(
                    found,
                    {code: arrays[code][coarse[0] : coarse[-1] + 1] for code in others},
                    rows * len(groups.slices) + groups.slots[found["slice"]],
                )
            others = {}
        if others or levels:
            cursor.register("groups", {"slice": np.arange(len(groups.slots)), "slot": groups.slots})
        for measures, question in ((others, sql.aggregate), (levels, sql.levels)):
            if measures:
                found = cursor.execute(question(name, measures, source.grain, grain, own)).fetchnumpy()
                for code in measures:
                    values = np.ma.filled(found[code].astype(np.float64), np.nan)
                    arrays[code][found["period"] - periods.start, found["slot"]] = values
        for code in self._known[name].decimal & arrays.keys():
            # 0.1 + 0.2 is 0.3 again, so that a bound is met exactly where it is met on paper.
            np.round(arrays[code], _DECIMALS, out=arrays[code])

    def _is_small(self, cursor: DuckDBPyConnection, name: str, own: range) -> bool:
        if self._known[name].rows <= MOST_ROWS_SCANNED:
            return True
        ((rows,),) = cursor.execute(sql.count_rows(name, own)).fetchall()
        return bool(rows <= MOST_ROWS_SCANNED)

    def _parts(self, name: str, own: range, *, is_whole: bool) -> Iterator[range]:
        """Yield stretches to ask for one after the other; where periods are added up, all at once."""
        known = self._known[name]
        step = len(own) if is_whole else max(1, _ROWS_AT_ONCE // max(1, len(known.live)))
        return (own[start : start + step] for start in range(0, len(own), step))

    def _grouped(self, name: str, dimensions: tuple[str, ...]) -> Groups:
        known = self._known[name]
        if dimensions not in known.groups:
            is_all = len(dimensions) == len(self._sources[name].dimensions)
            known.groups[dimensions] = (
                as_they_are(known.slices, known.live) if is_all else grouped(known.slices, known.live, dimensions)
            )
        return known.groups[dimensions]


def _coarse(own_grain: Grain, grain: Grain | None, own: range) -> Whole:
    """Return the coarser period of each own one."""
    if grain is None:
        return np.zeros(len(own), np.int64)
    if grain is own_grain:
        return np.arange(own.start, own.stop)
    return np.array([Period.holding(Period(own_grain, each).start, grain).index for each in own], np.int64)


def _add(found: Mapping[str, NDArray[Any]], arrays: Mapping[str, Array], cells: Whole) -> None:
    """Add rows up into periods by slices: one pass over memory for each measure."""
    size = next(iter(arrays.values())).size
    counts = np.bincount(cells, minlength=size)
    is_once = bool((counts <= 1).all())
    for code, array in arrays.items():
        values, where, there = found[code], cells, counts
        if np.ma.is_masked(values):
            known = ~np.ma.getmaskarray(values)
            values, where = values[known], cells[known]
            there = np.bincount(where, minlength=size)
        plain = np.ma.getdata(values)
        flat = array.reshape(-1)  # a view, since rows of a kept array lie one behind the other
        if is_once:
            flat[where] = plain
        else:
            np.copyto(flat, np.bincount(where, weights=plain, minlength=size), where=there > 0)
