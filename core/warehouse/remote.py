"""The warehouse over tables that stay where they are: a larger engine adds up, we keep the cubes.

An engine far away is asked rarely and compactly. What slices there are, and how the values of a dimension are
written, is asked when facts change; whether they have is told by one row a period (rows and sums), of which only the
newest weeks are asked again. A change that leaves a period's rows and sums as they were is not seen until a restart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from core.calendar.grain import Grain, Period, Window
from core.cube.cube import Array, Cube
from core.errors import Missing, Problem
from core.labels import Labels
from core.metrics.metric import How
from core.metrics.source import Source
from core.ports import Arrival
from core.warehouse.checked import checked
from core.warehouse.connect import Ask, Link
from core.warehouse.groups import Groups, as_they_are, grouped
from core.warehouse.kept import Kept
from core.warehouse.question import Questions, period_at

if TYPE_CHECKING:
    from core.cube.query import Query
    from core.metrics.catalog import Catalog

AGAIN = timedelta(days=35)  # how far back facts may still change
PAUSE = 60.0  # seconds at least between two looks at a table
MOST_CELLS = 100_000_000
_DECIMALS, _NOISE = 6, 1e-12

Marks = dict[int, tuple[float, ...]]
Key = tuple[str, Grain, tuple[str, ...], tuple[str, ...], bool]


@dataclass(slots=True)
class Known:
    """What is remembered of one table between questions."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    looked: float | None = None
    marks: Marks = field(default_factory=dict)
    questions: Questions | None = None
    slices: tuple[Labels, ...] = ()
    live: frozenset[int] = frozenset()
    groups: dict[tuple[str, ...], Groups] = field(default_factory=dict)


class RemoteWarehouse:
    """The Warehouse port over the tables of one engine."""

    def __init__(
        self,
        link: Link,
        sources: Mapping[str, Source],
        catalog: Catalog,
        *,
        zone: str = "UTC",
        pause: float = PAUSE,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._link, self._sources, self._catalog = link, sources, catalog
        self._zone, self._pause, self._clock = ZoneInfo(zone), pause, clock
        self._known = {name: Known() for name in sources}
        self._kept: dict[Key, Kept] = {}

    async def refresh(self) -> tuple[Arrival, ...]:
        """Look whether facts changed, in every table that was not looked at a moment ago."""
        arrivals = []
        for name, known in self._known.items():
            async with known.lock:
                if known.looked is None or self._clock() - known.looked >= self._pause:
                    arrival = await self._link.run(lambda ask, name=name: self._look(ask, name))  # type: ignore[misc]
                    known.looked = self._clock()
                    arrivals += [arrival] if arrival else []
        return tuple(arrivals)

    async def fetch(self, query: Query) -> Cube:
        """Answer a question. A period's number is that of the whole period, also where the window cuts it."""
        source = checked(query, self._sources)
        known = self._known[source.name]
        async with known.lock:
            return await self._link.run(lambda ask: self._answer(ask, source, query))

    async def aclose(self) -> None:
        await self._link.aclose()

    # --- looking

    def _look(self, ask: Ask, name: str) -> Arrival | None:
        source, known = self._sources[name], self._known[name]
        newest = max(known.marks, default=None)
        since = None if newest is None else Period(source.grain, newest).start.date() - AGAIN
        first = None if since is None else Period.holding(since, source.grain).index
        found: Marks = {}
        keys = 2 if source.grain is Grain.HOUR else 1
        for row in ask(Questions(source, self._link.dialect, {}).marks(since)):
            if row[0] is not None:  # a row without a time is nobody's
                index = period_at(row[:keys], source.grain)
                found[index] = tuple(float(each or 0) for each in row[keys:])
        held = {index: mark for index, mark in known.marks.items() if first is None or index >= first}
        differing = [each for each in held.keys() | found.keys() if held.get(each) != found.get(each)]
        if not differing and known.questions is not None:
            return None
        self._learn(ask, source, known)
        known.marks = {index: mark for index, mark in known.marks.items() if index not in held} | found
        if not known.marks:
            raise Missing("source-no-rows", source=name, files=source.table)
        arrival = Arrival(name, Period(source.grain, min(differing)), Period(source.grain, max(differing)))
        for (of, grain, *_), kept in self._kept.items():
            if of == name:
                one, other = (Period.holding(each.start, grain).index for each in (arrival.first, arrival.last))
                kept.mark(range(one, other + 1))
        return arrival

    def _learn(self, ask: Ask, source: Source, known: Known) -> None:
        """Ask how values are written, and which slices there are."""
        translations = {}
        for dimension in source.dimensions:
            questions = Questions(source, self._link.dialect, {})
            written = [str(value) for (value,) in ask(questions.values(dimension)) if value is not None]
            meant = {each: self._catalog.value(dimension, each) for each in written}
            translations[dimension] = {each: code for each, code in meant.items() if code != each}
        known.questions = Questions(source, self._link.dialect, translations)
        rows = [tuple(map(str, row)) for row in ask(known.questions.slices())] if source.dimensions else [()]
        found = {Labels.of(dict(zip(source.dimensions, row, strict=True))) for row in rows}
        new = sorted(found.difference(known.slices), key=str)
        if new or len(found) != len(known.live):
            known.slices += tuple(new)  # a slice keeps its place
            known.live = frozenset(place for place, labels in enumerate(known.slices) if labels in found)
            known.groups.clear()

    # --- answering

    def _answer(self, ask: Ask, source: Source, query: Query) -> Cube:
        known = self._known[source.name]
        if known.questions is None:
            self._look(ask, source.name)
        hows = {code: source.measures[code].how for code in query.measures}
        groups = self._groups(source, query.dimensions)
        periods = range(1) if query.grain is None else query.window.periods(query.grain)
        if len(periods) * len(groups.slices) * len(hows) > MOST_CELLS:
            raise Problem("question-too-large", slices=len(groups.slices), periods=len(periods))
        if query.grain is None:
            arrays = {code: np.full((1, len(groups.slices)), np.nan) for code in hows}
            own = query.window.periods(source.grain)
            whole = Window.of(Period(source.grain, own.start), Period(source.grain, own.stop - 1))
            self._fill(ask, source, query, None, whole, groups, arrays, periods)
            measures = {code: array.T for code, array in arrays.items()}
        else:
            measures = self._topped_up(ask, source, query, query.grain, groups, periods)
        shared = groups.places, groups.valued
        return Cube(query.dimensions, groups.slices, query.grain, periods, measures, hows, *shared, zone=self._zone)

    def _topped_up(
        self, ask: Ask, source: Source, query: Query, grain: Grain, groups: Groups, periods: range
    ) -> dict[str, Array]:
        key = (source.name, grain, query.dimensions, query.measures, query.aside)
        kept = self._kept.pop(key, None)  # and put back when it is whole: a question that fails leaves no hole
        if kept is None or (query.aside and kept.is_apart(periods)) or not kept.widen(groups.slices):
            kept = Kept(groups.slices, query.measures)
        for lacking in kept.lacking(periods):
            window = Window.of(Period(grain, lacking.start), Period(grain, lacking.stop - 1))
            self._fill(ask, source, query, grain, window, groups, kept.opened(lacking), lacking)
        self._kept[key] = kept
        return kept.show(periods)

    def _fill(
        self,
        ask: Ask,
        source: Source,
        query: Query,
        grain: Grain | None,
        window: Window,
        groups: Groups,
        arrays: Mapping[str, Array],
        periods: range,
    ) -> None:
        questions = self._known[source.name].questions
        if questions is None:
            raise ValueError("nothing is asked of a table that was not looked at")
        places = groups.places or {labels: place for place, labels in enumerate(groups.slices)}
        groups.places.update(places)
        by = tuple(each for each in source.dimensions if each in query.dimensions)
        levels = [code for code in query.measures if source.measures[code].how is How.LAST]
        others = tuple(code for code in query.measures if code not in levels)
        asked = [(others, questions.aggregate(others, by, grain, window))] if others else []
        asked += [((code,), questions.level(code, by, grain, window)) for code in levels]
        for codes, question in asked:
            for row in ask(question):
                keys, values = row[: len(row) - len(codes)], row[len(row) - len(codes) :]
                period = period_at(keys[len(by) :], grain) - periods.start
                place = places.get(Labels.of(dict(zip(by, map(str, keys[: len(by)]), strict=True))))
                if place is None or not 0 <= period < len(periods):
                    continue  # it came after the last look, or was told for an hour beside the window
                for code, value in zip(codes, values, strict=True):
                    if value is not None:
                        arrays[code][period, place] = float(value)
        for code in query.measures:
            _snap(arrays[code])

    def _groups(self, source: Source, dimensions: tuple[str, ...]) -> Groups:
        known = self._known[source.name]
        if dimensions not in known.groups:
            is_all = len(dimensions) == len(source.dimensions)
            known.groups[dimensions] = (
                as_they_are(known.slices, known.live) if is_all else grouped(known.slices, known.live, dimensions)
            )
        return known.groups[dimensions]


def _snap(array: Array) -> None:
    """Make 0.1 + 0.2 the 0.3 it is on paper: engines add floats up in any order."""
    near = np.round(array, _DECIMALS)
    with np.errstate(invalid="ignore"):
        np.copyto(array, near, where=np.abs(near - array) <= _NOISE * np.abs(array))
