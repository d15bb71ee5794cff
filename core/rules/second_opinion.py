"""A second opinion on one long series, for what comes by and by: the leap that `detect` asks for is not asked here.

How many times as high or as low a value is as its hour lately was, and how strange `detect` found it, each as a tail
probability among its own past: a series that leaps all day is no wonder when it does. The surprise is what is left out
of the fit: a past's highest values, since they are the incidents that it shall not get used to.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.rules.detect import HIGHEST, LINE
from core.rules.season import RELATIVE_FLOOR, Array, Flags, median

FINE = 24  # points a season at least: of days and weeks there is never enough past
ENOUGH = 100  # points before a view is held, and as many views of the past before one is judged
SEASONS = 28
RECENT = 24  # points: what is no stranger than something just said is no news
RARE = 2.75  # −log10 p, where the line is
USUAL, HIGH = 0.8, 0.96  # the tail is fitted between these shares of the past
SHAPE = 0.05  # of the tail: a little heavier than exponential
LEAST = LINE / 20  # of the scale that a series' scores have: where nothing is ever strange, little is no wonder yet
NOTHING = 0.02  # of what is usual: far above it shares are compared, and below it differences
_STEP, _GROWTH = 12, 1.02  # points, and share of the past, after which what is known of it is measured again


def both_opinions(values: Array, season: int, score: Array) -> Array:
    """Return how strange each of a series' values is by both opinions, 5 being the line, and 0 where that is no news.

    `values[point]` lie evenly in time, NaN where there is none; `score` is what `detect` says of them.
    """
    if season < FINE:
        return score
    told = np.fmax(score, np.where(np.isnan(score), np.nan, _second(values, season, score)))
    before = np.concatenate((np.zeros(RECENT), np.nan_to_num(told[:-1])))
    is_said = (told >= LINE) & (told <= sliding_window_view(before, RECENT).max(axis=1))
    return np.where(is_said, 0.0, told)


def _second(values: Array, season: int, score: Array) -> Array:
    begin = max(2 * season, ENOUGH)
    size = NOTHING * _usual_size(values, begin)
    size = np.where(_is_count(values), np.maximum(size, 1.0), size)  # none beside one is no fall to nothing
    shares, lately = (np.arcsinh(each / (2 * size)) for each in (values, _lately(values, season)))
    off = _unlikely(np.abs(shares - lately), RELATIVE_FLOOR, begin)
    strange = _unlikely(score, LEAST, begin)
    found: Array = np.minimum(LINE / RARE * np.sqrt((off**2 + strange**2) / 2), HIGHEST)
    return found


def _is_count(values: Array) -> Flags:
    """Return, for each point, whether all have been whole so far."""
    found: Flags = np.logical_and.accumulate(np.isnan(values) | ((values >= 0) & (values == np.floor(values))))
    return found


def _usual_size(values: Array, begin: int) -> Array:
    """Return the median size of all that came before."""
    found = np.full(len(values), np.nan)
    for start, end in _turns(begin, len(values)):
        found[start:end] = median(np.abs(values[:start, None]))[0] or np.nan
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


def _unlikely(view: Array, least: float, begin: int) -> Array:
    """Return −log10 of how likely so high a view is, going by its own past; 0 where that says nothing.

    A scale is never below the `least`.
    """
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
        scale = max((high - usual) * SHAPE / span, least)
        beyond = np.maximum(view[start:end] - usual, 0.0) / scale
        found[start:end] = np.nan_to_num(np.log1p(SHAPE * beyond) / (SHAPE * np.log(10)) - np.log10(1 - USUAL))
    return found


def _turns(begin: int, length: int) -> Iterator[tuple[int, int]]:
    """Yield stretches, ever longer ones; what is known at the start of each serves the whole of it."""
    while begin < length:
        end = max(begin + _STEP, int(begin * _GROWTH))
        yield begin, min(end, length)
        begin = end
