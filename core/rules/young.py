"""What is to be expected of a series too young to know it by itself.

It is borrowed: from the same days of the last campaign, its own or else its siblings', else from siblings that know
themselves, else from the plan.
All of them lend a shape and a scale, never a level, which is the series' own: half of last year is still like last
year. Nothing here looks ahead of a point, so that a backtest says what would have been said on the day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.rules.detect import BORROWED_AFTER, Borrowed, Scores, detect
from core.rules.finding import Lender
from core.rules.season import YOUNG, median

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from core.rules.season import Array, Flags

LENDERS = tuple(Lender)  # each is believed before those above it
LEAST = 3  # siblings, or steps from a day to the next, that a scale may be made of
_NORMAL = 1.4826  # the median of absolute deviations, as a standard deviation

Columns = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Young:
    """Some series, and what is known of their days.

    `met[point]` is not 0 on days of an event that lie over others, and `then[point]`, where not below 0, is the day
    that each lies over. `plan[series, point]` is what was planned, None where nothing was. `begun` says where a series
    knows itself, two seasons of ordinary days behind it, and `starts` where its first value is; the end, if nowhere.
    """

    values: Array
    season: int
    counts: Flags | None
    met: Columns | None
    then: Columns
    plan: Array | None
    begun: Flags
    starts: Columns

    @classmethod
    def of(
        cls,
        values: Array,
        season: int,
        *,
        counts: Flags | None = None,
        met: Columns | None = None,
        then: Columns | None = None,
        plan: Array | None = None,
    ) -> Young:
        known = ~np.isnan(values)
        taught = known if met is None else known & (met == 0)
        begun = np.cumsum(taught, axis=1, dtype=np.int32) - taught >= 2 * season
        starts = np.where(known.any(axis=1), known.argmax(axis=1), known.shape[1])
        nowhere = np.full(known.shape[1], -1, dtype=np.int64)
        return cls(values, season, counts, met, nowhere if then is None else then, plan, begun, starts)

    @property
    def asking(self) -> Columns:
        """Return the point at which each young series asks its siblings what they lend; the end, where it needs not."""
        end = self.values.shape[1]
        found = np.maximum(self.starts, 2 * self.season)
        knows = np.take_along_axis(self.begun, np.minimum(found, end - 1)[:, None], axis=1)[:, 0]
        return np.where((found >= end) | knows, end, found)

    @property
    def runs(self) -> tuple[Columns, ...]:
        """Return the days of each campaign that had a last time."""
        if self.met is None:
            return ()
        columns = np.flatnonzero((self.then >= 0) & (self.met > 0))
        return tuple(np.split(columns, np.flatnonzero(np.diff(columns) > self.season) + 1)) if len(columns) else ()

    @property
    def asks(self) -> frozenset[int]:
        """Return the points at which anybody is asked."""
        asking = np.unique(self.asking)
        return frozenset(asking[asking < self.values.shape[1]].tolist()) | {int(run[0]) for run in self.runs}


def filled(found: Scores, young: Young, lent: Mapping[int, Borrowed]) -> Scores:
    """Return the scores with those of young series told by what they borrow; `lent` is what there was to."""
    begun, lender = young.begun, np.full(young.values.shape, -1)
    told = {
        Lender.PLAN: _planned(young),
        Lender.SIBLINGS: _siblings(young, lent),
        Lender.SIBLINGS_THEN: _siblings_last_time(young, lent),
        Lender.LAST_TIME: _last_time(young, lent),
    }
    parts = [(code, *part) for code, each in enumerate(LENDERS) for part in told[each]]
    if not parts:
        return found
    for code, rows, columns, said in parts:
        place = np.ix_(rows, columns)
        here = ~begun[place] & ~np.isnan(said.expected)
        lender[place] = np.where(here, code, lender[place])
        for name in ("expected", "low", "high", "score", "shift"):
            whole = getattr(found, name)
            whole[place] = np.where(here, getattr(said, name), whole[place])
    return replace(found, lender=lender)


Part = tuple[Columns, Columns, Scores]


def _last_time(young: Young, lent: Mapping[int, Borrowed]) -> Iterator[Part]:
    values, begun = young.values, young.begun
    for columns in young.runs:
        then = young.then[columns]
        # What a campaign of two seasons did by itself, all of it before this one's first day.
        earlier = np.arange(then[0], min(int(then[0]) + 2 * young.season, int(columns[0])))
        rows = np.flatnonzero((~begun[:, columns] & ~np.isnan(values[:, columns] + values[:, then])).any(axis=1))
        if not len(rows):
            continue
        typical = _typical(lent.get(int(columns[0])))
        noise = _wobble(values[np.ix_(rows, earlier)]) if typical is None else np.full(len(rows), typical[0])
        now, like = values[np.ix_(rows, columns)], values[np.ix_(rows, then)]
        # Both have their own luck: √2 of it.
        yield rows, columns, _beside(now, like, np.sqrt(2) * noise, young.counts, is_drawn=True)


def _siblings_last_time(young: Young, lent: Mapping[int, Borrowed]) -> Iterator[Part]:
    """Hold a series that was not in the last campaign against how those that were went through it."""
    values, begun = young.values, young.begun
    for columns in young.runs:
        then = young.then[columns]
        earlier = np.arange(then[0], min(int(then[0]) + 2 * young.season, int(columns[0])))
        were = np.flatnonzero((values[:, earlier] > 0).all(axis=1))
        new = ~begun[:, columns] & ~np.isnan(values[:, columns])
        rows = np.flatnonzero(new.any(axis=1) & np.isnan(values[:, then]).all(axis=1))
        if not len(rows) or len(were) < LEAST:
            continue
        shares = values[np.ix_(were, then)] / values[np.ix_(were, earlier)].mean(axis=1, keepdims=True)
        shape = median(shares)
        typical = _typical(lent.get(int(columns[0])))
        wobble = _wobble(values[np.ix_(were, earlier)]) if typical is None else np.array([typical[0]])
        with np.errstate(invalid="ignore", divide="ignore"):
            off = np.abs(np.log(shares / shape))
        # One more goes its own way as far as these did, and has its own luck.
        noise = float(np.hypot(_NORMAL * np.nanmedian(off), np.nanmedian(wobble)))
        like = np.repeat(shape[None], len(rows), axis=0)
        said = _beside(values[np.ix_(rows, columns)], like, np.full(len(rows), noise), young.counts, is_drawn=False)
        yield rows, columns, said


def _siblings(young: Young, lent: Mapping[int, Borrowed]) -> Iterator[Part]:
    values, season, asking = young.values, young.season, young.asking
    lenders = {at: typical for at, each in lent.items() if (typical := _typical(each)) is not None}
    rows = np.flatnonzero(np.isin(asking, list(lenders)))
    if not len(rows):
        return
    needed = np.flatnonzero((~young.begun[rows] & ~np.isnan(values[rows])).any(axis=0))
    columns = np.arange(int(needed[0]) // season * season, int(needed[-1]) + 1)
    noise, shape = zip(*(lenders[at] for at in asking[rows].tolist()), strict=True)
    counts = None if young.counts is None else young.counts[rows]
    events = None if young.met is None or not young.met[columns].any() else young.met[columns]
    borrowed = Borrowed(np.array(noise), np.array(shape))
    found = detect(values[np.ix_(rows, columns)], season, counts=counts, events=events, borrowed=borrowed)
    found.expected[columns < asking[rows, None]] = np.nan  # nobody could have lent it then
    yield rows, columns, found


def _planned(young: Young) -> Iterator[Part]:
    if young.plan is None:
        return
    values, starts = young.values, young.starts
    for start in np.unique(starts).tolist():
        columns = np.arange(start, min(start + 2 * young.season, values.shape[1]))
        rows = np.flatnonzero(starts == start)
        if len(columns) <= BORROWED_AFTER or np.isnan(young.plan[rows]).all():
            continue
        now, like = values[np.ix_(rows, columns)], young.plan[np.ix_(rows, columns)]
        noise = np.full(len(rows), _spread(_ratio(now[:, :BORROWED_AFTER], like[:, :BORROWED_AFTER])))
        yield rows, columns, _beside(now, like, noise, young.counts, is_drawn=False)


def _beside(now: Array, like: Array, noise: Array, counts: Flags | None, *, is_drawn: bool) -> Scores:
    """Judge how a series goes beside what it should be like, by the share that it has of it.

    What is like it may be `is_drawn` by luck as well, or be a number that somebody wrote down.
    """
    share = _ratio(now, like)
    if counts is None:
        noise = np.hypot(noise, _luck(share, now, like if is_drawn else np.full_like(like, np.inf)))
    found = detect(
        share, 1, counts=np.zeros(len(now), dtype=np.bool_), borrowed=Borrowed(noise, np.zeros((len(now), 1)))
    )
    found.expected[np.isnan(noise)] = np.nan  # two days of a share are no season to go by
    return Scores(found.expected * like, found.low * like, found.high * like, found.score, found.shift)


def _ratio(now: Array, like: Array) -> Array:
    share = np.full(now.shape, np.nan)
    np.divide(now, like, out=share, where=like > 0)
    return share


def _luck(share: Array, now: Array, like: Array) -> Array:
    """Return how far the share of counts strays by luck alone, from the points that its level is made of."""
    known = ~np.isnan(share)
    first = known & (np.cumsum(known, axis=1) <= BORROWED_AFTER)
    number = np.maximum(first.sum(axis=1), 1)
    whole = np.where(first, (now >= 0) & (now == np.floor(now)), True).all(axis=1)
    mean, other = (np.maximum(np.where(first, each, 0.0).sum(axis=1) / number, 1.0) for each in (now, like))
    return np.where(whole, np.sqrt(1 / mean + 1 / other), 0.0)


def _typical(lent: Borrowed | None) -> tuple[float, Array] | None:
    """Return the noise and the season of the middle one of those that have any to lend."""
    able = None if lent is None else ~np.isnan(lent.noise)
    if lent is None or able is None or not able.any():
        return None
    return float(np.median(lent.noise[able])), np.median(lent.shape[able], axis=0)


def _wobble(earlier: Array) -> Array:
    """Return how far each series strayed from its own steps, day by day; NaN of too few."""
    with np.errstate(invalid="ignore", divide="ignore"):
        steps = np.diff(np.log(np.where(earlier > 0, earlier, np.nan)), axis=1)
    found = np.full(len(steps), np.nan)
    for row, each in enumerate(steps):
        known = each[~np.isnan(each)]
        if len(known) > LEAST:
            off = np.abs(known - np.median(known))
            found[row] = _NORMAL * np.median(off) / np.sqrt(2) * (1 + YOUNG / (len(known) - 1))
    return found


def _spread(shares: Array) -> float:
    """Return how far siblings stray from their plan from their first day to the next; NaN of too few."""
    with np.errstate(invalid="ignore", divide="ignore"):
        steps = np.diff(np.log(np.where(shares > 0, shares, np.nan)), axis=1)
    known = steps[~np.isnan(steps)]
    if len(known) < LEAST:
        return float("nan")
    return float(np.sqrt(np.mean(known**2) / 2) * (1 + YOUNG / (len(known) - 1)))
