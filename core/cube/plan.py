"""What was planned for some days: of what adds up as much as falls on them, of a rate the rate itself.

A target for a month is so much a day within it, so that a month that is still running is held against as much of its
plan. Of several that hold, the one for the narrower slice counts, then the later one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.calendar.grain import Grain, Period
from core.cube.baseline import holds_for
from core.metrics.metric import Additivity

if TYPE_CHECKING:
    from core.calendar.grain import Window
    from core.labels import Labels
    from core.metrics.catalog import Catalog

_DAY = timedelta(days=1)


def plan_of(metric: str, labels: Labels, window: Window, catalog: Catalog) -> float | None:
    """Return what was planned for a window, None where any day of it has no plan."""
    mine = [one for one in catalog.planned if one.metric == metric and set(one.labels) <= set(labels)]
    ranked = [one for _, one in sorted(enumerate(mine), key=lambda each: (len(each[1].labels.pairs), each[0]))]
    days = [window.first_day + step * _DAY for step in range((window.end - window.start).days)]
    if catalog.additivity(metric) is not Additivity.SUM:
        fit = [one for one in ranked if one.per is None and holds_for(one, window.first_day, window.end.date())]
        return float(fit[-1].value) if fit else None
    total = 0.0
    for day in days:
        fit = [one for one in ranked if holds_for(one, day, day + _DAY) and (one.per is not None or len(days) == 1)]
        if not fit:
            return None
        period = Period.holding(day, fit[-1].per or Grain.DAY)
        total += float(fit[-1].value) / ((period.end - period.start) / _DAY)
    return total
