"""Cubes that are kept: arrays that grow by a period without being copied.

They lie period by period, so that a new period is written behind the others in room left for it. What was handed out
is never written to again: a period that is restated after a cube showed it makes a copy first. When the room is used
up and they move, only what was asked for since the last move comes along, so that a house that runs for years keeps
the weeks that its rules look back on, and no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core.cube.cube import Array
from core.labels import Labels

_ROOM = 1.25  # spare periods, as a share of those held


class Kept:
    """The periods held of one question. `arrays[code]` has a row for each period and a column for each slice."""

    def __init__(self, slices: tuple[Labels, ...], measures: Sequence[str]) -> None:
        self.slices = slices
        self.held = range(0)
        self._stale: set[int] = set()
        self._shown = range(0)
        self._asked = range(0)  # since the last move
        self._asked_last = range(0)
        self._arrays: dict[str, Array] = {code: np.empty((0, len(slices))) for code in measures}

    @property
    def size(self) -> int:
        return sum(array.nbytes for array in self._arrays.values())

    def mark(self, periods: range) -> None:
        """Note that the facts of these periods changed; they are asked for again when next wanted."""
        self._stale.update(range(max(periods.start, self.held.start), min(periods.stop, self.held.stop)))

    def lacking(self, periods: range) -> Iterator[range]:
        """Yield what must be asked to hold these periods: the held stretch stays in one piece."""
        self._asked, self._asked_last = _hull(self._asked, periods), periods
        whole = _hull(self.held, periods)
        lacking = [each for each in whole if each not in self.held or (each in self._stale and each in periods)]
        start = 0
        for place in range(1, len(lacking) + 1):
            if place == len(lacking) or lacking[place] != lacking[place - 1] + 1:
                yield range(lacking[start], lacking[place - 1] + 1)
                start = place

    def is_apart(self, periods: range) -> bool:
        """Return whether nothing of these is held: days of another season, and nobody wants what lies between."""
        return bool(self.held) and not (periods.start < self.held.stop and self.held.start < periods.stop)

    def opened(self, periods: range) -> dict[str, Array]:
        """Return room for an answer about those periods, a row for each, without any value yet."""
        whole = _hull(self.held, periods)
        is_shown = periods.start < self._shown.stop and self._shown.start < periods.stop
        has_room = len(whole) <= self._room and (not self.held or whole.start == self.held.start)
        if is_shown or not has_room:
            wanted = _hull(self._asked, periods)
            whole = range(max(whole.start, wanted.start), min(whole.stop, wanted.stop))
            self._move(whole)
            self._asked = self._asked_last
        self.held = whole
        self._stale.difference_update(periods)
        first = periods.start - whole.start
        rows = {code: array[first : first + len(periods)] for code, array in self._arrays.items()}
        for row in rows.values():
            row.fill(np.nan)
        return rows

    def show(self, periods: range) -> dict[str, Array]:
        """Return the arrays of those periods, slices first. They are views, and stay as they are."""
        shown = self._shown
        self._shown = range(min(shown.start, periods.start), max(shown.stop, periods.stop)) if len(shown) else periods
        first = periods.start - self.held.start
        views = {code: array[first : first + len(periods)].T for code, array in self._arrays.items()}
        for view in views.values():
            view.flags.writeable = False
        return views

    def widen(self, slices: tuple[Labels, ...]) -> bool:
        """Take in new slices behind those known; False when the known ones are others now, and all is lost."""
        if slices is self.slices:
            return True
        if slices[: len(self.slices)] != self.slices:
            return False
        if len(slices) > len(self.slices):
            more = len(slices) - len(self.slices)
            self._arrays = {
                code: np.pad(array, ((0, 0), (0, more)), constant_values=np.nan) for code, array in self._arrays.items()
            }
            self._shown = range(0)
        self.slices = slices
        return True

    @property
    def _room(self) -> int:
        return min((len(array) for array in self._arrays.values()), default=0)

    def _move(self, whole: range) -> None:
        both = range(max(self.held.start, whole.start), min(self.held.stop, whole.stop))
        self._stale = {each for each in self._stale if each in whole}
        for code, array in self._arrays.items():
            roomy = np.empty((int(len(whole) * _ROOM) + 1, len(self.slices)))  # room not written to takes no memory
            if both:
                old, new = both.start - self.held.start, both.start - whole.start
                roomy[new : new + len(both)] = array[old : old + len(both)]
            self._arrays[code] = roomy
        self._shown = range(0)


def _hull(one: range, other: range) -> range:
    """Return the shortest stretch that has both in it; an empty one counts for nothing."""
    if not len(one) or not len(other):
        return one or other
    return range(min(one.start, other.start), max(one.stop, other.stop))
