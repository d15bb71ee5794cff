"""Histories in which nothing happened: the same level and the same week, and only the noise dealt out anew.

What is left over of a series once its level (a running median) and its season are taken away is clipped, so that an
incident is not taken for noise, and drawn again in blocks of a season, in the same order for all metrics and slices:
what moves together goes on moving together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.calendar.grain import Grain

if TYPE_CHECKING:
    from core.cube.cube import Array, Cube

WORLDS = 30  # null histories that are tried
SEED = 618
_CLIP = 3.0  # robust deviations: what lies beyond is no luck
_MAD = 1.4826
_LONG = 2_000  # periods, from which on a level is not asked at each of them


def null_worlds(cube: Cube, number: int = WORLDS) -> list[Cube]:
    """Return histories in which nothing happened, from the same levels, weeks and noise."""
    season = {Grain.HOUR: 24, Grain.DAY: 7}.get(cube.grain or Grain.MONTH, 1)
    parts = {code: _taken_apart(np.asarray(array), cube.periods, season) for code, array in cube.measures.items()}
    dice = np.random.default_rng(SEED)
    worlds = []
    for _ in range(number):
        order = _blocks(len(cube.periods), season, dice)
        measures = {}
        for code, (normal, left) in parts.items():
            dealt = left[:, order]
            # A hole in the leftovers is no hole here: only where the series itself has none is there none.
            measures[code] = normal * np.where(np.isnan(dealt), 1.0, dealt)
        worlds.append(replace(cube, measures=measures))
    return worlds


def level_of(values: Array, span: int) -> Array:
    """Return the median of the periods around each; at the ends, of those that there are."""
    half = span // 2
    padded = np.pad(values, ((0, 0), (half, half)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=1)
    if values.shape[1] > _LONG:
        few = median(windows[:, ::half], axis=2)
        return np.repeat(few, half, axis=1)[:, : values.shape[1]]
    return median(windows, axis=2)


def median(values: Array, axis: int = 1) -> Array:
    """Return the median of what is known; NaN where nothing is."""
    if not values.shape[axis]:
        return np.full(np.delete(values.shape, axis), np.nan)
    ordered = np.sort(values, axis=axis)  # NaN last
    number = np.count_nonzero(~np.isnan(values), axis=axis, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum((number - 1) // 2, 0), axis=axis)
    high = np.take_along_axis(ordered, np.minimum(number // 2, values.shape[axis] - 1), axis=axis)
    found: Array = np.where(number > 0, (low + high) / 2, np.nan).squeeze(axis=axis)
    return found


def _taken_apart(values: Array, periods: range, season: int) -> tuple[Array, Array]:
    """Return what is normal for each cell, and what was left over, as a factor near one."""
    level = level_of(values, 4 * season if season > 1 else 8)
    shape = np.ones_like(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        if season > 1:
            free = np.where(level != 0, values / level, np.nan)
            phase = np.array(periods) % season
            for each in range(season):
                typical = median(free[:, phase == each])
                shape[:, phase == each] = np.where(np.isfinite(typical), typical, 1.0)[:, None]
        normal = level * shape
        left = np.where(normal != 0, values / normal, 1.0)
    middle = median(left)[:, None]
    spread = _MAD * median(np.abs(left - middle))[:, None]
    left = np.clip(left, middle - _CLIP * spread, middle + _CLIP * spread)
    return np.where(np.isnan(values), np.nan, normal), left


def _blocks(length: int, season: int, dice: np.random.Generator) -> NDArray[np.int64]:
    """Return an order of periods: blocks of one season, drawn with replacement, each in its own phase."""
    block = max(season, 7)
    starts = np.arange(0, length, block)
    order = np.concatenate([np.arange(start, start + block) for start in dice.choice(starts, len(starts))])[:length]
    found: NDArray[np.int64] = np.minimum(order, length - 1)
    return found
