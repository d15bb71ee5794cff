"""Whether a value is sudden: what was to be expected of it, the band around that, and a score that means the same
for every series. 5 is the line.

All series walk through time together, and each point is judged before it is learnt from, so nothing here knows a
future. The surprise is that the score has three witnesses: a value must be strange for its hour, strange for any
hour, and a leap. One alone is noise, a slow season, or a series on its way back to normal.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.rules.season import CLIP, Array, Flags, Phases, Track, floor, learn_variance, robust_scale

LINE = 5.0
STRETCH = 16_384  # points walked through at once; see _by_stretches
HIGHEST = 99.0  # a score beyond it says no more
SHIFT_AFTER = 5  # points at least, and half a season
BORROWED_AFTER = 2  # points, from where a scale is borrowed: the third day of a campaign is judged

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What `detect` says of each series and point; NaN where it cannot know.

    `shift` marks the point from which a new level is believed, once for each new level. `lender`, where anybody
    borrows, is the place among `young.LENDERS` of whom each point was judged by, below 0 where by its own past.
    """

    expected: Array
    low: Array
    high: Array
    score: Array
    shift: Flags
    lender: Rows | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Borrowed:
    """What a young series takes over from its parent, a sibling, an earlier campaign or the plan.

    Both are shares of its own level: `noise[series]`, and `shape[series, phase]` of the season. A NaN in `noise`
    says that there is nobody to borrow from.
    """

    noise: Array
    shape: Array


def detect(
    values: Array,
    season: int,
    *,
    phase: Phases | None = None,
    counts: Flags | None = None,
    events: NDArray[np.int64] | None = None,
    borrowed: Borrowed | None = None,
) -> Scores:
    """Judge `values[series, point]`, NaN where there is none.

    `season` is the number of points in one: 24 of hours, 7 of days, 1 for none. `phase[point]` says which of them
    each is, where points do not simply follow one another. `counts` says which series count things (None: those
    whose values have all been whole so far). `events[point]` is 0 on ordinary days; points with the same other
    number are the same moment of the same event, such as the second day of 618, and are held against each other.
    """
    if values.shape[1] > STRETCH and phase is None and events is None and borrowed is None:
        return _by_stretches(values, season, counts)
    walk = _Walk.of(values, season, phase, counts, events)
    walk.through(borrowed)
    return walk.scores()


def detect_and_lend(
    values: Array, season: int, asked: Collection[int], *, counts: Flags | None = None, events: Rows | None = None
) -> tuple[Scores, dict[int, Borrowed]]:
    """Judge, and return what every series had to lend before each point that is asked for."""
    if not asked:
        return detect(values, season, counts=counts, events=events), {}
    walk = _Walk.of(values, season, None, counts, events)
    lent = walk.through(None, frozenset(asked))
    return walk.scores(), lent


@dataclass(slots=True, eq=False)
class _Walk:
    """All series on their way through time. Arrays are [point, series], so that a point's values lie together."""

    at: Array
    season: int
    phases: Phases
    events: NDArray[np.int64]
    is_count: Flags
    ours: Track
    plain: Track  # that knows no season
    leaps: Array  # the variance of what is left of a leap when the season's own is taken off
    last: Array  # the last value without its season
    tamed: Array  # the same, no stranger than CLIP
    run: Array  # points in a row beyond what is usual, below zero when below
    expected: Array
    stray: Array
    score: Array
    shift: Flags
    met: dict[int, tuple[Array, NDArray[np.int64]]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        values: Array,
        season: int,
        phase: Phases | None,
        counts: Flags | None,
        events: NDArray[np.int64] | None,
    ) -> _Walk:
        series, points = values.shape
        at = np.ascontiguousarray(values.T, dtype=np.float64)
        return cls(
            at,
            season,
            (np.arange(points) if phase is None else phase) % season,
            np.zeros(points, dtype=np.int64) if events is None else events,
            _counting(at, counts),
            Track.blank(series, season),
            Track.blank(series, 1),
            np.zeros(series),
            np.full(series, np.nan),
            np.full(series, np.nan),
            np.zeros(series),
            expected=np.full(at.shape, np.nan),
            stray=np.full(at.shape, np.nan),
            score=np.full(at.shape, np.nan),
            shift=np.zeros(at.shape, dtype=bool),
        )

    def through(self, borrowed: Borrowed | None, asked: frozenset[int] = frozenset()) -> dict[int, Borrowed]:
        """Walk to the end; return what there was to lend before the points that are asked for."""
        found: dict[int, Borrowed] = {}
        # An event is judged, and never learnt as if it were usual.
        taught = np.where(self.events[:, None] == 0, self.at, np.nan) if self.events.any() else self.at
        young = np.zeros(self.at.shape[1], dtype=bool) if borrowed is None else ~np.isnan(borrowed.noise)
        enough = np.where(young, BORROWED_AFTER, 2 * self.season)
        begins = np.count_nonzero(np.cumsum(~np.isnan(taught), axis=0) < enough, axis=0) + 1
        due = {int(t): np.flatnonzero(begins == t) for t in np.unique(begins)}
        for t, code in enumerate(self.events.tolist()):
            if t in due:
                rows = due[t]
                self._begin(taught[:t], rows[~young[rows]])
                if borrowed is not None:
                    self._borrow(taught[:t], rows[young[rows]], borrowed)
            if t in asked:
                found[t] = self.lent()
            if code:
                self._meet(t, code)
            else:
                self._judge(t)
        return found

    def lent(self) -> Borrowed:
        level = self.ours.level
        size = np.where(level == 0, np.nan, np.abs(level))
        return Borrowed(np.sqrt(self.ours.variance) / size, (self.ours.season / size).T)

    def scores(self) -> Scores:
        band = LINE * self.stray
        low, high = self.expected - band, self.expected + band
        # What has never been below nothing is not expected there.
        np.maximum(low, 0.0, out=low, where=(np.fmin.accumulate(self.at) >= 0) & (self.expected >= 0))
        return Scores(self.expected.T, low.T, high.T, np.minimum(self.score, HIGHEST).T, self.shift.T)

    def _begin(self, before: Array, rows: Rows) -> None:
        if not len(rows):
            return
        history, phases = before[:, rows], self.phases[: len(before)]
        self.ours.begin(rows, history, phases)
        self.plain.begin(rows, history, np.zeros_like(phases))
        plain = history - self.ours.season[phases][:, rows]
        self.leaps[rows] = robust_scale(np.diff(plain, axis=0)) ** 2
        self.last[rows] = self.tamed[rows] = _last(plain)

    def _borrow(self, before: Array, rows: Rows, borrowed: Borrowed) -> None:
        if not len(rows):
            return
        noise, shape = borrowed.noise[rows], np.nan_to_num(borrowed.shape[rows].T)
        history, phases = before[:, rows], self.phases[: len(before)]
        level = np.nanmean(history / np.maximum(1 + shape[phases], 0.1), axis=0)
        self.ours.borrow(rows, level, noise, shape)
        self.plain.borrow(rows, level, np.hypot(noise, shape.std(axis=0)), np.zeros((1, len(rows))))
        self.leaps[rows] = 2 * self.ours.variance[rows]
        self.last[rows] = self.tamed[rows] = _last(history - self.ours.season[phases][:, rows])

    def _judge(self, t: int) -> None:
        value, phase, is_count = self.at[t], int(self.phases[t]), self.is_count[t]
        expected, usual = self.ours.expected(phase), self.plain.expected(0)
        least = floor(expected, is_count)
        stray, stray_any = self.ours.scale(phase, least), self.plain.scale(0, floor(usual, is_count))
        off, off_any = value - expected, value - usual
        level = value - self.ours.season[phase]
        leap = self._leap(level)
        stray_leap = np.maximum(np.sqrt(self.leaps), least)
        doubt = stray * self.ours.doubt(phase)
        # Where the season explains most of what happens, a value that is usual at another hour is no excuse.
        weight = np.minimum((stray / stray_any) ** 2, 1.0)
        with np.errstate(divide="ignore"):
            told = np.log(np.abs(off * leap) / (doubt * stray_leap)) + weight * np.log(np.abs(off_any) / stray_any)
        self.expected[t], self.stray[t] = expected, doubt
        self.score[t] = np.exp(told / (2 + weight))
        tamed = self.ours.level + np.clip(off, -CLIP * stray, CLIP * stray)
        moved = self._count_run(t, off, stray)
        self.ours.learn(phase, off, stray, moved)
        self.plain.learn(0, off_any, stray_any, moved)
        learn_variance(self.leaps, leap, stray_leap)
        known = ~np.isnan(value)
        self.last, self.tamed = np.where(known, level, self.last), np.where(known, tamed, self.tamed)

    def _leap(self, level: Array) -> Array:
        """Return the way from the last value, or from what that should have been: a way back to normal is no leap."""
        leap, back = level - self.last, level - self.tamed
        return np.where(np.abs(back) < np.abs(leap), back, leap)

    def _count_run(self, t: int, off: Array, stray: Array) -> Flags:
        """Return where so many points in a row were strange to one side that the level itself has moved."""
        after = max(self.season // 2, SHIFT_AFTER)
        side = np.where(np.abs(off) > CLIP * stray, np.sign(off), 0.0)
        known = ~np.isnan(off)
        self.run = np.where(known, np.where(side * self.run > 0, self.run, 0.0) + np.nan_to_num(side), self.run)
        length = np.abs(self.run)
        moved: Flags = length >= after
        self.shift[t] = (length == after) & known
        # The new level has been said; on the way to it nothing is news.
        np.copyto(self.score[t], 0.0, where=(length > after) & known & ~np.isnan(self.score[t]))
        return moved

    def _meet(self, t: int, code: int) -> None:
        """Hold a point of an event against the last times the same was met, each as a share of its own level."""
        value, phase = self.at[t], int(self.phases[t])
        expected = self.ours.expected(phase)
        size = np.abs(expected)
        total, times = self.met.get(code, (np.zeros_like(value), np.zeros(len(value), dtype=np.int64)))
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(size > 0, (value - expected) / size, np.nan)
            usual = np.where(times > 0, total / times, np.nan)
            lifted = expected + usual * size
            # What is measured against n others strays by theirs too: √2 with one, less with more.
            stray = (
                self.ours.scale(phase, floor(lifted, self.is_count[t]))
                * np.maximum(1 + usual, 1)
                * np.sqrt(1 + 1 / times)
            )
            self.expected[t], self.stray[t] = lifted, stray
            self.score[t] = np.abs(value - lifted) / stray
        fresh = ~np.isnan(share)
        self.met[code] = (total + np.where(fresh, share, 0.0), times + fresh)


def _by_stretches(values: Array, season: int, counts: Flags | None) -> Scores:
    """Walk through the stretches of very long series side by side, each after a run-up long enough to forget by.

    Where a stretch begins depends on nothing that comes after it, so the past is still all that is known.
    """
    series, points = values.shape
    run_up = season * -(-max(STRETCH // 8, 8 * season) // season)
    each = season * -(-STRETCH // season)
    number = -(-points // each)
    padded = np.pad(values, ((0, 0), (run_up, number * each - points)), constant_values=np.nan)
    walked = np.lib.stride_tricks.sliding_window_view(padded, run_up + each, axis=1)[:, ::each]
    mine = None if counts is None else np.repeat(counts, number)
    walk = _Walk.of(walked.reshape(-1, run_up + each), season, None, mine, None)
    walk.through(None)
    found = walk.scores()

    def joined(array: NDArray[Any]) -> NDArray[Any]:
        return array[:, run_up:].reshape(series, -1)[:, :points]

    return Scores(*map(joined, (found.expected, found.low, found.high, found.score, found.shift)))


def _counting(at: Array, counts: Flags | None) -> Flags:
    """Return which series count things, for each point; by what was seen so far where nobody says."""
    if counts is None:
        whole = np.isnan(at) | ((at >= 0) & (at == np.floor(at)))
        return np.logical_and.accumulate(whole)
    return np.broadcast_to(counts, at.shape)


def _last(history: Array) -> Array:
    """Return each series' last known value."""
    known = ~np.isnan(history)
    places = len(history) - 1 - np.argmax(known[::-1], axis=0)
    found: Array = history[places, np.arange(history.shape[1])]
    return found
