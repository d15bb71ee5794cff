"""The whole house on one sheet: every core metric, by the slices of one dimension, each held to what is usual there.

What is usual, and how far a number is from it, the detector says that rules with 骤降 ask as well, so that the board
calls nothing abnormal that a rule would not. It judges all cells in one walk.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.calendar.grain import Grain, Period, Window
from core.cube.query import Query
from core.cube.reading import Reader
from core.errors import Missing
from core.labels import Labels
from core.metrics.metric import Tier
from core.rules.detect import LINE, Scores, detect
from core.rules.sudden import SEASON, meetings, then_of
from core.rules.tree import metrics as named
from core.usecases.overview import change, foremost, last_complete, worst_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.alerts.holds import Hold
    from core.cube.cube import Array, Cube
    from core.metrics.metric import Metric
    from core.metrics.source import Source
    from core.ports import World
    from core.workspace import Workspace

SHOWN = 28  # periods of a line
LEARNT = {Grain.HOUR: 28 * 24, Grain.DAY: 84, Grain.WEEK: 52, Grain.MONTH: 24}  # periods that the detector walks
MOST_SLICES = 12
SLIGHT = 0.05  # a smaller change is nobody's concern, however steady the number was


@dataclass(frozen=True, slots=True)
class Cell:
    """One number: what it is, what was to be expected, and how sure the detector is that it is not (`LINE` is sure)."""

    labels: Labels
    value: float | None
    usual: float | None = None
    score: float = 0.0

    @property
    def change(self) -> float | None:
        return change(self.value, self.usual)

    @property
    def is_sudden(self) -> bool:
        return self.score >= LINE and abs(self.change or 0.0) >= SLIGHT


@dataclass(frozen=True, slots=True)
class Row:
    """One metric: over the whole business, its line up to `period`, and a cell for each slice (None: it has none)."""

    metric: Metric
    period: Period
    series: tuple[float | None, ...]
    whole: Cell
    cells: tuple[Cell | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Fresh:
    """Up to which period a source has facts, and whether there should be more."""

    source: str
    last: Period | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Board:
    """`slices` are values of `dimension`, the largest first; `rest` is how many more it has."""

    dimension: str | None
    dimensions: tuple[str, ...]
    slices: tuple[str, ...]
    rest: int
    rows: tuple[Row, ...]
    fresh: tuple[Fresh, ...]
    alerts: tuple[Alert, ...] = ()
    holds: tuple[Hold, ...] = ()


async def board(workspace: Workspace, world: World, by: str | None = None) -> Board:
    """Return the board by that dimension; without one, by the one that most of its metrics have."""
    async with world.store.begin() as tx:
        opened, holds = await tx.open(), await tx.holds()
    alerts = worst_first(opened, workspace)
    wall = world.clock.now().astimezone(workspace.zone).replace(tzinfo=None)
    groups = _grouped(core_metrics(workspace), workspace)
    dimensions = _dimensions(groups)
    dimension = by if by in dimensions else next(iter(dimensions), None)
    read = [await _read(source, grain, metrics, dimension, workspace, world, wall) for source, grain, metrics in groups]
    noted = {value for alert in alerts if dimension and (value := alert.fingerprint.labels.get(dimension))}
    sliced = _slices([each.shares for each in read], noted)
    rows = {row.metric.code: row for each in read for row in each.rows(sliced[:MOST_SLICES], dimension)}
    return Board(
        dimension,
        dimensions,
        tuple(sliced[:MOST_SLICES]),
        max(len(sliced) - MOST_SLICES, 0),
        tuple(rows[metric.code] for metric in core_metrics(workspace) if metric.code in rows),
        tuple({each.fresh.source: each.fresh for each in read}.values()),
        alerts,
        tuple(holds),
    )


def core_metrics(workspace: Workspace) -> list[Metric]:
    """Return what the business lives by: what a rule watches, and the core of the dictionary."""
    watched = {code for rule in workspace.rules for code in named(rule.sentence.condition)}
    return [metric for metric in foremost(workspace) if metric.tier is Tier.CORE or metric.code in watched]


# --- within --------------------------------------------------------------------------------------------------------

Group = tuple["Source", Grain, "list[Metric]"]


@dataclass(frozen=True, slots=True)
class _Read:
    """What one source answered: per metric its period, its values over the learnt periods, and what is thought of them.

    `labels` are the rows of `values` and `scores`, the whole business first.
    """

    metrics: Mapping[str, tuple[Metric, Period, Array, Scores, int]]
    labels: tuple[Labels, ...]
    shares: Mapping[str, float]
    fresh: Fresh

    def rows(self, slices: Sequence[str], dimension: str | None) -> Iterable[Row]:
        at = {labels: row for row, labels in enumerate(self.labels)}
        for metric, period, values, scores, column in self.metrics.values():

            def cell(labels: Labels) -> Cell | None:
                row = at.get(labels)
                return None if row is None else _cell(labels, values[row], scores, row, column)  # noqa: B023 - used at once

            whole = cell(Labels()) or Cell(Labels(), None)
            line = values[0, max(column + 1 - SHOWN, 0) : column + 1] if Labels() in at else np.full(SHOWN, np.nan)
            cells = tuple(cell(Labels.of({dimension: value})) for value in slices) if dimension else ()
            yield Row(metric, period, tuple(_number(one) for one in line), whole, cells)


def _grouped(metrics: Iterable[Metric], workspace: Workspace) -> list[Group]:
    """Return metrics by the source that is asked for them, at days or, where it knows none, at its own grain."""
    found: dict[tuple[str, Grain], list[Metric]] = defaultdict(list)
    catalog = workspace.catalog
    for metric in metrics:
        for grain in (Grain.DAY, Grain.WEEK, Grain.MONTH):
            try:
                found[catalog.source_for(catalog.bases(metric.code), (), grain).name, grain].append(metric)
            except Missing:
                continue
            break
    return [(catalog.sources[name], grain, metrics) for (name, grain), metrics in found.items()]


def _dimensions(groups: Sequence[Group]) -> tuple[str, ...]:
    counts: dict[str, int] = defaultdict(int)
    for source, _, metrics in groups:
        for dimension in source.dimensions:
            counts[dimension] += len(metrics)
    return tuple(sorted(counts, key=lambda one: -counts[one]))


async def _read(
    source: Source, grain: Grain, metrics: list[Metric], dimension: str | None, workspace: Workspace, world: World,
    wall: datetime,
) -> _Read:  # fmt: skip
    catalog = workspace.catalog
    bases = tuple(dict.fromkeys(base for metric in metrics for base in catalog.bases(metric.code)))
    newest = last_complete(source, (), wall, grain)
    # From a month's first day, so that what gathers over a month is whole; a month more, for rates that mature.
    first = Period.holding(newest.shift(-LEARNT[grain]).start.replace(day=1), grain)
    window = Window(first.start, newest.end)
    whole = await world.warehouse.fetch(Query(source.name, grain, (), bases, window))
    cubes = [whole]
    if dimension is not None and dimension in source.dimensions:
        cubes.append(await world.warehouse.fetch(Query(source.name, grain, (dimension,), bases, window)))
    labels = tuple(one for cube in cubes for one in cube.slices)
    readers = [Reader(cube, catalog) for cube in cubes if cube.slices]
    columns = np.arange(newest.index - first.index + 1)
    values = (
        {one.code: np.concatenate([each.value(one.code, columns) for each in readers]) for one in metrics}
        if readers
        else {}
    )
    scores = _judged(values, metrics, whole.periods, grain, workspace)
    periods = {one.code: last_complete(source, catalog.bases(one.code), wall, grain) for one in metrics}
    found = {
        one.code: (one, periods[one.code], values[one.code], scores[one.code], periods[one.code].index - first.index)
        for one in metrics
        if one.code in values and periods[one.code] >= first
    }
    last = _last(whole)
    return _Read(found, labels, _shares(cubes[-1], dimension), Fresh(source.name, last, last is None or last < newest))


def _judged(
    values: Mapping[str, Array], metrics: Iterable[Metric], periods: range, grain: Grain, workspace: Workspace
) -> dict[str, Scores]:
    """Judge all series of a source in one walk; a rate may happen to be whole, and is still no count."""
    if not values:
        return {}
    every = np.concatenate(list(values.values()))
    is_rate = {one.code: one.formula is not None for one in metrics}
    counts = np.concatenate([
        np.full(len(some), not is_rate[code]) & np.all(np.isnan(some) | (some == np.round(some)), axis=1)
        for code, some in values.items()
    ])  # fmt: skip
    met = meetings(every, then_of(periods, grain, workspace.events))
    found = detect(every, SEASON[grain], counts=counts, events=met)
    judged, start = {}, 0
    for code, some in values.items():
        rows = slice(start, start := start + len(some))
        judged[code] = Scores(
            found.expected[rows], found.low[rows], found.high[rows], found.score[rows], found.shift[rows]
        )
    return judged


def _cell(labels: Labels, values: Array, scores: Scores, row: int, column: int) -> Cell:
    usual, score = _number(scores.expected[row, column]), scores.score[row, column]
    return Cell(labels, _number(values[column]), usual, 0.0 if np.isnan(score) else float(score))


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _last(cube: Cube) -> Period | None:
    """Return the last period with any fact."""
    if not cube.slices or cube.grain is None:
        return None
    known = np.any([~np.isnan(array) for array in cube.measures.values()], axis=(0, 1))
    found = np.flatnonzero(known)
    return Period(cube.grain, cube.periods[int(found[-1])]) if len(found) else None


def _shares(cube: Cube, dimension: str | None) -> dict[str, float]:
    """Return how large each slice is lately, as a part of all, by the measure that most slices have."""
    if dimension not in cube.dimensions or not cube.slices:
        return {}
    lately = {code: np.nan_to_num(array[:, -SHOWN:]).sum(axis=1) for code, array in cube.measures.items()}
    sums = max(lately.values(), key=lambda each: (np.count_nonzero(each), float(each.sum() > 0)))
    total = float(sums.sum()) or 1.0
    return {value: float(sums[row]) / total for row, each in enumerate(cube.slices) if (value := each.get(dimension))}


def _slices(shares: Iterable[Mapping[str, float]], noted: Iterable[str]) -> list[str]:
    """Return the slices, the largest first; those that somebody was alerted about are never left to the rest."""
    largest: dict[str, float] = {}
    for each in shares:
        for value, share in each.items():
            largest[value] = max(share, largest.get(value, 0.0))
    by_size = sorted(largest, key=lambda value: (-largest[value], value))
    kept = {*[value for value in by_size if value in set(noted)][:MOST_SLICES]}
    kept |= {*[value for value in by_size if value not in kept][: MOST_SLICES - len(kept)]}
    return [*(value for value in by_size if value in kept), *(value for value in by_size if value not in kept)]
