"""What a rule sees suddenly rise or fall: the detector, walked over a cube.

A series too young to know its own noise borrows that of its siblings, so that a campaign is watched from its third
day. A day of 618 is held against the last 618 where the cube reaches back to it; where it does not, against ordinary
days, for an event that is never judged is one in which nothing is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.calendar.grain import Grain
from core.rules.detect import Borrowed, Scores, detect, lend
from core.rules.occasions import NOWHERE, last_time

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


def _walked(metric: str, sides: Sides) -> Scores:
    cube, season = sides.reader.cube, SEASON[sides.grain]
    values = sides.reader.value(metric, np.arange(len(cube.periods)))
    # A rate may happen to be whole, and is still no count.
    counts = None if sides.catalog.metrics[metric].formula is None else np.zeros(len(values), dtype=np.bool_)
    met = meetings(values, cube.periods, sides.grain, sides.events)
    borrowed = _borrowed(values, season, met)
    return detect(values, season, counts=counts, events=met, borrowed=borrowed)


def meetings(values: Array, periods: range, grain: Grain, events: Mapping[str, Event]) -> NDArray[np.int64] | None:
    """Return one number for all points that are the same day of the same event; None where nothing meets."""
    if grain not in (Grain.HOUR, Grain.DAY):
        return None
    then = last_time(periods, grain, None, events)
    found = np.zeros(len(periods), dtype=np.int64)
    for column in np.flatnonzero(then != NOWHERE):
        before = int(then[column]) - periods.start
        if before >= 0 and not np.isnan(values[:, before]).all():
            found[before] = found[before] or before + 1
            found[column] = found[before]
    return found if found.any() else None


def _borrowed(values: Array, season: int, met: NDArray[np.int64] | None) -> Borrowed | None:
    known = np.count_nonzero(~np.isnan(values), axis=1)
    young = (known > 0) & (known < 2 * season)
    if not young.any() or young.all():
        return None
    lent = lend(values[~young], season, events=met)
    able = ~np.isnan(lent.noise)
    if not able.any():
        return None
    noise = np.where(young, np.median(lent.noise[able]), np.nan)
    shape = np.broadcast_to(np.median(lent.shape[able], axis=0), (len(values), lent.shape.shape[1]))
    return Borrowed(noise, shape)
