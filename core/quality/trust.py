"""Where no verdict may be given, because the facts have not come.

A file that is late makes every rule over it unknown. So does a slice that usually has facts and has none now: a feed
that broke looks just like a channel that sold nothing, and only one of them is calm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from core.calendar.grain import Period
    from core.cube.cube import Array, Cube

LOOK_BACK = 28
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """`late[period]`: no fact of the source came at all. `silent[slice, period]`: a slice that usually has some has
    none.
    """

    periods: range
    late: Flags
    silent: Flags
    unknown: Flags  # either: no rule may speak of it
    is_doubtful: bool  # whether there is any of that at all

    def is_late(self, period: Period) -> bool:
        return bool(self.late[period.index - self.periods.start])


def judge(cube: Cube, period: Period) -> Trust:
    """Judge one period, in the light of those before it."""
    return judge_all(cube, range(period.index, period.index + 1))


def judge_all(cube: Cube, periods: range) -> Trust:
    """Judge every one of these periods, each in the light of those before it."""
    held = cube.at(range(periods.start - LOOK_BACK, periods.stop))
    arrays = tuple(held.measures.values())
    now = _came([array[:, LOOK_BACK:] for array in arrays], (len(cube.slices), len(periods)))
    late, silent = ~np.logical_or.reduce(now, axis=0), np.zeros(now.shape, np.bool_)
    lacking = np.flatnonzero(~np.logical_and.reduce(now, axis=1))  # where all came, nobody needs to look back
    if len(lacking):
        came = _came([array[lacking] for array in arrays], (len(lacking), len(held.periods)))
        seen = np.concatenate([np.zeros((len(lacking), 1), np.int32), np.cumsum(came, axis=1, dtype=np.int32)], axis=1)
        before = seen[:, LOOK_BACK:-1] - seen[:, : -LOOK_BACK - 1]
        silent[lacking] = (before * 2 >= LOOK_BACK) & ~now[lacking]
    return Trust(periods, late, silent, silent | late, bool(late.any() or silent.any()))


def _came(arrays: Sequence[Array], shape: tuple[int, int]) -> Flags:
    """Return where at least one measure has a value."""
    came = np.zeros(shape, dtype=np.bool_)
    for array in arrays:
        came |= ~np.isnan(array)
    return came
