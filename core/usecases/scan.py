"""Each metric that has data, with how much it swings by itself: where thresholds of a team's own come from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from core.calendar.grain import Grain, Period, Window
from core.cube.query import Query
from core.cube.reading import Reader
from core.errors import Missing
from core.metrics.metric import Direction, Metric
from core.ports import World
from core.review.sensitivity import Swing, swing
from core.usecases.overview import foremost
from core.workspace import Workspace

DAYS = 182


@dataclass(frozen=True, slots=True)
class Scanned:
    """`swing` is None where too few days are known."""

    metric: Metric
    swing: Swing | None


async def scan(workspace: Workspace, world: World) -> tuple[Scanned, ...]:
    """Return every metric with data by day, those that rules watch first."""
    wall = world.clock.now().astimezone(workspace.zone)
    catalog = workspace.catalog
    asked: dict[str, list[Metric]] = defaultdict(list)
    for metric in foremost(workspace):
        try:
            asked[catalog.source_for(catalog.bases(metric.code), (), Grain.DAY).name].append(metric)
        except Missing:
            continue
    found: dict[str, Scanned] = {}
    last = Period.holding(wall.date() - timedelta(days=1), Grain.DAY)
    for name, metrics in asked.items():
        bases = tuple(dict.fromkeys(base for metric in metrics for base in catalog.bases(metric.code)))
        month = Period.holding(last.shift(1 - DAYS).start, Grain.MONTH).start  # so that what gathers over one is whole
        window = Window.of(Period.holding(month, Grain.DAY), last)
        cube = await world.warehouse.fetch(Query(name, Grain.DAY, (), bases, window))
        reader = Reader(cube, catalog)
        for metric in metrics:
            row = reader.value(metric.code, np.arange(len(cube.periods)))
            known = _known(row[0]) if len(row) else np.array([])
            told = swing(known, is_rise_bad=metric.direction is Direction.DOWN) if len(known) else None
            found[metric.code] = Scanned(metric, told)
    return tuple(found[one.code] for one in foremost(workspace) if one.code in found)


def _known(row: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the days from the first to the last that have a number."""
    there = np.flatnonzero(np.isfinite(row))
    return row[there[0] : there[-1] + 1] if len(there) else row[:0]
