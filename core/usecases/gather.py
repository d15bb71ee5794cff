"""The facts that a metric rests on: of the one source that holds them all, or each half of its own and joined.

A cost per lead is the spend of one source by the leads of another. Such a number is told on the slices that both know,
at the coarser of their grains, and only as far as the facts of both go: a spend of two days over the leads of one is
the cost of nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.calendar.grain import Grain, Period, Window
from core.cube.query import Query
from core.errors import Missing

if TYPE_CHECKING:
    from core.cube.cube import Cube
    from core.metrics.catalog import Catalog
    from core.metrics.source import Source
    from core.ports import Warehouse


@dataclass(frozen=True, slots=True)
class Parts:
    """Which base metrics are asked of which source."""

    of: tuple[tuple[Source, tuple[str, ...]], ...]

    @property
    def grain(self) -> Grain:
        """Return the coarsest grain of them: finer than it, one half is not told apart."""
        return max((source.grain for source, _ in self.of), key=lambda grain: grain.rank)

    @property
    def is_joined(self) -> bool:
        return len(self.of) > 1

    async def fetch(
        self, grain: Grain | None, dimensions: tuple[str, ...], window: Window, warehouse: Warehouse
    ) -> Cube:
        queries = (Query(source.name, grain, dimensions, bases, window) for source, bases in self.of)
        return joined([await warehouse.fetch(query) for query in queries])


def parts_of(bases: tuple[str, ...], dimensions: tuple[str, ...], catalog: Catalog) -> Parts:
    """Return where to ask for base metrics, of as few sources as can be; Missing if one is told nowhere by these."""
    try:
        return Parts(((catalog.source_for(bases, dimensions), bases),))
    except Missing:
        found: dict[str, list[str]] = {}
        for base in bases:
            known = (name for name in found if base in catalog.sources[name].measures)
            name = next(known, None) or catalog.source_for((base,), dimensions).name
            found.setdefault(name, []).append(base)
        return Parts(tuple((catalog.sources[name], tuple(some)) for name, some in found.items()))


def joined(cubes: Sequence[Cube]) -> Cube:
    """Return cubes of the same dimensions and periods as one; what a slice has not in one of them is unknown there."""
    first = cubes[0]
    if len(cubes) == 1:
        return first
    slices = tuple(dict.fromkeys(labels for cube in cubes for labels in cube.slices))
    measures = {}
    for cube in cubes:
        rows = np.array([cube.slice_index.get(labels, -1) for labels in slices], dtype=np.int64)
        for code, array in cube.measures.items():
            measures[code] = np.full((len(slices), array.shape[1]), np.nan)
            measures[code][rows >= 0] = array[rows[rows >= 0]]
    hows = {code: how for cube in cubes for code, how in cube.hows.items()}
    return replace(first, slices=slices, measures=measures, hows=hows, places={}, valued={})


def whole_periods(window: Window, grain: Grain) -> Window:
    """Return the window in whole periods of a grain coarser than a day: half a week's leads are told nowhere."""
    if grain.rank <= Grain.DAY.rank:
        return window
    return Window(Period.holding(window.start, grain).start, Period.holding(window.last_day, grain).end)


def first_fact(cube: Cube) -> Period | None:
    return next(iter(_with_facts(cube)), None)


def last_fact(cube: Cube) -> Period | None:
    return next(iter(_with_facts(cube)[::-1]), None)


def _with_facts(cube: Cube) -> list[Period]:
    """Return the periods in which any slice has any fact."""
    if cube.grain is None or not cube.slices:
        return []
    known = np.any([~np.isnan(array) for array in cube.measures.values()], axis=(0, 1))
    return [Period(cube.grain, cube.periods[int(column)]) for column in np.flatnonzero(known)]


def earliest(reached: Iterable[Period | None]) -> Period | None:
    return min(filter(None, reached), key=lambda period: period.end, default=None)


def reached_by_all(window: Window, reached: Iterable[Period | None]) -> Window:
    """Return the window as far as the facts of each source go; all of it where one has none there, and no value is."""
    last = earliest(reached)
    return Window(window.start, min(window.end, last.end)) if last and window.start < last.end else window
