"""What a series usually does: its level, its season and how far it strays, learnt point by point.

One `Track` follows many series at once; its arrays hold one place for each. It is the one thing in these rooms that
changes in place, since it is made, walked through time and dropped inside of one call.
"""

from __future__ import annotations

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
EVEN = 4.0  # points' worth of believing that each phase strays as all do
UNEVEN_GAIN = 0.05
WILDEST = 9.0  # variances: the most that one point says of its phase
YOUNG = 3.0  # for a scale out of few points: two weeks of days make the line 1.4 times as far
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
    uneven: Array = field(init=False)  # how much of the variance is each phase's, 1 on average: shops close at night
    visits: Array = field(init=False)
    freedom: Array = field(init=False)  # points that speak for the variance, beyond those the season took

    def __post_init__(self) -> None:
        self.visits = np.zeros(self.season.shape)
        self.uneven = np.ones(self.season.shape)
        self.freedom = np.ones(len(self.level))

    @classmethod
    def blank(cls, series: int, phases: int) -> Track:
        return cls(np.full(series, np.nan), np.zeros((phases, series)), np.zeros(series))

    def begin(self, rows: NDArray[np.int64], history: Array, phases: Phases) -> None:
        """Learn some series from their first points, `history[point, series]`, all at once and robustly."""
        season = len(self.season)
        stray = np.empty_like(history)
        # Block by block, back from now, so that a trend or a weekend is no season of the day.
        size = season if season > 1 else len(history)
        for end in range(len(history), 0, -size):
            block = history[max(end - size, 0) : end]
            stray[max(end - size, 0) : end] = block - median(block)
        for phase in range(season):
            here = stray[phases == phase]
            seen = np.count_nonzero(~np.isnan(here), axis=0)
            self.season[phase, rows] = np.nansum(here, axis=0) / np.maximum(seen, 1)
            self.visits[phase, rows] = seen
        off = stray - self.season[phases][:, rows]
        self.season[:, rows] -= self.season[:, rows].mean(axis=0)
        usual = self.season[phases][:, rows]
        rest = history - usual
        newest = median(rest[-season:]) if season > 1 else np.full(len(rows), np.nan)
        self.level[rows] = np.where(np.isnan(newest), median(rest), newest)
        # Each phase was fitted to its own few points, which makes them look closer than they are.
        times = np.maximum(self.visits[:, rows].mean(axis=0), 2)
        variance = robust_scale(off) ** 2 * times / (times - 1)
        self.variance[rows] = variance
        if season > 1:
            most = np.maximum(variance, _TINY) * WILDEST
            share = np.minimum(off**2 * times / (times - 1), most) / np.maximum(variance, _TINY)
            for phase in range(season):
                here = share[phases == phase]
                seen = np.count_nonzero(~np.isnan(here), axis=0)
                self.uneven[phase, rows] = (EVEN + np.nansum(here, axis=0)) / (EVEN + seen)
        self.freedom[rows] = np.maximum(np.count_nonzero(~np.isnan(history), axis=0) - season, 1)

    def borrow(self, rows: NDArray[np.int64], level: Array, noise: Array, shape: Array) -> None:
        """Take some series over from another's noise and season, given as shares of the level."""
        size = np.abs(level)
        self.level[rows] = level
        self.season[:, rows] = shape * size
        self.visits[:, rows] = 2
        self.variance[rows] = (noise * size) ** 2
        self.freedom[rows] = np.inf  # it was learnt elsewhere, from many points

    def expected(self, phase: int) -> Array:
        found: Array = self.level + self.season[phase]
        return found

    def scale(self, phase: int, floor: Array) -> Array:
        """Return how far a value usually strays."""
        found: Array = np.maximum(np.sqrt(self.variance * self.uneven[phase]), floor)
        return found

    def doubt(self, phase: int) -> Array:
        """Return by how much more a value may stray, since the season and the scale are themselves only estimates."""
        found: Array = np.sqrt(1 + 1 / np.maximum(self.visits[phase], 1)) * (1 + YOUNG / self.freedom)
        return found

    def learn(self, phase: int, off: Array, scale: Array, moved: Flags) -> None:
        """Take in how far a value was off, as much of it as is usual; all of it where the level has `moved`."""
        known = ~np.isnan(off)
        most = CLIP * scale
        clipped = np.clip(off, -most, most)
        gain: Array | float = LEVEL_GAIN
        if moved.any():
            clipped, gain = np.where(moved, off, clipped), np.where(moved, SHIFT_GAIN, LEVEL_GAIN)
        np.copyto(clipped, 0.0, where=~known)
        self.level += gain * clipped
        if len(self.season) > 1:
            rate = np.maximum(SEASON_GAIN, 1 / (self.visits[phase] + 1))
            self.season[phase] += np.where(moved, 0.0, rate * (1 - gain) * clipped)
            share = np.minimum(off * off / np.maximum(self.variance, _TINY**2), WILDEST)
            slow = np.maximum(UNEVEN_GAIN, 1 / (EVEN + self.visits[phase] + 1))
            self.uneven[phase] += np.nan_to_num(slow * (share - self.uneven[phase]))
            self.visits[phase] += known
        self.freedom += known
        learn_variance(self.variance, off, scale)


def floor(expected: Array, is_count: Flags) -> Array:
    """Return the least a value is said to stray: what is measured of a sparse count collapses to 0."""
    least = np.maximum(RELATIVE_FLOOR * np.abs(expected), _TINY)
    # A count of independent things strays by its square root, whatever a short past makes believe.
    return np.where(is_count, np.maximum(least, np.sqrt(np.maximum(expected, 1.0))), least)


def learn_variance(variance: Array, off: Array, scale: Array) -> None:
    """Take one more value into a variance, clipped too."""
    most = CLIP * scale
    fresh = CLIPPED * np.minimum(off * off, most * most)
    variance += np.nan_to_num(SCALE_GAIN * (fresh - variance))


def median(history: Array) -> Array:
    """Return each series' median of what is known; many times faster than numpy's own, which goes row by row."""
    ordered = np.sort(history, axis=0)  # NaN last
    number = np.count_nonzero(~np.isnan(history), axis=0)
    every = np.arange(history.shape[1])
    low, high = (
        ordered[np.maximum(number - 1, 0) // 2, every],
        ordered[np.minimum(number // 2, len(history) - 1), every],
    )
    found: Array = np.where(number > 0, (low + high) / 2, np.nan)
    return found


def robust_scale(off: Array) -> Array:
    """Return how far the middle half strays, as a standard deviation; 0 where nothing is known."""
    size = np.abs(off)
    number = np.maximum(np.count_nonzero(~np.isnan(off), axis=0), 1)
    # Where most points never stray, as at a shop's closed hours, the median would forget the others.
    scale: Array = np.fmax(_NORMAL * np.nan_to_num(median(size)), np.nansum(size, axis=0) / number)
    return scale
