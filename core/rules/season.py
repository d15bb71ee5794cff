"""What a series usually does: its level, its season and how far it strays, learnt point by point.

One `Track` follows many series at once; its arrays hold one place for each. It is the one thing in these rooms that
changes in place, since it is made, walked through time and dropped inside of one call.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Phases = NDArray[np.int64]

LEVEL_GAIN = 0.1
SEASON_GAIN = 0.1
SCALE_GAIN = 0.02
CLIP = 2.0  # scales: what a value beyond it may still move, so that an anomaly cannot drag the baseline after it
CLIPPED = 1.25  # what clipping takes from a variance, given back with some to spare
SHIFT_GAIN = 0.5
RELATIVE_FLOOR = 0.02  # of the level: nobody wants to hear of less, and the scale of a constant series is 0
_TINY = 1e-9
_NORMAL = 1.4826  # the median of absolute deviations, as a standard deviation


@dataclass(slots=True, eq=False)
class Track:
    """`level[series]`, `season[phase, series]`, `variance[series]`, and `visits[phase, series]` so far of each phase.

    A track with one phase only knows no season: it is the same walk for whatever the hour is.
    """

    level: Array
    season: Array
    variance: Array
    visits: Array = field(init=False)

    def __post_init__(self) -> None:
        self.visits = np.zeros(self.season.shape)

    @classmethod
    def blank(cls, series: int, phases: int) -> Track:
        return cls(np.full(series, np.nan), np.zeros((phases, series)), np.zeros(series))

    def begin(self, rows: NDArray[np.int64], history: Array, phases: Phases) -> None:
        """Learn some series from their first points, `history[point, series]`, all at once and robustly."""
        season = len(self.season)
        blocks = (np.arange(len(history)) - len(history)) // season
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a stretch without a value has no median
            stray = np.empty_like(history)
            for block in np.unique(blocks):
                mine = blocks == block
                stray[mine] = history[mine] - np.nanmedian(history[mine], axis=0)
            for phase in range(season):
                here = stray[phases == phase]
                if len(here):
                    self.season[phase, rows] = np.nan_to_num(np.nanmean(here, axis=0))
                    self.visits[phase, rows] = np.count_nonzero(~np.isnan(here), axis=0)
            self.season[:, rows] -= self.season[:, rows].mean(axis=0)
            rest = history - self.season[phases][:, rows]
            self.level[rows] = np.nanmedian(rest[-season:] if season > 1 else rest, axis=0)
            unknown = np.isnan(self.level[rows])
            self.level[rows] = np.where(unknown, np.nanmedian(rest, axis=0), self.level[rows])
            off = stray - self.season[phases][:, rows]
            spread = robust_scale(off)
        # Each phase was fitted to its own few points, which makes them look closer than they are.
        seen = np.maximum(self.visits[:, rows].mean(axis=0), 2)
        self.variance[rows] = spread**2 * seen / (seen - 1)

    def borrow(self, rows: NDArray[np.int64], level: Array, noise: Array, shape: Array) -> None:
        """Take some series over from another's noise and season, given as shares of the level."""
        size = np.abs(level)
        self.level[rows] = level
        self.season[:, rows] = shape * size
        self.visits[:, rows] = 2
        self.variance[rows] = (noise * size) ** 2

    def expected(self, phase: int) -> Array:
        found: Array = self.level + self.season[phase]
        return found

    def scale(self, expected: Array, is_count: Flags) -> Array:
        """Return how far a value usually strays, with a floor: the spread of a sparse count collapses to 0."""
        floor = np.maximum(RELATIVE_FLOOR * np.abs(expected), _TINY)
        # A count of independent things strays by its square root, whatever a short past makes believe.
        np.maximum(floor, np.sqrt(np.maximum(expected, 1.0)), out=floor, where=is_count)
        return np.maximum(np.sqrt(self.variance), floor)

    def learn(self, phase: int, off: Array, scale: Array, moved: Flags) -> None:
        """Take in how far a value was off, as much of it as is usual; all of it where the level has `moved`."""
        known = ~np.isnan(off)
        strange = np.where(known, off / scale, 0.0)
        clipped = np.where(moved & known, off, np.clip(strange, -CLIP, CLIP) * scale)
        gain = np.where(moved, SHIFT_GAIN, LEVEL_GAIN)
        self.level += gain * clipped
        if len(self.season) > 1:
            visits = self.visits[phase]
            rate = np.maximum(SEASON_GAIN, 1 / (visits + 1))
            self.season[phase] += np.where(moved, 0.0, rate * (1 - gain) * clipped)
        self.visits[phase] += known
        self.variance += smoothed(self.variance, off / scale, scale)


def smoothed(variance: Array, strange: Array, scale: Array) -> Array:
    """Return by how much one more point, so many scales off, moves a variance."""
    fresh = CLIPPED * np.minimum(strange**2, CLIP**2) * scale**2
    step: Array = np.where(np.isnan(strange), 0.0, SCALE_GAIN * (fresh - variance))
    return step


def robust_scale(off: Array) -> Array:
    """Return how far the middle half strays, as a standard deviation; 0 where nothing is known."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        scale: Array = np.nan_to_num(_NORMAL * np.nanmedian(np.abs(off), axis=0))
    return scale
