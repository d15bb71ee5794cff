"""The state of the house at a glance: the few numbers that matter most, and what is wrong now, worst first.

Each number is that of its last complete day: a day still running, or a rate whose leads may yet become deals, is not
held against a whole one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from core.alerts.alert import Alert, Phase, Stage
from core.alerts.holds import Hold
from core.alerts.risk import at_risk
from core.calendar.grain import Grain, Period, Window
from core.cube.query import Query
from core.cube.reading import Reader
from core.errors import Missing
from core.metrics.metric import Direction, Metric, Tier
from core.rules.tree import metrics as named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.metrics.source import Source
    from core.ports import World
    from core.workspace import Workspace

MOST_TILES = 8
DAYS = 28  # four weeks, so that a weekday can be seen against its likes
FLAT = 0.01  # a change of less than a percent is neither good nor bad


@dataclass(frozen=True, slots=True)
class Tile:
    """One metric over the whole business; `series` ends with `period`, whose value is the tile's."""

    metric: Metric
    period: Period
    series: tuple[float | None, ...]
    alerts: int = 0

    @property
    def value(self) -> float | None:
        return self.series[-1]

    @property
    def day_change(self) -> float | None:
        return change(self.value, self.series[-2])

    @property
    def week_change(self) -> float | None:
        """Return the change against the same weekday of the week before."""
        return change(self.value, self.series[-8])


@dataclass(frozen=True, slots=True)
class Overview:
    """`holds` say which of the alerts are quiet for now, and until when."""

    tiles: tuple[Tile, ...]
    alerts: tuple[Alert, ...]
    holds: tuple[Hold, ...] = ()


async def overview(workspace: Workspace, world: World, *, most: int = MOST_TILES) -> Overview:
    """Return the tiles and the open alerts that anybody has been shown, worst first."""
    async with world.store.begin() as tx:
        opened, holds = await tx.open(), await tx.holds()
    alerts = worst_first(opened, workspace)
    wall = world.clock.now().astimezone(workspace.zone).replace(tzinfo=None)
    catalog = workspace.catalog
    asked: dict[str, list[Metric]] = defaultdict(list)
    chosen = foremost(workspace)[:most]
    for metric in chosen:
        try:
            asked[catalog.source_for(catalog.bases(metric.code), (), Grain.DAY).name].append(metric)
        except Missing:  # its source is coarser than a day
            continue
    tiles: dict[str, Tile] = {}
    for name, metrics in asked.items():
        source = catalog.sources[name]
        bases = tuple(dict.fromkeys(base for metric in metrics for base in catalog.bases(metric.code)))
        newest = last_complete(source, (), wall)
        cube = await world.warehouse.fetch(Query(name, Grain.DAY, (), bases, _window(newest)))
        reader = Reader(cube, catalog)
        for metric in metrics:
            last = last_complete(source, catalog.bases(metric.code), wall)
            first = last.index - DAYS + 1 - cube.periods.start
            row = reader.value(metric.code, np.arange(first, first + DAYS))
            series = tuple(float(one) if isfinite(one) else None for one in row[0]) if len(row) else (None,) * DAYS
            tiles[metric.code] = Tile(metric, last, series, sum(_touches(one, metric.code) for one in alerts))
    return Overview(tuple(tiles[one.code] for one in chosen if one.code in tiles), alerts, tuple(holds))


def foremost(workspace: Workspace) -> list[Metric]:
    """Return what can be shown, as a reader wants it: what the team watches, then the core of the dictionary."""
    watched = list(dict.fromkeys(code for rule in workspace.rules for code in named(rule.sentence.condition)))
    tiers = list(Tier)

    def rank(metric: Metric) -> tuple[int, int, bool]:
        place = watched.index(metric.code) if metric.code in watched else len(watched)
        return place, tiers.index(metric.tier), metric.direction is Direction.NONE

    return sorted(workspace.catalog.available(), key=rank)


def last_complete(source: Source, bases: Sequence[str], wall: datetime, grain: Grain = Grain.DAY) -> Period:
    """Return the last day, or other period, whose rows are all there, and have stopped growing."""
    matures = max((source.measures[base].matures for base in bases), default=timedelta(0))
    return Period.holding(wall - source.delay - matures, grain).shift(-1)


def change(value: float | None, before: float | None) -> float | None:
    """Return a relative change; from nothing there is none."""
    return None if value is None or before is None or before == 0 else (value - before) / abs(before)


def is_good(direction: Direction, moved: float | None) -> bool | None:
    """Return whether a change is for the better, or None where it is neither."""
    if moved is None or abs(moved) < FLAT or direction not in (Direction.UP, Direction.DOWN):
        return None
    return (moved > 0) is (direction is Direction.UP)


def is_shown(alert: Alert) -> bool:
    """Return whether people have it before them: a pending one is nobody's business yet."""
    return alert.is_open and alert.condition.phase in (Phase.FIRING, Phase.CLEARING, Phase.UNKNOWN)


def worst_first(opened: Iterable[Alert], workspace: Workspace) -> tuple[Alert, ...]:
    """Return those that anybody has been shown, losses before opportunities."""
    good = {rule.id for rule in workspace.rules if rule.is_opportunity}
    shown = (one for one in opened if is_shown(one))
    return tuple(sorted(shown, key=lambda one: (one.fingerprint.rule in good, *_worst_first(one, workspace))))


def _worst_first(alert: Alert, workspace: Workspace) -> tuple[int, bool, float, float]:
    """Order by severity, then by whether somebody has it, then by the money that it costs, then by age."""
    risk = at_risk(alert, workspace.catalog) or 0.0
    return -alert.severity, alert.handling.stage is not Stage.OPEN, -risk, -alert.opened_at.timestamp()


def _touches(alert: Alert, metric: str) -> bool:
    return any(term.metric == metric for term in alert.finding.terms)


def _window(newest: Period) -> Window:
    # From a month's first day, so that what gathers over a month is whole; two months back, for rates that mature.
    first = Period.holding(newest.shift(-2 * DAYS - DAYS).start, Grain.MONTH).start
    return Window(first, newest.end)
