"""How much a number swings by itself: its noise, its week, and the changes it has passed once a month or a quarter.

Days are held against the same weekday a week before, so that a quiet Saturday is no swing. A run of days beyond a
threshold is one time, as it would be one alert.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt

import numpy as np

from core.cube.cube import Array

LEAST = 28  # days, below which nothing is said
MONTH, QUARTER = 30, 91
MOST_OF_THE_TIME = 0.05
_WEEK = 7
_TO_SD = 1.4826  # of a normal distribution's median absolute deviation


@dataclass(frozen=True, slots=True)
class Swing:
    """`noise`, `monthly` and `quarterly` are fractions of the number; `rhythm` the share that weekdays explain.

    `quarterly` is None where less than a quarter is known.
    """

    days: int
    noise: float
    rhythm: float
    monthly: float | None
    quarterly: float | None


def swing(values: Array, *, is_rise_bad: bool = False) -> Swing | None:
    """Return the swing of a number by day, oldest first; None where too little of it is known.

    >>> steady = swing(np.tile([100.0, 101, 99, 100, 102, 98, 50], 8))
    >>> steady.noise, steady.monthly, round(steady.rhythm, 2)
    (0.0, None, 1.0)
    """
    known = np.isfinite(values)
    if known.sum() < LEAST:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        changes = values[_WEEK:] / values[:-_WEEK] - 1
    changes = np.where(np.isfinite(changes), changes, np.nan)
    seen = changes[np.isfinite(changes)]
    if len(seen) < LEAST - _WEEK:
        return None
    noise = _TO_SD * float(np.median(np.abs(seen - np.median(seen)))) / sqrt(2)
    worse = changes if is_rise_bad else -changes
    days = int(known.sum())
    return Swing(
        days=days,
        noise=noise,
        rhythm=_rhythm(values),
        monthly=_passed(worse, days / MONTH),
        quarterly=_passed(worse, days / QUARTER) if days >= QUARTER else None,
    )


def _rhythm(values: Array) -> float:
    """Return which share of the days' difference from their week the weekday alone explains."""
    whole = values[: len(values) // _WEEK * _WEEK].reshape(-1, _WEEK)
    with np.errstate(divide="ignore", invalid="ignore"):
        told = whole / np.nanmean(whole, axis=1, keepdims=True)
    told = told[np.isfinite(told).all(axis=1)]
    total = float(((told - 1) ** 2).sum())
    return 0.0 if not total else float(((told.mean(axis=0) - 1) ** 2).sum() * len(told) / total)


def _passed(worse: Array, times: float) -> float | None:
    """Return the least whole percent that was passed at most so often; None where nothing ever fell so far.

    From the top, and only as long as it is passed on few days: what is passed always would count as one time.
    """
    found = None
    for percent in range(99, 0, -1):
        beyond = np.nan_to_num(worse, nan=0.0) > percent / 100
        runs = int(beyond[0]) + sum(now and not before for before, now in pairwise(beyond.tolist()))
        if runs > max(1, ceil(times)) or beyond.mean() > MOST_OF_THE_TIME:
            break
        found = percent / 100 if runs else found
    return found
