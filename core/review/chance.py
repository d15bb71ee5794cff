"""How often a rule fires although nothing happened, and how large a move it would find.

A rule over one rate is worked out from the samples themselves: the rate stands still, and two samples of it differ.
Any other rule is tried on null histories (`worlds`). The surprise: a week's shape is part of those too, so a rule
that fires every Saturday is found to fire by chance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from core.calendar.grain import Grain
from core.review.worlds import level_of, median, null_worlds
from core.rules import gate
from core.rules.evaluate import concerned, evaluate
from core.rules.finding import State
from core.rules.gate import ALPHA, FALSE, tail
from core.rules.rule import Gating, Rule
from core.rules.sides import Sides, named
from core.rules.tree import Any, Baseline, Bound, Change, Compare, Lag, Reading, Usual, leaves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from core.calendar.events import Event
    from core.cube.cube import Array, Cube
    from core.metrics.catalog import Catalog

POWER = 0.8
LARGEST = 20.0  # times: no rise beyond it is asked for
_WEEKS_OF_SHAPE = 4  # before a week's shape is believed
_HALF = 0.5  # of the slices, before it is the week and not a slice
_STEPS = 40  # of a bisection


@dataclass(frozen=True, slots=True)
class Chance:
    """`rate`: of all slice-periods judged, the share that fires by luck alone; `begins`: that in which an alert
    would begin. `catches`: the real move, as a share of the level (negative: a fall), that is found four times out of
    five; None where no single one can be named.
    """

    rate: float
    begins: float
    catches: float | None


@dataclass(frozen=True, slots=True)
class Weekly:
    """A week's own shape breaks the rule: `weekday` (Monday is 0) moves by `move` when nothing is wrong.

    `strength` is the share of the series' variance, its level apart, that the weekday explains.
    """

    weekday: int
    move: float
    strength: float


def chance(
    rule: Rule,
    cube: Cube,
    catalog: Catalog,
    periods: range,
    known: NDArray[np.bool_] | None = None,
    events: Mapping[str, Event] | None = None,
) -> Chance:
    """Return how much of this rule is luck, given the samples that these periods had.

    `known` says which slice-periods could be judged in fact; late facts silence luck as well.
    """
    two = _two_samples(rule, Sides.of(cube, catalog, periods, events))
    if two is not None:
        rates = two.fires(two.rate)
        rate = float(np.nanmean(rates)) if not np.isnan(rates).all() else 0.0
        return Chance(rate, rate * (1 - rate), two.catches())  # two samples of one day each: days hardly hang together
    worlds = [Sides.of(each, catalog, periods, events) for each in null_worlds(cube)]
    fired = began = judged = 0
    for world in worlds:
        outcome = evaluate(rule, world)
        state = outcome.state[outcome.concerns]
        if known is not None:
            state = np.where(known[outcome.concerns], state, State.UNKNOWN)
        bad = state == State.BREACHED
        fired += int(np.count_nonzero(bad))
        began += int(np.count_nonzero(bad[:, :1])) + int(np.count_nonzero(bad[:, 1:] & ~bad[:, :-1]))
        judged += int(np.count_nonzero(state != State.UNKNOWN))
    return Chance(fired / max(1, judged), began / max(1, judged), _catches(rule, worlds))


def weekly(
    rule: Rule, cube: Cube, catalog: Catalog, periods: range, events: Mapping[str, Event] | None = None
) -> Weekly | None:
    """Return the weekday on which the week alone breaks a rule that holds a day against other days, if one does."""
    if rule.grain is not Grain.DAY or len(periods) < 7 * _WEEKS_OF_SHAPE:
        return None
    sides = Sides.of(cube, catalog, periods, events)
    days = (np.array(periods) + 3) % 7  # 1970-01-01 was a Thursday
    rows = concerned(rule, sides)
    for leaf in leaves(rule.sentence.condition):
        change = change_of(leaf) if isinstance(leaf, Compare) else None
        side = gate.side_of(leaf.comparison) if isinstance(leaf, Compare) else None
        if change is None or side is None or not change.relative or not _mixes_weekdays(change) or not rows.any():
            continue
        moves = np.clip(sides.operand(change)[rows], -1.0, LARGEST)
        typical = np.stack([median(moves[:, days == day]) for day in range(7)])
        known = np.maximum((~np.isnan(typical)).sum(axis=1), 1)
        breaks = ((typical - bound_of(leaf)) * side > 0).sum(axis=1) / known
        own = median(typical)
        if (breaks > _HALF).any():
            day = int(np.nanargmax(np.where(breaks > _HALF, own * side, -np.inf)))
            values = sides.reader.value(named(change.metric), sides.columns)[rows]
            return Weekly(day, float(own[day]), _strength(values, days))
    return None


def change_of(leaf: Compare) -> Change | None:
    """Return the change that a comparison is about: below the mean is a fall against the mean."""
    match leaf:
        case Compare(Change() as change, _, Bound()):
            return change
        case Compare(Reading(metric), _, Baseline(other, against)) if metric == other:
            return Change(metric, against)
    return None


def bound_of(leaf: object) -> float:
    """Return the number a comparison has on its right; below the mean is below it by nothing."""
    quantity = leaf.right.quantity if isinstance(leaf, Compare) and isinstance(leaf.right, Bound) else None
    return float(quantity.value) if quantity else 0.0


# --- a rate against another: two samples -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _TwoSamples:
    """All slice-periods in which `now` trials are held against `then`; it fires beyond p1 < c·p0 + d.

    `wander` is what the rate moves by itself, beyond its samples; `side` is −1 for a fall. `level` is what the gate
    asks of each slice: with several slices, luck has to be rarer in each.
    """

    rate: Array
    now: Array
    then: Array
    wander: Array
    c: float
    d: float
    side: int
    level: float | None

    def fires(self, p1: Array) -> Array:
        """Return how likely each is to fire if the rate is `p1` now and was `rate` before."""
        p0, side = self.rate, self.side
        with np.errstate(invalid="ignore", divide="ignore"):
            v1 = p1 * (1 - p1) / self.now * (1 + np.maximum(self.now - 1, 0) * self.wander)
            v0 = p0 * (1 - p0) / self.then
            beyond = side * (p1 - self.c * p0 - self.d) / np.sqrt(v1 + self.c**2 * v0)
            if self.level is None:
                return 1 - tail(beyond)
            pooled = (p1 * self.now + p0 * self.then) / (self.now + self.then)
            share = pooled * (1 - pooled)
            spread = np.sqrt(share / self.now * (1 + self.now * self.wander) + share / self.then)
            moved = (side * (p1 - p0) - _quantile(self.level) * spread) / np.sqrt(v1 + v0)
            together = (v1 + self.c * v0) / np.sqrt((v1 + v0) * (v1 + self.c**2 * v0))
        return _both(moved, beyond, together)

    def catches(self) -> float | None:
        """Return the move that the middle one of all samples finds four times out of five."""
        known = ~np.isnan(self.fires(self.rate))
        if not known.any():
            return None
        rate, now, then, wander = (
            np.array([np.median(each[known])]) for each in (self.rate, self.now, self.then, self.wander)
        )
        one = replace(self, rate=rate, now=now, then=then, wander=wander)
        low, high = 0.0, 1.0 if self.side < 0 else min(LARGEST, float(1 / rate[0]) - 1)
        if one.fires(rate * (1 + self.side * high))[0] < POWER:
            return None
        for _ in range(_STEPS):
            half = (low + high) / 2
            low, high = (low, half) if one.fires(rate * (1 + self.side * half))[0] >= POWER else (half, high)
        return self.side * high


def _two_samples(rule: Rule, sides: Sides) -> _TwoSamples | None:
    leaf = rule.sentence.condition
    question = gate.asked(leaf, sides.catalog) if isinstance(leaf, Compare) else None
    if question is None or gate.kind_of(question.metric, sides.catalog) != "proportion":
        return None
    rows = concerned(rule, sides)
    now, then, rate, wander = (each[rows] for each in gate.samples(question, sides))
    known = evaluate(rule, sides).state[rows] != State.UNKNOWN
    change = change_of(leaf) if isinstance(leaf, Compare) else None
    relative, bound = change is None or change.relative, bound_of(leaf)
    together = max(1, int(known.any(axis=1).sum()))
    return _TwoSamples(
        rate=np.where(known, rate, np.nan),
        now=now,
        then=then,
        wander=wander,
        c=1 + bound if relative else 1.0,
        d=0.0 if relative else bound,
        side=question.side,
        level=None if rule.gate is Gating.OFF else min(ALPHA, FALSE / together),
    )


def _both(a: Array, b: Array, together: Array) -> Array:
    """Return P(Z1 < a and Z2 < b) of two bell curves that move together so much."""
    together = np.clip(together, -0.999999, 0.999999)
    low, high = -8.0, np.minimum(a, 8.0)
    found: Array = np.zeros(np.shape(a))
    with np.errstate(invalid="ignore"):
        for node, weight in zip(*np.polynomial.legendre.leggauss(64), strict=True):
            u = low + (high - low) * (node + 1) / 2
            found = found + weight * np.exp(-u * u / 2) * (1 - tail((b - together * u) / np.sqrt(1 - together**2)))
        found = np.maximum(found * (high - low) / 2, 0) / np.sqrt(2 * np.pi)
    return np.where(np.isnan(a) | np.isnan(b), np.nan, found)


def _quantile(level: float) -> float:
    return -NormalDist().inv_cdf(level)


# --- any other rule --------------------------------------------------------------------------------------------


def _catches(rule: Rule, worlds: list[Sides]) -> float | None:
    """Return the smallest move of one metric that crosses its bound in four null worlds out of five."""
    condition = rule.sentence.condition
    options = condition.parts if isinstance(condition, Any) else (condition,)
    moves = [_needed(leaf, rule, worlds) for leaf in options if isinstance(leaf, Compare)]
    known = [move for move in moves if move is not None]
    return min(known, key=abs) if known else None


def _needed(leaf: Compare, rule: Rule, worlds: list[Sides]) -> float | None:
    side, change, bound = gate.side_of(leaf.comparison), change_of(leaf), bound_of(leaf)
    is_static = isinstance(leaf.left, Reading) and isinstance(leaf.right, Bound)
    if side is None or not (is_static or (change is not None and change.relative)):
        return None
    seen = np.concatenate([world.operand(change or leaf.left)[concerned(rule, world)].ravel() for world in worlds])
    seen = seen[~np.isnan(seen)]
    if not len(seen):
        return None
    hard = float(np.quantile(seen, POWER if side < 0 else 1 - POWER))
    before, after = (1 + hard, 1 + bound) if change else (hard, bound)
    if before <= 0:
        return None
    move = side * (after / before - 1)
    if change and rule.gate is not Gating.OFF and gate.asked(leaf, worlds[0].catalog) is not None:
        move = max(move, (_quantile(ALPHA) + _quantile(1 - POWER)) * float(np.std(seen)))
    return side * min(max(move, 0.0), 1.0 if side < 0 else LARGEST)


def _mixes_weekdays(change: Change) -> bool:
    match change.against:
        case Lag(grain, periods):
            return grain in (None, Grain.DAY) and periods % 7 != 0
        case Usual(same_weekday=same):
            return not same
        case _:
            return False


def _strength(values: Array, days: NDArray[np.int64]) -> float:
    with np.errstate(invalid="ignore", divide="ignore"):
        free = values / level_of(values, 28)
        typical = np.stack([median(free[:, days == day]) for day in range(7)], axis=1)
        left = free - typical[:, days]
        share = float(1 - np.var(left[np.isfinite(left)]) / np.var(free[np.isfinite(free)]))
    return max(0.0, share) if np.isfinite(share) else 0.0
