"""What a column of times is: how far its points lie apart, what season that makes, and where each point stands in it.

Times come as they are: unsorted, twice, with gaps, a few seconds late. Only the times decide, never the values, so
that a season is never read out of a future.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.rules.season import Phases

DAY, WEEK = 86_400, 7 * 86_400
MONTH = 27 * DAY  # at least
MOST_PHASES = 1440  # of a day, a minute each; of what is finer, two whole days have hardly ever been kept
SPARSE = 4  # times as many places as points, and the gaps would be most of the walk
_COARSE = 4 * 3600  # seconds; beyond it a day has too few points to make a season, and the week has


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """Points in the order of time: `order` sorts them, `place` is where each then goes of `length` places."""

    step: float
    season: int
    order: NDArray[np.int64]
    place: NDArray[np.int64]
    length: int
    phase: Phases | None


def axis(seconds: NDArray[np.int64]) -> Axis:
    """Return the axis of some times, in seconds since any midnight on a Monday or not; at least one of them."""
    order = np.argsort(seconds, kind="stable")
    at = seconds[order]
    apart = np.diff(at)
    steps = apart[apart > 0]
    step = float(np.median(steps)) if len(steps) else float(DAY)
    season, cycle = _season(step)
    regular = len(apart) > 0 and step.is_integer() and bool(np.all(apart > 0) and np.all(apart % int(step) == 0))
    if regular and (length := int((at[-1] - at[0]) // int(step)) + 1) <= SPARSE * len(at):
        return Axis(step, season, order, (at - at[0]) // int(step), length, None)
    if step >= MONTH:
        phase = at.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % season
    else:
        phase = np.rint(at * (season / cycle)).astype(np.int64) % season
    return Axis(step, season, order, np.arange(len(at)), len(at), phase)


def _season(step: float) -> tuple[int, int]:
    """Return how many points a season has, and its length in seconds."""
    if step >= MONTH:
        return 12, 365 * DAY
    if step > 1.5 * DAY:
        return 1, WEEK
    if step > _COARSE:
        return round(WEEK / step), WEEK
    phases = round(DAY / step)
    return (phases, DAY) if phases <= MOST_PHASES else (1, DAY)
