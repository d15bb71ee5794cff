"""A second opinion on one long series, for what comes by and by: the leap that `detect` asks for is not asked here.

Two plain views, how far from the middle of all that was and how far from what this hour lately was, each as a tail
probability among its own past. The surprise is what is left out of the fit: a past's highest values, since they are
the incidents that it shall not get used to.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.rules.detect import HIGHEST, LINE
from core.rules.season import RELATIVE_FLOOR, Array, median

FINE = 24  # points a season at least: of days and weeks there is never enough past
ENOUGH = 100  # points before a view is held, and as many views of the past before one is judged
SEASONS = 28
RECENT = 48  # points: what is no stranger than something just said is no news
RARE = 4.5  # −log10 p, where the line is
USUAL, HIGH = 0.8, 0.96  # the tail is fitted between these shares of the past
SHAPE = 0.05  # of the tail: a little heavier than exponential
_STEP, _GROWTH = 12, 1.02  # points, and share of the past, after which what is known of it is measured again


def second_opinion(values: Array, season: int) -> Array:
    """Return how strange each of a series' values is on the scale of `detect`, 5 being the line, 0 where it is no news.

    `values[point]` lie evenly in time, NaN where there is none.
    """
    begin = max(2 * season, ENOUGH)
    if season < FINE or len(values) <= begin + ENOUGH:
        return np.zeros(len(values))
    middle = _middle(values, begin)
    views = (np.abs(values - middle), np.abs(values - _lately(values, season)))
    told = [_unlikely(view, np.abs(middle), begin) for view in views]
    score = np.minimum(LINE / RARE * np.sqrt((told[0] ** 2 + told[1] ** 2) / 2), HIGHEST)
    before = np.concatenate((np.zeros(RECENT), score[:-1]))
    return np.where(score > sliding_window_view(before, RECENT).max(axis=1), score, 0.0)


def _middle(values: Array, begin: int) -> Array:
    """Return the median of all that came before."""
    found = np.full(len(values), np.nan)
    for start, end in _turns(begin, len(values)):
        found[start:end] = median(values[:start, None])[0]
    return found


def _lately(values: Array, season: int) -> Array:
    """Return the median of the same hour in the last seasons."""
    number = -(-len(values) // season)
    padded = np.full(number * season, np.nan)
    padded[: len(values)] = values
    seasons = padded.reshape(number, season)
    found = np.full_like(seasons, np.nan)
    for at in range(1, number):
        found[at] = median(seasons[max(at - SEASONS, 0) : at])
    return found.reshape(-1)[: len(values)]


def _unlikely(view: Array, level: Array, begin: int) -> Array:
    """Return −log10 of how likely so high a view is, going by its own past; 0 where that says nothing."""
    found = np.zeros(len(view))
    span = ((1 - USUAL) / (1 - HIGH)) ** SHAPE - 1
    for start, end in _turns(begin + ENOUGH, len(view)):
        past = view[begin:start]
        past = past[~np.isnan(past)]
        if len(past) < ENOUGH:
            continue
        usual, high = np.quantile(past, (USUAL, HIGH))
        if high <= usual:
            continue  # nearly always the same: any other value would be a wonder
        scale = np.maximum((high - usual) * SHAPE / span, RELATIVE_FLOOR * level[start])
        beyond = np.maximum(view[start:end] - usual, 0.0) / scale
        found[start:end] = np.nan_to_num(np.log1p(SHAPE * beyond) / (SHAPE * np.log(10)) - np.log10(1 - USUAL))
    return found


def _turns(begin: int, length: int) -> Iterator[tuple[int, int]]:
    """Yield stretches, ever longer ones; what is known at the start of each serves the whole of it."""
    while begin < length:
        end = max(begin + _STEP, int(begin * _GROWTH))
        yield begin, min(end, length)
        begin = end
