"""What somebody asks of the numbers, and the answer: one value for each metric and slice, over the whole period.

The value is asked of the source for the whole window at once and never added up from the chart's points: a ratio is
Σ/Σ and a distinct count is exact. The series beside it is for the chart alone.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby, product
from typing import TYPE_CHECKING

import numpy as np

from core.calendar.grain import Grain, Period, Window
from core.cube.reading import Reader, holes
from core.labels import Labels, Matcher, all_match
from core.metrics.catalog import Catalog
from core.metrics.metric import Metric
from core.ports import Warehouse, World
from core.quantity import Unit
from core.usecases.charted import gathering, grain_for, opening, shown
from core.usecases.compare import as_far
from core.usecases.gather import Parts, earliest, first_fact, last_fact, parts_of, reached_by_all, whole_periods

if TYPE_CHECKING:
    from core.workspace import Workspace

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
class Shares:
    """The dimension whose slices are the parts, and the wholes that they are parts of."""

    dimension: str
    wholes: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """`values` come metric by metric, in the order asked; slices with the largest first metric stand first.

    `fresh` is the last period with any fact in it. Where the window reaches beyond it the numbers stop early, and
    the reader must be told. `joined` names the sources that a number was put together of, each with its own last
    period; `shares` is there where the values are parts of a whole.
    """

    question: Question
    values: tuple[Asked, ...]
    fresh: Period | None = None
    joined: tuple[tuple[str, Period | None], ...] = ()
    shares: Shares | None = None

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
    reached: dict[str, Period | None] = {}
    joined: dict[str, Period | None] = {}
    groups = _together(metrics, question, catalog)
    question = _in_whole_periods(question, [parts for (parts, _), _ in groups])
    for (parts, span), some in groups:
        asked, through = await _ask_source(question, parts, span, tuple(some), catalog, warehouse)
        found |= asked
        reached |= through
        joined |= through if parts.is_joined else {}
    slices = _ordered([found[code] for code in question.metrics])
    values = (
        found[code].get(labels) or _nothing(catalog.metric(code), labels)
        for code in question.metrics
        for labels in slices
    )
    last = earliest(reached.values())
    return Answer(replace(question, compare=_as_far(question, last)), tuple(values), last, tuple(joined.items()))


async def held(question: Question, now: datetime, workspace: Workspace, world: World) -> Window | None:
    """Return from when to when there are facts of what was asked, as far back as we look; None where there are none."""
    catalog = workspace.catalog
    window = Window(Period.holding(now - LOOK_BACK, Grain.DAY).start, Period.holding(now, Grain.DAY).end)
    parts = parts_of(catalog.bases(question.metrics[0]), question.dimensions, catalog)
    cube = (await parts.fetch(parts.grain, question.dimensions, window, world.warehouse)).where(question.where)
    first, last = first_fact(cube), last_fact(cube)
    return Window.of(first, last) if first and last else None


# --- asking what belongs together ---------------------------------------------------------------------------------


def _together(
    metrics: tuple[Metric, ...], question: Question, catalog: Catalog
) -> list[tuple[tuple[Parts, Grain | None], list[Metric]]]:
    """Group metrics that the same sources answer: those gathering since the same beginning, if they do."""
    wheres = {one.code: parts_of(catalog.bases(one.code), question.dimensions, catalog) for one in metrics}

    def kin(metric: Metric) -> tuple[tuple[str, ...], str]:
        return tuple(source.name for source, _ in wheres[metric.code].of), span_of(metric, catalog) or ""

    groups = []
    for (names, span), found in groupby(sorted(metrics, key=kin), kin):
        some = list(found)
        bases: dict[str, dict[str, None]] = {name: {} for name in names}
        for metric in some:
            for source, of in wheres[metric.code].of:
                bases[source.name] |= dict.fromkeys(of)
        parts = Parts(tuple((catalog.sources[name], tuple(of)) for name, of in bases.items()))
        groups.append(((parts, Grain(span) if span else None), some))
    return groups


def _in_whole_periods(question: Question, parts: list[Parts]) -> Question:
    """Return the question in whole weeks or months where a half of a number is told by these alone."""
    grain = max((each.grain for each in parts if each.is_joined), key=lambda grain: grain.rank, default=Grain.DAY)
    window = whole_periods(question.window, grain)
    if window == question.window:
        return question
    compare = whole_periods(question.compare, grain) if question.compare else None
    if compare and compare.end > window.start:
        compare = window.previous()
    return replace(question, window=window, compare=compare)


def span_of(metric: Metric, catalog: Catalog) -> Grain | None:
    """Return since when a metric gathers (spend to date: the month), or None for one that does not."""
    spans = [since for _, since in holes(catalog.expanded(metric.code), catalog) if since]
    return max(spans, key=lambda grain: grain.rank, default=None)


async def _ask_source(
    question: Question,
    parts: Parts,
    span: Grain | None,
    metrics: tuple[Metric, ...],
    catalog: Catalog,
    warehouse: Warehouse,
) -> tuple[dict[str, dict[Labels, Asked]], dict[str, Period | None]]:
    """Return the metrics slice by slice, and how far the facts of each source go."""

    async def fetch(window: Window, grain: Grain | None) -> Reader:
        cube = await parts.fetch(grain, question.dimensions, window, warehouse)
        return Reader(cube.where(question.where), catalog)

    window, reached = question.window, dict[str, Period | None]()
    if parts.is_joined:
        reached = {source.name: await _fresh(question, Parts(((source, of),)), warehouse) for source, of in parts.of}
        window = reached_by_all(window, reached.values())
    periods = shown(window, question.grain or grain_for(window, parts.grain), parts.grain)
    now = await fetch(gathering(window, span), None)
    series = await fetch(opening(Window.of(periods[0], periods[-1]), span), periods[0].grain)
    if not parts.is_joined:
        last = last_fact(series.cube) if periods[0].grain is parts.grain else None
        reached = {parts.of[0][0].name: last or await _fresh(question, parts, warehouse)}
    fresh = earliest(reached.values())
    compare = _as_far(question, fresh)
    if compare and not await _reaches_back(compare, question, parts, warehouse):
        compare = None
    before = await fetch(gathering(compare, span), None) if compare else None
    # What gathers to date stands still after the last fact; a line drawn on would look like news.
    known = [period for period in periods if fresh is None or period.start < fresh.end]
    slices = dict.fromkeys((*_named(question), *now.cube.slices, *(before.cube.slices if before else ())))
    found = {
        metric.code: {labels: _asked(metric, labels, now, before, series, known) for labels in slices}
        for metric in metrics
    }
    return found, reached


async def _reaches_back(compare: Window, question: Question, parts: Parts, warehouse: Warehouse) -> bool:
    """Return whether facts go back to about where the comparison begins; half a quarter is no quarter."""
    allowed = max(LATE_START, (compare.end - compare.start) / 10)
    for one in parts.of:
        cube = await Parts((one,)).fetch(one[0].grain, question.dimensions, compare, warehouse)
        first = first_fact(cube)
        if first is None or first.start - compare.start > allowed:
            return False
    return True


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


async def _fresh(question: Question, parts: Parts, warehouse: Warehouse) -> Period | None:
    """Return the last period with a fact on any slice asked for, of the source's own grain."""
    window = question.window
    for wider in (window, replace(window, start=window.start - LOOK_BACK)):
        cube = await parts.fetch(parts.grain, question.dimensions, wider, warehouse)
        if last := last_fact(cube.where(question.where)):
            return last
    return None


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


# --- which slices ----------------------------------------------------------------------------------------------


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
