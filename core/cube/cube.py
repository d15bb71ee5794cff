"""The answer to one query: for each base metric an array of slices by periods.

A cube is immutable and knows no metric but base ones: what a ratio is, `reading` says, after everything has been
added up. NaN means that no row came for that slice and period.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.calendar.grain import Grain, Period
from core.errors import Problem
from core.metrics.metric import How

if TYPE_CHECKING:
    from datetime import tzinfo

    from core.labels import Labels, Matcher

Array = NDArray[np.float64]
Columns = NDArray[np.int64]
Flags = NDArray[np.bool_]
Valued = tuple[dict[str, int], Columns]  # a dimension's values with a number each, and that of each slice, -1 for none


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """`measures[code]` has the shape (len(slices), len(periods)); `periods` holds indices of `grain`.

    A `grain` of None is one single period, the whole window asked for. What a mean looks back on beyond a promotion is
    a cube by itself, `older`, of the same slices: the weeks between are not held. Only `reading` knows of it.
    """

    dimensions: tuple[str, ...]
    slices: tuple[Labels, ...]
    grain: Grain | None
    periods: range
    measures: Mapping[str, Array]
    hows: Mapping[str, How]
    places: dict[Labels, int] = field(default_factory=dict, repr=False)  # cubes of the same slices may share them,
    valued: dict[str, Valued] = field(default_factory=dict, repr=False)  # and these: both are filled when first needed
    older: Cube | None = None
    zone: tzinfo | None = None  # whose wall its hours are of; None: of one that never changes

    @property
    def slice_index(self) -> Mapping[Labels, int]:
        """Return the row of each slice; found once, when first asked for."""
        if not self.places:
            self.places.update({labels: row for row, labels in enumerate(self.slices)})
        return self.places

    def matching(self, matchers: Iterable[Matcher]) -> Flags:
        """Return which slices match, a look at each value in place of one at each slice."""
        found = np.ones(len(self.slices), np.bool_)
        for matcher in matchers:
            values, numbers = self._valued(matcher.dimension)
            named = matcher.named(values)
            found &= (numbers == named[0] if len(named) == 1 else np.isin(numbers, named)) != matcher.negated
        return found

    def column(self, period: int) -> int:
        """Return where a period stands on the time axis, possibly before or behind it."""
        return period - self.periods.start

    def at(self, periods: range) -> Cube:
        """Return just these periods; one that this cube does not hold has no value."""
        columns = np.arange(periods.start, periods.stop) - self.periods.start
        return self._with(periods, {code: taken(array, columns) for code, array in self.measures.items()})

    def with_older(self, older: Cube) -> Cube:
        """Return the same with a stretch that lies before it; of slices that this one does not have it forgets."""
        if older.slices is not self.slices and older.slices != self.slices:
            here = older.slice_index
            rows = np.array([here.get(labels, -1) for labels in self.slices], dtype=np.int64)
            known = (rows >= 0)[:, None]
            measures = {code: np.where(known, array[rows], np.nan) for code, array in older.measures.items()}
            older = older._of(self.slices, measures)
        return replace(self, older=older)

    def where(self, matchers: Sequence[Matcher]) -> Cube:
        """Return just the slices that match, in their order."""
        rows = np.flatnonzero(self.matching(matchers))
        return self._of(
            tuple(self.slices[row] for row in rows), {code: array[rows] for code, array in self.measures.items()}
        )

    def roll_up(self, dimensions: Iterable[str]) -> Cube:
        """Add slices up to fewer dimensions.

        A level (`LAST`) is added over slices as well; over time its last value counts, so go `coarser` first.
        """
        kept = tuple(dimension for dimension in self.dimensions if dimension in set(dimensions))
        if kept == self.dimensions:
            return self
        self._refuse_distinct()
        groups: dict[Labels, int] = {}
        rows = np.array([groups.setdefault(each.only(kept), len(groups)) for each in self.slices], dtype=np.int64)
        measures = {code: _added(array, rows, len(groups)) for code, array in self.measures.items()}
        return replace(self._of(tuple(groups), measures), dimensions=kept)

    def coarser(self, grain: Grain) -> Cube:
        """Add periods up to a coarser grain. The first and the last may be there only in part: ask for whole ones."""
        if grain == self.grain:
            return self
        if self.grain is None or grain.rank < self.grain.rank:
            raise Problem("cube-grain-too-fine", wanted=grain.value, held=self.grain.value if self.grain else "total")
        own = self.grain
        indices = np.array([Period.holding(Period(own, each).start, grain).index for each in self.periods], np.int64)
        periods = range(int(indices[0]), int(indices[-1]) + 1) if len(indices) else range(0)
        return replace(self._over_time(indices - periods.start, periods), grain=grain)

    def total(self) -> Cube:
        """Add all periods up to one, the whole window."""
        if self.grain is None:
            return self
        return replace(self._over_time(np.zeros(len(self.periods), np.int64), range(1)), grain=None)

    def _with(self, periods: range, measures: Mapping[str, Array]) -> Cube:
        shared = self.places, self.valued
        return Cube(self.dimensions, self.slices, self.grain, periods, measures, self.hows, *shared, zone=self.zone)

    def _valued(self, dimension: str) -> Valued:
        if dimension not in self.valued:
            values: dict[str, int] = {}
            every = (labels.get(dimension) for labels in self.slices)
            numbers = [-1 if each is None else values.setdefault(each, len(values)) for each in every]
            self.valued[dimension] = values, np.array(numbers, dtype=np.int64)
        return self.valued[dimension]

    def _of(self, slices: tuple[Labels, ...], measures: Mapping[str, Array]) -> Cube:
        return Cube(self.dimensions, slices, self.grain, self.periods, measures, self.hows, zone=self.zone)

    def _refuse_distinct(self) -> None:
        for code, how in self.hows.items():
            if how is How.DISTINCT:
                raise Problem("cube-distinct-added", measure=code)

    def _over_time(self, buckets: Columns, periods: range) -> Cube:
        self._refuse_distinct()
        measures = {}
        for code, array in self.measures.items():
            reduce = _last if self.hows[code] is How.LAST else _added
            measures[code] = np.ascontiguousarray(reduce(array.T, buckets, len(periods)).T)
        return self._with(periods, measures)


def taken(array: Array, columns: Columns) -> Array:
    """Return those columns; one outside of the array is NaN. Neighbours inside it come as a view."""
    width = array.shape[1]
    if not len(columns):
        return array[:, :0]
    first, last = int(columns[0]), int(columns[-1])
    in_a_row = last - first == len(columns) - 1 and bool((np.diff(columns) == 1).all())
    if in_a_row and first >= 0 and last < width:
        return array[:, first : last + 1]
    found = np.full((array.shape[0], len(columns)), np.nan)
    inside = (columns >= 0) & (columns < width)
    found[:, inside] = array[:, columns[inside]]
    return found


def _added(array: Array, groups: Columns, count: int) -> Array:
    """Add rows of one group; a sum over nothing but NaN stays NaN."""
    sums = np.full((count, array.shape[1]), np.nan)
    if not len(groups):
        return sums
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) > 0])
    ordered = array[order]
    known = ~np.isnan(ordered)
    found = np.add.reduceat(np.where(known, ordered, 0.0), starts, axis=0)
    found[~np.logical_or.reduceat(known, starts, axis=0)] = np.nan
    sums[groups[order][starts]] = found
    return sums


def _last(array: Array, groups: Columns, count: int) -> Array:
    """Take each group's last row that has a value; groups are in the order of time."""
    last = np.full((count, array.shape[1]), np.nan)
    for row, group in enumerate(groups):
        last[group] = np.where(np.isnan(array[row]), last[group], array[row])
    return last
