"""What a rule sees suddenly rise or fall: the detector, walked over a cube.

A series too young to know itself borrows (`young`), so that a campaign is watched from its third day. A day of 618 is
held against the last 618 where the cube reaches back to it; where it does not, against ordinary days, for an event that
is never judged is one in which nothing is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.calendar.events import day_number
from core.calendar.grain import Grain, Period
from core.cube.baseline import target
from core.rules.detect import Scores, detect_and_lend
from core.rules.finding import Lender, Lent
from core.rules.occasions import last_time, occasion
from core.rules.young import LENDERS, Young, filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.calendar.events import Event
    from core.cube.cube import Array
    from core.rules.sides import Sides

SEASON = {Grain.HOUR: 24, Grain.DAY: 7, Grain.WEEK: 1, Grain.MONTH: 1}
# How far back the detector looks: to the last 618, where that is no more than a year of days.
HISTORY = {Grain.HOUR: 28 * 24, Grain.DAY: 426, Grain.WEEK: 104, Grain.MONTH: 36}


def scores(metric: str, sides: Sides) -> Scores:
    """Return what the detector says of a metric over the whole cube, once for all rules that ask."""
    return sides.reader.once(("scores", metric), lambda: _walked(metric, sides))


def lent(metric: str, sides: Sides, row: int, at: int) -> Lent | None:
    """Return by whom a point of a series too young to know itself was judged; None where by itself."""
    lender, column = scores(metric, sides).lender, int(sides.columns[at])
    if lender is None or not 0 <= column < lender.shape[1] or (code := int(lender[row, column])) < 0:
        return None
    if LENDERS[code] not in (Lender.LAST_TIME, Lender.SIBLINGS_THEN):
        return Lent(LENDERS[code])
    day = Period(sides.grain, sides.reader.cube.periods[column]).start.date()
    found = occasion(day, sides.events)
    return found and Lent(LENDERS[code], found[0].code, day_number(*found), found[0].year_of(found[1]))


def _walked(metric: str, sides: Sides) -> Scores:
    cube, season, catalog = sides.reader.cube, SEASON[sides.grain], sides.catalog
    values = sides.reader.value(metric, np.arange(len(cube.periods)))
    # A rate may happen to be whole, and is still no count.
    counts = None if catalog.metrics[metric].formula is None else np.zeros(len(values), dtype=np.bool_)
    then = then_of(cube.periods, sides.grain, sides.events)
    met = meetings(values, then)
    is_planned = any(each.metric == metric for each in catalog.planned)
    plan = target(catalog.planned, metric, cube.slices, sides.grain, cube.periods) if is_planned else None
    young = Young.of(values, season, counts=counts, met=met, then=then, plan=plan)
    found, lent = detect_and_lend(values, season, young.asks, counts=counts, events=met)
    return filled(found, young, lent)


def then_of(periods: range, grain: Grain, events: Mapping[str, Event]) -> NDArray[np.int64]:
    """Return for each point the one it lies over, of the last time of the same event; below 0 where there is none."""
    if grain not in (Grain.HOUR, Grain.DAY):
        return np.full(len(periods), -1, dtype=np.int64)
    return np.maximum(last_time(periods, grain, None, events) - periods.start, -1)


def meetings(values: Array, then: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Return one number for all points that are the same day of the same event; None where nothing meets."""
    found = np.zeros(len(then), dtype=np.int64)
    for column in np.flatnonzero(then >= 0):
        before = int(then[column])
        if not np.isnan(values[:, before]).all():
            found[before] = found[before] or before + 1
            found[column] = found[before]
    return found if found.any() else None
