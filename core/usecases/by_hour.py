"""When it moved: one dimension's values by the hours of the day, each held against the same hour before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.calendar.grain import Grain, Period, Window
from core.cube.query import Query
from core.cube.reading import Reader

if TYPE_CHECKING:
    from core.attribution.leaves import Array
    from core.labels import Matcher
    from core.metrics.catalog import Catalog
    from core.metrics.metric import Formula
    from core.metrics.source import Source
    from core.ports import Warehouse

HOURS = 24
MOST_ROWS = 8


@dataclass(frozen=True, slots=True)
class ByHour:
    """`changes` has a row for each of `values`, the largest first, and 24 columns; None where one side has nothing."""

    dimension: str
    values: tuple[str, ...]
    changes: tuple[tuple[float | None, ...], ...]


async def by_hour(
    dimension: str,
    formulas: tuple[Formula, ...],
    bases: tuple[str, ...],
    source: Source,
    where: tuple[Matcher, ...],
    window: Window,
    compare: tuple[Window, ...],
    catalog: Catalog,
    warehouse: Warehouse,
) -> ByHour | None:
    """Return how far each hour of the day is from before; None where facts are not kept by the hour."""
    if source.grain is not Grain.HOUR:
        return None
    dimensions = tuple(sorted({dimension, *(matcher.dimension for matcher in where)}))

    async def side(part: Window) -> dict[str, Array]:
        cube = (await warehouse.fetch(Query(source.name, Grain.HOUR, dimensions, bases, part))).where(where)
        sums: dict[str, Array] = {}
        if not cube.slices:
            return sums
        reader, columns = Reader(cube, catalog), np.arange(len(cube.periods), dtype=np.int64)
        hours = np.array([Period(Grain.HOUR, index).start.hour for index in cube.periods])
        for place, formula in enumerate(formulas):
            found = np.nan_to_num(np.broadcast_to(reader.formula(formula, columns), (len(cube.slices), len(columns))))
            for labels, row in zip(cube.slices, found, strict=True):
                mine = sums.setdefault(labels.get(dimension) or "", np.zeros((2, HOURS)))
                mine[place] += np.bincount(hours, row, HOURS)
        return sums

    now = await side(window)
    then: dict[str, Array] = {}
    for part in compare:
        for value, sums in (await side(part)).items():
            then[value] = then.get(value, np.zeros((2, HOURS))) + sums
    is_ratio = len(formulas) > 1
    largest = sorted(now, key=lambda value: -float(now[value][int(is_ratio)].sum()))[:MOST_ROWS]
    empty = np.zeros((2, HOURS))
    changes = tuple(_changes(now[value], then.get(value, empty), len(compare), is_ratio=is_ratio) for value in largest)
    return ByHour(dimension, tuple(largest), changes) if largest else None


def _changes(now: Array, then: Array, windows: int, *, is_ratio: bool) -> tuple[float | None, ...]:
    if is_ratio:
        ratios = [np.divide(one[0], one[1], out=np.full(HOURS, np.nan), where=one[1] > 0) for one in (now, then)]
        late, early = ratios
    else:
        late, early = now[0], then[0] / windows
    found = np.divide(late - early, early, out=np.full(HOURS, np.nan), where=early > 0)
    return tuple(float(one) if np.isfinite(one) else None for one in found)
