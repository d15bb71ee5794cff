"""Why a metric moved: both sides fetched by all dimensions that its source has, and searched.

Like is held against like. A period still running is cut to the facts that are there, and so is what it is held
against; days whose conversions are still coming in are held back. Ratios are worked out from sums of both sides, and
what cannot be added up (distinct counts, levels, what gathers to date) is refused rather than guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from core.attribution.attribute import MEASURES, Attribution, Kind, attribute
from core.attribution.leaves import Array, Leaves
from core.calendar.grain import Grain, Period, Window
from core.cube.cube import Cube
from core.cube.query import Query
from core.cube.reading import Reader, holes
from core.errors import Missing, Problem
from core.labels import Labels, Matcher
from core.metrics.metric import Additivity, Formula, Metric, Ref
from core.metrics.source import Source
from core.quantity import Unit
from core.usecases.by_hour import ByHour, by_hour
from core.usecases.compare import as_far

if TYPE_CHECKING:
    from core.alerts.alert import Alert
    from core.metrics.catalog import Catalog
    from core.ports import Warehouse, World
    from core.workspace import Workspace

WEEKS = 4  # an alert's period is held against as many of its likes
_WHOLE = np.zeros(1, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Why:
    """What moved a metric on `where` from `compare` to `window`, as far as both reach.

    `held_back` is how many days at the end were left out, as what belongs to them is still coming in. `dimensions` are
    those searched: not the ones whose values the question names.
    """

    metric: Metric
    where: tuple[Matcher, ...]
    window: Window
    compare: tuple[Window, ...]
    found: Attribution
    dimensions: tuple[str, ...]
    held_back: int = 0
    hours: ByHour | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """An alert of the past on the same rule or metric, with what people said was behind it."""

    alert: Alert
    cause: str
    action: str


async def why(
    code: str, where: tuple[Matcher, ...], window: Window, compare: Window, workspace: Workspace, world: World
) -> Why:
    """Return what moved a metric between two windows."""
    catalog, warehouse = workspace.catalog, world.warehouse
    metric = catalog.metric(code)
    parts = parts_of(metric, catalog)
    source = widest(metric, where, catalog)
    reached = await _reached(source, metric, where, window, workspace, world)
    cut = replace(window, end=min(window.end, reached))
    if cut.end <= cut.start:
        raise Problem("why-nothing-yet", metric=metric.code)
    held = (compare if cut == window else as_far(compare, window, cut.end),)
    held_back = (window.end - cut.end) // timedelta(days=1)
    found = await _searched(metric, parts, source, where, cut, held, held_back, catalog, warehouse)
    return await _by_hour(found, source, catalog, warehouse)


async def why_alert(
    alert: Alert, workspace: Workspace, warehouse: Warehouse, *, with_hours: bool = False
) -> Why | None:
    """Return what moved an alert's number against its last four likes, or None where there is nothing to search."""
    headline, period, catalog = alert.finding.headline, alert.finding.period, workspace.catalog
    if alert.fingerprint.source or headline is None or headline.metric not in catalog.metrics:
        return None
    metric = catalog.metric(headline.metric)
    where = tuple(Matcher(dimension, (value,)) for dimension, value in alert.fingerprint.labels)
    try:
        parts, source = parts_of(metric, catalog), widest(metric, where, catalog, period.grain)
    except Problem:
        return None
    if not set(source.dimensions) - {matcher.dimension for matcher in where}:
        return None
    window, likes = Window.of(period, period), _likes(period)
    found = await _searched(metric, parts, source, where, window, likes, 0, catalog, warehouse)
    return await _by_hour(found, source, catalog, warehouse) if with_hours and period.grain is not Grain.HOUR else found


async def similar(alert: Alert, most: int, world: World, since: datetime) -> tuple[Case, ...]:
    """Return closed alerts whose cause somebody named: of the same rule and slice first, then rule, then metric."""
    async with world.store.begin() as tx:
        fired = await tx.fired(since)
    return likes_of(alert, fired)[:most]


def likes_of(alert: Alert, others: Iterable[Alert]) -> tuple[Case, ...]:
    """Return the cases among alerts that say something of this one, the nearest first, then the newest."""

    def distance(other: Alert) -> int | None:
        if other.fingerprint.rule == alert.fingerprint.rule:
            return 0 if other.fingerprint.labels == alert.fingerprint.labels else 1
        mine, theirs = alert.finding.headline, other.finding.headline
        return 2 if mine and theirs and mine.metric == theirs.metric else None

    found = [
        (near, -other.opened_at.timestamp(), Case(other, other.handling.cause, other.handling.action))
        for other in others
        if other.id != alert.id and other.handling.cause and (near := distance(other)) is not None
    ]
    return tuple(case for *_, case in sorted(found, key=lambda one: one[:2]))


def parts_of(metric: Metric, catalog: Catalog) -> tuple[Kind, Formula, Formula | None]:
    """Return how a metric is to be searched, and what of; a Problem says why it cannot be."""
    if any(since for _, since in holes(catalog.expanded(metric.code), catalog)):
        raise Problem("why-gathers", metric=metric.code)
    if found := catalog.split(metric.code):
        are_counts = metric.unit is Unit.PERCENT and all(_is_count(formula, catalog) for formula in found)
        for base in catalog.bases(metric.code):
            if catalog.additivity(base) is not Additivity.SUM:
                raise Problem("why-not-additive", metric=metric.code, base=base)
        return (Kind.RATE if are_counts else Kind.RATIO), *found
    if catalog.additivity(metric.code) is not Additivity.SUM:
        raise Problem("why-not-additive", metric=metric.code, base=metric.code)
    return Kind.SUM, catalog.expanded(metric.code), None


def widest(metric: Metric, where: Iterable[Matcher], catalog: Catalog, grain: Grain | None = None) -> Source:
    """Return the source that holds the metric by most dimensions, those of the question among them."""
    named = {matcher.dimension for matcher in where}
    bases = set(catalog.bases(metric.code))
    able = [
        source
        for source in catalog.sources.values()
        if bases <= set(source.measures)
        and named <= set(source.dimensions)
        and (grain is None or source.grain.rank <= grain.rank)
    ]
    if not able:
        return catalog.source_for(bases, named, grain)  # which says what is missing
    return max(able, key=lambda source: len(source.dimensions))


# --- both sides --------------------------------------------------------------------------------------------------


async def _searched(
    metric: Metric,
    parts: tuple[Kind, Formula, Formula | None],
    source: Source,
    where: tuple[Matcher, ...],
    window: Window,
    compare: tuple[Window, ...],
    held_back: int,
    catalog: Catalog,
    warehouse: Warehouse,
) -> Why:
    kind, above, below = parts
    dimensions = tuple(sorted(source.dimensions))
    bases = catalog.bases(metric.code)

    async def sides(part: Window) -> list[Mapping[Labels, float]]:
        cube = (await warehouse.fetch(Query(source.name, None, dimensions, bases, part))).where(where)
        return [_values(cube, formula, catalog) for formula in (above, below) if formula is not None]

    now = await sides(window)
    then = _added([await sides(part) for part in compare])
    if not any(side for side in now) or not any(side for side in then):
        raise Missing("why-no-facts", metric=metric.code)
    # A sum is held against what one such period has been; a ratio cares for no length.
    scale = 1 / len(compare) if kind is Kind.SUM else 1.0
    columns = [*now, *({labels: value * scale for labels, value in side.items()} for side in then)]
    fixed = {matcher.dimension for matcher in where if not matcher.negated and len(matcher.values) == 1}
    free = [dimension for dimension in dimensions if dimension not in fixed]
    found = attribute(_leaves(free, columns, MEASURES[kind]), kind)
    return Why(metric, where, window, compare, found, tuple(free), held_back)


async def _by_hour(found: Why, source: Source, catalog: Catalog, warehouse: Warehouse) -> Why:
    """Add when it moved, by the first cause's dimension."""
    if not found.dimensions:
        return found
    causes, metric = found.found.causes, found.metric
    dimension = causes[0].slice.pairs[0][0] if causes else found.dimensions[0]
    formulas = tuple(formula for formula in parts_of(metric, catalog)[1:] if formula is not None)
    hours = await by_hour(
        dimension,
        formulas,
        catalog.bases(metric.code),
        source,
        found.where,
        found.window,
        found.compare,
        catalog,
        warehouse,
    )
    return replace(found, hours=hours)


def _values(cube: Cube, formula: Formula, catalog: Catalog) -> Mapping[Labels, float]:
    if not cube.slices:
        return {}
    column = Reader(cube, catalog).formula(formula, _WHOLE)
    whole = np.broadcast_to(np.nan_to_num(column), (len(cube.slices), 1))[:, 0]
    return dict(zip(cube.slices, whole.tolist(), strict=True))


def _added(sides: list[list[Mapping[Labels, float]]]) -> list[Mapping[Labels, float]]:
    """Add several windows up, slice by slice."""
    found: list[Mapping[Labels, float]] = []
    for columns in zip(*sides, strict=True):
        sums: dict[Labels, float] = {}
        for column in columns:
            for labels, value in column.items():
                sums[labels] = sums.get(labels, 0.0) + value
        found.append(sums)
    return found


def _leaves(dimensions: list[str], columns: list[Mapping[Labels, float]], names: tuple[str, ...]) -> Leaves:
    slices = list(dict.fromkeys(labels for column in columns for labels in column))
    values: list[dict[str, int]] = [{} for _ in dimensions]
    codes = np.empty((len(dimensions), len(slices)), dtype=np.int64)
    for row, labels in enumerate(slices):
        named = dict(labels.pairs)
        for place, dimension in enumerate(dimensions):
            said = named.get(dimension, "")
            codes[place, row] = values[place].setdefault(said, len(values[place]))
    measures: dict[str, Array] = {
        name: np.array([column.get(labels, 0.0) for labels in slices])
        for name, column in zip(names, columns, strict=True)
    }
    telling = [place for place, known in enumerate(values) if len(known) > 1]
    return Leaves.of(
        [dimensions[place] for place in telling],
        [tuple(values[place]) for place in telling],
        [codes[place] for place in telling],
        measures,
    )


# --- as far as facts reach ---------------------------------------------------------------------------------------


async def _reached(
    source: Source, metric: Metric, where: tuple[Matcher, ...], window: Window, workspace: Workspace, world: World
) -> datetime:
    """Return until when facts are there and have stopped growing: whole periods of the source's grain."""
    catalog = workspace.catalog
    bases = catalog.bases(metric.code)
    matures = max((source.measures[base].matures for base in bases), default=timedelta(0))
    wall = world.clock.now().astimezone(workspace.zone).replace(tzinfo=None)
    ripe = Period.holding(wall - source.delay - matures, source.grain).start
    dimensions = tuple(sorted({matcher.dimension for matcher in where}))
    cube = (await world.warehouse.fetch(Query(source.name, source.grain, dimensions, bases, window))).where(where)
    if not cube.slices or cube.grain is None:
        return ripe
    known = np.flatnonzero(np.any([~np.isnan(array) for array in cube.measures.values()], axis=(0, 1)))
    last = Period(cube.grain, cube.periods[int(known[-1])]).end if len(known) else ripe
    return min(ripe, last)


def _likes(period: Period) -> tuple[Window, ...]:
    """Return the same hours or weekdays of the last four weeks, or the four weeks or months before."""
    if period.grain in (Grain.HOUR, Grain.DAY):
        window = Window.of(period, period)
        weeks = (timedelta(weeks=back) for back in range(1, WEEKS + 1))
        return tuple(Window(window.start - each, window.end - each) for each in weeks)
    return tuple(Window.of(period.shift(-back), period.shift(-back)) for back in range(1, WEEKS + 1))


def _is_count(formula: Formula, catalog: Catalog) -> bool:
    return isinstance(formula, Ref) and catalog.metrics[formula.code].unit is Unit.COUNT
