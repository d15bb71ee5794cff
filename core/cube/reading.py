"""A metric's value on a cube: its formula over measures that are already added up.

A formula is a machine with holes for base metrics. What is put into the holes decides what comes out: the measures
of a period give the period's ROI, their means over four weeks the usual ROI (the ratio of the sums, never the mean of
ratios), and exact fractions an exact ROI. So there is one walk, `worked_out`, for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

import numpy as np

from core.calendar.grain import Grain, Period
from core.cube.cube import Array, Columns, taken
from core.metrics.metric import Const, Formula, How, Metric, Op, Ref, ToDate

if TYPE_CHECKING:
    from decimal import Decimal

    from core.cube.cube import Cube

T = TypeVar("T")
Sign = Literal["+", "-", "*", "/"]
Hole = Callable[[Metric, Grain | None], T]  # a base metric, and since when it gathers


class Dictionary(Protocol):
    """What is needed of the catalog here."""

    @property
    def metrics(self) -> Mapping[str, Metric]: ...
    def split(self, code: str) -> tuple[Formula, Formula] | None: ...


def worked_out(
    formula: Formula,
    dictionary: Dictionary,
    hole: Hole[T],
    constant: Callable[[Decimal], T],
    apply: Callable[[Sign, T, T], T],
    since: Grain | None = None,
) -> T:
    """Work a formula out, down to its base metrics. What gathers to date does so below a ratio, not above it."""
    match formula:
        case Ref(code):
            metric = dictionary.metrics[code]
            if metric.formula is None:
                return hole(metric, since)
            return worked_out(metric.formula, dictionary, hole, constant, apply, since)
        case Const(value):
            return constant(value)
        case Op(sign, left, right):
            return apply(
                sign,
                worked_out(left, dictionary, hole, constant, apply, since),
                worked_out(right, dictionary, hole, constant, apply, since),
            )
        case ToDate(inner, span):
            return worked_out(inner, dictionary, hole, constant, apply, span)


def holes(formula: Formula, dictionary: Dictionary) -> frozenset[tuple[str, Grain | None]]:
    """Return the base metrics that a formula rests on, each with the span over which it gathers."""
    return worked_out(
        formula,
        dictionary,
        lambda metric, since: frozenset({(metric.code, since)}),
        lambda _: frozenset(),
        lambda _, left, right: left | right,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """Reads metrics off one cube, each sub-expression once however many rules ask for it."""

    cube: Cube
    dictionary: Dictionary
    memo: dict[object, Any] = field(default_factory=dict)

    def once(self, key: object, make: Callable[[], T]) -> T:
        if key not in self.memo:
            self.memo[key] = make()
        found: T = self.memo[key]
        return found

    @property
    def older(self) -> Reader | None:
        """Return a reader of the stretch further back, where the cube has one."""
        older = self.cube.older
        return None if older is None else self.once("older", lambda: Reader(older, self.dictionary))

    @property
    def ahead(self) -> int:
        """Return how many columns further on a period stands in the older stretch than here."""
        return 0 if self.cube.older is None else self.cube.periods.start - self.cube.older.periods.start

    def lacking(self, hours: frozenset[int]) -> Reader:
        """Return a reader of the same days without these hours; a level is still what it last was."""

        def make() -> Reader:
            lacks, hows = np.isin(np.array(self.cube.periods) % 24, list(hours)), self.cube.hows
            measures = {
                code: array if hows[code] is How.LAST else np.where(lacks, np.nan, array)
                for code, array in self.cube.measures.items()
            }
            return Reader(replace(self.cube, measures=measures, older=None), self.dictionary)

        return self.once(("lacking", hours), make) if hours else self

    def value(self, code: str, columns: Columns) -> Array:
        """Return a metric at those columns; NaN where it has none or rests on too small a sample."""
        return self.once(("value", code, _key(columns)), lambda: self._value(code, columns))

    def so_far(self, code: str, columns: Columns, without: frozenset[int] = frozenset()) -> Array:
        """Return a metric over each column's day up to and with it, but for some hours of the day; for hours only."""
        reader = self.lacking(without)
        return reader.once(("so far", code, _key(columns)), lambda: reader._value(code, columns, Grain.DAY))  # noqa: SLF001

    def sample(self, code: str, columns: Columns) -> Array | None:
        """Return a ratio's denominator, or None where the metric is no ratio."""
        split = self.dictionary.split(code)
        if split is None:
            return None
        return self.once(("sample", code, _key(columns)), lambda: self.formula(split[1], columns))

    def formula(self, formula: Formula, columns: Columns, since: Grain | None = None) -> Array:
        def hole(metric: Metric, inner: Grain | None) -> Array:
            return self.base(metric, inner or since, columns)

        return arithmetic(formula, self.dictionary, hole)

    def base(self, metric: Metric, since: Grain | None, columns: Columns) -> Array:
        """Return a base metric at those columns, gathered since the month or week began if so asked."""
        if since is None:
            found = taken(self.measure(metric), columns)
            if self.older is not None and len(columns) and columns.min() < 0:
                before = columns < 0
                found[:, before] = taken(self.older.measure(metric), columns[before] + self.ahead)
            return found
        gathered = self.once(("to date", metric.code, since), lambda: self._gathered(metric, since))
        return taken(gathered, columns)

    def _value(self, code: str, columns: Columns, since: Grain | None = None) -> Array:
        metric = self.dictionary.metrics[code]
        value = np.ascontiguousarray(self.formula(Ref(code), columns, since))  # one period of many is a slow stride
        split = self.dictionary.split(code) if metric.min_sample else None
        if split is None:
            return value
        sample = self.formula(split[1], columns, since) if since else self.sample(code, columns)
        return value if sample is None else enough(value, sample, metric.min_sample)

    def measure(self, metric: Metric) -> Array:
        """Return a base metric over the whole cube; no row means zero where the dictionary says so."""
        array = self.cube.measures[metric.code]
        if metric.no_data == "missing":
            return array
        return self.once(("filled", metric.code), lambda: self._filled(array))

    def _filled(self, array: Array) -> Array:
        # No row means none sold only on a day that has rows for somebody; else the file has not come.
        came = np.logical_or.reduce([~np.isnan(each) for each in self.cube.measures.values()]).any(axis=0)
        return np.where(np.isnan(array) & came, 0.0, array)

    def _gathered(self, metric: Metric, since: Grain) -> Array:
        array, periods = self.measure(metric), self.cube.periods
        if metric.how is How.LAST or self.cube.grain is None:
            return array
        spans = spans_of(periods, self.cube.grain, since)
        known = ~np.isnan(array)
        opens = np.r_[True, np.diff(spans) != 0]
        found = np.full(array.shape, np.nan)
        edges = [*np.flatnonzero(opens), len(periods)]
        for first, end in pairwise(edges):
            sums = np.cumsum(np.where(known, array, 0.0)[:, first:end], axis=1)
            some = np.logical_or.accumulate(known[:, first:end], axis=1)
            found[:, first:end] = np.where(some, sums, np.nan)
        if len(edges) > 1 and not _opens_span(periods.start, self.cube.grain, since):
            found[:, : edges[1]] = np.nan  # its beginning lies before the cube: what gathered is unknown
        return found


def arithmetic(formula: Formula, dictionary: Dictionary, hole: Hole[Array]) -> Array:
    """Work a formula out over arrays; a division by zero has no value."""
    return worked_out(formula, dictionary, hole, lambda value: np.array([[float(value)]]), _apply)


def enough(value: Array, sample: Array, least: int) -> Array:
    """Return a rate only where its sample is large enough; below it a rate is unknown, not small."""
    return np.where(sample >= least * (1 - 1e-12), value, np.nan)  # 0.2 ten times is 2, for floats nearly


def spans_of(periods: range, grain: Grain, span: Grain) -> Columns:
    """Return for each period the index of the week or month it lies in."""
    return np.array([Period.holding(Period(grain, each).start, span).index for each in periods], dtype=np.int64)


def _opens_span(period: int, grain: Grain, span: Grain) -> bool:
    start = Period(grain, period).start
    return Period.holding(start, span).start == start


def _apply(sign: Sign, left: Array, right: Array) -> Array:
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            quotient = np.full(np.broadcast_shapes(left.shape, right.shape), np.nan)
            np.divide(left, right, out=quotient, where=right != 0)
            return quotient


def _key(columns: Columns) -> bytes:
    return columns.tobytes()
