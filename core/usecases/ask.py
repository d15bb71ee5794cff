"""What somebody asks of the numbers, and the answer: one value for each metric and slice, over the whole period.

The value is asked of the source for the whole window at once and never added up from the chart's points: a ratio is
Σ/Σ and a distinct count is exact. The series beside it is for the chart alone.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import groupby, product
from typing import TYPE_CHECKING

import numpy as np

from core.calendar.grain import Grain, Period, Window
from core.cube.cube import Cube
from core.cube.query import Query
from core.cube.reading import Reader, holes
from core.labels import Labels, Matcher, all_match
from core.metrics.catalog import Catalog
from core.metrics.metric import Metric
from core.metrics.source import Source
from core.ports import Warehouse, World
from core.quantity import Unit
from core.usecases.compare import as_far

if TYPE_CHECKING:
    from core.workspace import Workspace

DAYS_BY_HOUR = 1  # the longest windows whose charts go by hour, by day and by week
DAYS_BY_DAY = 92
DAYS_BY_WEEK = 400
LATE_START = timedelta(days=3)  # how much later than a comparison its first fact may be
LOOK_BACK = timedelta(days=400)  # how far we look for the last fact when a window is empty


@dataclass(frozen=True, slots=True)
class Question:
    """`metrics` are codes, asked for the slices that `where` names, one each for every value of `by`.

    Several values of one dimension ask for each of them, not for their sum. `compare` is another window to hold the
    answer against; None asks for no comparison, and one as long as `window` is cut to as far as the facts of `window`
    go: half of today is not held against all of yesterday. `grain` is the chart's; None
    leaves it to the window's length.
    """

    metrics: tuple[str, ...]
    window: Window
    where: tuple[Matcher, ...] = ()
    by: str | None = None
    compare: Window | None = None
    grain: Grain | None = None

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Return what the answer is sliced by: what is named, and what is asked for one by one."""
        by = (self.by,) if self.by else ()
        return tuple(sorted({*by, *(matcher.dimension for matcher in self.where)}))


class Absent(StrEnum):
    """Why there is no value."""

    FACTS = "facts"  # no row came
    SAMPLE = "sample"  # too few to say, by the metric's own minimum
    DIVISOR = "divisor"  # nothing to divide by


@dataclass(frozen=True, slots=True)
class Asked:
    """One metric on one slice; where `value` is None, `absent` says why.

    `change` is relative to `compared_to` (0.1 is a tenth more). `series` runs over consecutive periods of `first`'s
    grain from `first` on, for the chart.
    """

    metric: str
    labels: Labels
    unit: Unit
    value: float | None
    compared_to: float | None = None
    change: float | None = None
    first: Period | None = None
    series: tuple[float | None, ...] = ()
    absent: Absent | None = None

    @property
    def grain(self) -> Grain | None:
        return self.first.grain if self.first else None


@dataclass(frozen=True, slots=True)
class Answer:
    """`values` come metric by metric, in the order asked; slices with the largest first metric stand first.

    `fresh` is the last period with any fact in it. Where the window reaches beyond it the numbers stop early, and
    the reader must be told.
    """

    question: Question
    values: tuple[Asked, ...]
    fresh: Period | None = None

    def of(self, metric: str) -> tuple[Asked, ...]:
        """Return this metric's values, slice by slice."""
        return tuple(value for value in self.values if value.metric == metric)

    @property
    def stops_early(self) -> bool:
        """Whether the window reaches beyond the last fact."""
        return self.fresh is not None and self.fresh.end < self.question.window.end

    @property
    def is_empty(self) -> bool:
        return all(value.value is None for value in self.values)


async def ask(question: Question, workspace: Workspace, world: World) -> Answer:
    """Answer a question; Missing if no source holds a metric together with the dimensions asked for.

    Those who ask the same while it is being answered wait for that answer: after an alert everybody asks at once.
    """
    key = (id(world.warehouse), id(workspace), question)
    asking = _under_way.get(key)
    if asking is None or asking.get_loop() is not asyncio.get_running_loop():
        asking = _under_way[key] = asyncio.ensure_future(_ask(question, workspace, world.warehouse))
        asking.add_done_callback(lambda done: _forget(key, done))
    return await asyncio.shield(asking)


_under_way: dict[tuple[int, int, Question], asyncio.Future[Answer]] = {}


def _forget(key: tuple[int, int, Question], done: asyncio.Future[Answer]) -> None:
    if _under_way.get(key) is done:
        del _under_way[key]
    if not done.cancelled():
        done.exception()  # whoever asked was told; when all of them have gone, nobody need be


async def _ask(question: Question, workspace: Workspace, warehouse: Warehouse) -> Answer:
    catalog = workspace.catalog
    metrics = tuple(catalog.metric(code) for code in question.metrics)
    found: dict[str, dict[Labels, Asked]] = {}
    fresh: list[Period] = []
    for (source, span), some in _together(metrics, question, catalog):
        asked, last = await _ask_source(question, source, span, tuple(some), catalog, warehouse)
        found |= asked
        fresh += [last] if last else []
    slices = _ordered([found[code] for code in question.metrics])
    values = (
        found[code].get(labels) or _nothing(catalog.metric(code), labels)
        for code in question.metrics
        for labels in slices
    )
    last = min(fresh, key=lambda period: period.end, default=None)
    return Answer(replace(question, compare=_as_far(question, last)), tuple(values), last)


# --- asking one source -----------------------------------------------------------------------------------------


def _together(
    metrics: tuple[Metric, ...], question: Question, catalog: Catalog
) -> list[tuple[tuple[Source, Grain | None], list[Metric]]]:
    """Group metrics that one query answers: of one source, and gathering since the same beginning, if they do."""

    def kin(metric: Metric) -> tuple[str, str]:
        source = catalog.source_for(catalog.bases(metric.code), question.dimensions)
        return source.name, _span(metric, catalog) or ""

    groups = groupby(sorted(metrics, key=kin), kin)
    return [((catalog.sources[name], Grain(span) if span else None), list(some)) for (name, span), some in groups]


def _span(metric: Metric, catalog: Catalog) -> Grain | None:
    """Return since when a metric gathers (spend to date: the month), or None for one that does not."""
    spans = [since for _, since in holes(catalog.expanded(metric.code), catalog) if since]
    return max(spans, key=lambda grain: grain.rank, default=None)


async def _ask_source(
    question: Question,
    source: Source,
    span: Grain | None,
    metrics: tuple[Metric, ...],
    catalog: Catalog,
    warehouse: Warehouse,
) -> tuple[dict[str, dict[Labels, Asked]], Period | None]:
    bases = tuple(dict.fromkeys(base for metric in metrics for base in catalog.bases(metric.code)))

    async def fetch(window: Window, grain: Grain | None) -> Reader:
        query = Query(source.name, grain, question.dimensions, bases, window)
        return Reader((await warehouse.fetch(query)).where(question.where), catalog)

    periods = _shown(question.window, question.grain or _grain(question.window, source), source)
    now = await fetch(_gathering(question.window, span), None)
    series = await fetch(_opening(Window.of(periods[0], periods[-1]), span), periods[0].grain)
    last = _last(series.cube) if periods[0].grain is source.grain else None
    fresh = last or await _fresh(question, source, bases, warehouse)
    compare = _as_far(question, fresh)
    if compare and not await _reaches_back(compare, question, source, bases, warehouse):
        compare = None
    before = await fetch(_gathering(compare, span), None) if compare else None
    # What gathers to date stands still after the last fact; a line drawn on would look like news.
    known = [period for period in periods if fresh is None or period.start < fresh.end]
    slices = dict.fromkeys((*_named(question), *now.cube.slices, *(before.cube.slices if before else ())))
    found = {
        metric.code: {labels: _asked(metric, labels, now, before, series, known) for labels in slices}
        for metric in metrics
    }
    return found, fresh


async def _reaches_back(
    compare: Window, question: Question, source: Source, bases: tuple[str, ...], warehouse: Warehouse
) -> bool:
    """Return whether facts go back to about where the comparison begins; half a quarter is no quarter."""
    cube = await warehouse.fetch(Query(source.name, source.grain, question.dimensions, bases, compare))
    first = _first(cube)
    return first is not None and first.start - compare.start <= max(LATE_START, (compare.end - compare.start) / 10)


def _as_far(question: Question, fresh: Period | None) -> Window | None:
    """Return what to compare with, no further than the facts of the window itself go."""
    if question.compare is None or fresh is None:
        return question.compare
    return as_far(question.compare, question.window, fresh.end)


def _asked(
    metric: Metric, labels: Labels, now: Reader, before: Reader | None, series: Reader, periods: list[Period]
) -> Asked:
    value = _total(metric, labels, now)
    base = _total(metric, labels, before) if before else None
    columns = np.array([period.index - series.cube.periods.start for period in periods], dtype=np.int64)
    row = series.cube.slice_index.get(labels)
    points = () if row is None else tuple(_number(each) for each in series.value(metric.code, columns)[row])
    return Asked(
        metric=metric.code,
        labels=labels,
        unit=metric.unit,
        value=value,
        compared_to=base,
        change=None if value is None or not base else (value - base) / abs(base),
        first=periods[0] if points else None,
        series=points,
        absent=_absent(metric, labels, now) if value is None else None,
    )


async def _fresh(question: Question, source: Source, bases: tuple[str, ...], warehouse: Warehouse) -> Period | None:
    """Return the last period with a fact on any slice asked for, of the source's own grain."""
    window = question.window
    for wider in (window, replace(window, start=window.start - LOOK_BACK)):
        cube = await warehouse.fetch(Query(source.name, source.grain, question.dimensions, bases, wider))
        if last := _last(cube.where(question.where)):
            return last
    return None


def _first(cube: Cube) -> Period | None:
    return next(iter(_with_facts(cube)), None)


def _last(cube: Cube) -> Period | None:
    return next(iter(_with_facts(cube)[::-1]), None)


def _with_facts(cube: Cube) -> list[Period]:
    """Return the periods in which any slice has any fact."""
    if cube.grain is None or not cube.slices:
        return []
    known = np.any([~np.isnan(array) for array in cube.measures.values()], axis=(0, 1))
    return [Period(cube.grain, cube.periods[int(column)]) for column in np.flatnonzero(known)]


# --- numbers off a cube ----------------------------------------------------------------------------------------


def _total(metric: Metric, labels: Labels, reader: Reader) -> float | None:
    row = reader.cube.slice_index.get(labels)
    return None if row is None else _number(reader.value(metric.code, _WHOLE)[row, 0])


def _absent(metric: Metric, labels: Labels, reader: Reader) -> Absent:
    row = reader.cube.slice_index.get(labels)
    if row is None or all(np.isnan(array[row, 0]) for array in reader.cube.measures.values()):
        return Absent.FACTS
    sample = reader.sample(metric.code, _WHOLE)
    if sample is not None and 0 < sample[row, 0] < metric.min_sample:
        return Absent.SAMPLE
    return Absent.DIVISOR if sample is not None and sample[row, 0] == 0 else Absent.FACTS


_WHOLE = np.zeros(1, dtype=np.int64)  # the one column of a cube without grain


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _nothing(metric: Metric, labels: Labels) -> Asked:
    return Asked(metric.code, labels, metric.unit, None, absent=Absent.FACTS)


# --- which slices, which periods -------------------------------------------------------------------------------


def _named(question: Question) -> tuple[Labels, ...]:
    """Return the slices that are named outright: they are answered even when no fact came."""
    wanted = [matcher for matcher in question.where if not matcher.negated]
    if {matcher.dimension for matcher in wanted} != set(question.dimensions):
        return ()
    choices = product(*([(matcher.dimension, value) for value in matcher.values] for matcher in wanted))
    slices = (Labels.of(dict(pairs)) for pairs in choices)
    return tuple(labels for labels in slices if all_match(question.where, labels))


def _ordered(columns: list[dict[Labels, Asked]]) -> list[Labels]:
    """Return all slices, the largest first by the first metric that has a value there."""

    def size(labels: Labels) -> tuple[bool, float]:
        first = columns[0].get(labels)
        return (True, 0.0) if first is None or first.value is None else (False, -first.value)

    return sorted(dict.fromkeys(labels for column in columns for labels in column), key=size)


def _grain(window: Window, source: Source) -> Grain:
    days = (window.end - window.start) / timedelta(days=1)
    if days <= DAYS_BY_HOUR and source.grain is Grain.HOUR:
        return Grain.HOUR
    return Grain.DAY if days <= DAYS_BY_DAY else Grain.WEEK if days <= DAYS_BY_WEEK else Grain.MONTH


def _shown(window: Window, grain: Grain, source: Source) -> list[Period]:
    """Return the chart's periods: whole ones only, as half a week beside whole ones looks like a fall."""
    grain = max(grain, source.grain, key=lambda each: each.rank)
    periods = [Period(grain, index) for index in window.periods(grain)]
    is_whole = len(periods) == 1 or periods[-1].end <= window.end
    return periods if is_whole or grain in (Grain.HOUR, Grain.DAY) else periods[:-1]


def _gathering(window: Window, span: Grain | None) -> Window:
    """Return the window itself, or, for what gathers to date, all that has gathered by its end."""
    return window if span is None else Window(Period.holding(window.last_day, span).start, window.end)


def _opening(window: Window, span: Grain | None) -> Window:
    """Return the window, from as early on as what gathers needs to be right at its first period."""
    return window if span is None else Window(Period.holding(window.first_day, span).start, window.end)
