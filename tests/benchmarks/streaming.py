"""The standard score of the public streaming benchmark: 100 for each window found at its start and nothing else.

A window is found by its first alarm, and is worth the less the later that comes; an alarm outside of all costs the
more the farther behind the last window it lies. Silence scores 0. The first 15 % of a series, at most 750 points, are
for learning: neither its alarms nor its windows count.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

PROBATION, MOST_PROBATION = 0.15, 750
FALSE_COST = 0.11

Windows = list[tuple[int, int]]  # first and last row of each


def standard_score(many: Iterable[tuple[np.ndarray, Windows]]) -> float:
    """Return the score of some series' alarms, row by row, all windows of all series weighing alike."""
    raw, number = 0.0, 0
    for alarm, windows in many:
        begin = probation(len(alarm))
        for first, last in (window for window in windows if window[1] >= begin):
            hits = np.flatnonzero(alarm[max(first, begin) : last + 1]) + max(first, begin)
            raw += _worth(-(last - hits[0] + 1) / (last - first + 1)) / _worth(-1.0) if len(hits) else -1.0
            number += 1
        inside = np.zeros(len(alarm), dtype=bool)
        for first, last in windows:
            inside[first : last + 1] = True
        for at in np.flatnonzero(alarm & ~inside):
            if at >= begin:
                raw += FALSE_COST * _worth(_behind(int(at), windows))
    return 100 * (raw + number) / (2 * number)


def probation(length: int) -> int:
    return min(math.floor(PROBATION * length), MOST_PROBATION)


def _behind(at: int, windows: Windows) -> float:
    """Return how many widths of the last window a row lies behind it; far, where there is none yet."""
    before = [window for window in windows if window[1] < at]
    if not before:
        return math.inf
    first, last = before[-1]
    return (at - last) / (last - first)


def _worth(place: float) -> float:
    """Return nearly 1 at the start of a window, 0 at its end, -1 long after it."""
    return -1.0 if place >= 3 else 2 / (1 + math.exp(5 * place)) - 1
