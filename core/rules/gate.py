"""Whether a move is more than luck: what keeps a rate that rests on few events from crying wolf.

At 2,000 visits and a constant 3 % conversion, more than a quarter of all days lie 10 % below the day before. So a
change of a ratio counts only if a sample of that size would rarely show it by chance (`ALPHA`), and only if it is
among the slices that stand out when all slices of the rule are looked at together (Benjamini and Hochberg, `FALSE`).
What is kept back is calm. The surprise: where too little is known to tell (a money ratio in its first week), nothing
is kept back, as silence would need evidence too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import exp, lgamma
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from core.cube import baseline
from core.metrics.metric import Additivity, Formula, Op, Ref
from core.quantity import Unit
from core.rules.rule import Gating
from core.rules.tree import Baseline, Bound, Change, Compare, Comparison, Reading, Target, Usual

if TYPE_CHECKING:
    from core.cube.cube import Array
    from core.metrics.catalog import Catalog
    from core.rules.sides import Gate, Sides
    from core.rules.tree import Against, Operand

Flags = NDArray[np.bool_]
Side = Literal[-1, 1]  # which way is feared: down or up

ALPHA = 0.05  # one-sided, for one slice
FALSE = 0.10  # the share of false ones among those that pass, over the slices of one rule
PRIOR = 40  # trials that a slice borrows from its siblings' rate
WIDER = 1.5  # how much more than measured a rate is taken to wander from day to day
LEAST = baseline.LEAST  # periods, before a spread is believed
_FEW = 50  # events expected, below which a bell curve is no good tail
_CERTAIN = 1e-9
_MOST = 20_000  # trials, above which it always is


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of chance: did `metric` move that way, against that?"""

    metric: str
    against: Against | Bound
    side: Side


def kept(leaf: Compare, verdict: tuple[Flags, Flags], sides: Sides) -> tuple[Flags, Flags]:
    """Return the verdict with what may well be luck made calm."""
    gate, holds = sides.gate, verdict[0]
    if gate is None or gate.gating is Gating.OFF or (gate.gating is Gating.AUTO and not _is_rate(leaf, sides)):
        return verdict
    if not holds.any():
        return verdict
    question = asked(leaf, sides.catalog, gate.gating)
    if question is None:
        return verdict
    luck = holds & ~_stands_out(question, gate, sides)
    return holds & ~luck, verdict[1] | luck


def _is_rate(leaf: Compare, sides: Sides) -> bool:
    """Return whether a comparison is about a quotient; found once for the many rules of one metric."""
    metric = getattr(leaf.left, "metric", None)
    if metric is None:
        return False
    letter = sides.reader.once(("letter", metric), lambda: sides.catalog.additivity(metric))
    return letter is Additivity.RATIO


def asked(leaf: Compare, catalog: Catalog, gating: Gating = Gating.AUTO) -> Question | None:
    """Return what must be asked of chance before this comparison is believed, or None where nothing is."""
    side = side_of(leaf.comparison)
    question = side and _moved(leaf.left, leaf.right, side)
    is_static = question is not None and isinstance(question.against, (Bound, Target))
    if not question or (is_static and gating is not Gating.ON):
        return None
    kind = kind_of(question.metric, catalog)
    if gating is Gating.ON:
        return question if kind and (kind == "proportion" or not is_static) else None
    return question if kind in ("proportion", "ratio") else None


def kind_of(metric: str, catalog: Catalog) -> Literal["proportion", "ratio", "count"] | None:
    """Return how a metric varies by chance: events out of trials, a quotient of amounts, a number of events."""
    letter = catalog.additivity(metric)
    if letter is Additivity.SUM:
        is_count = all(catalog.metrics[base].unit is Unit.COUNT for base in catalog.bases(metric))
        return "count" if is_count else None
    split = catalog.split(metric) if letter is Additivity.RATIO else None
    if split is None:
        return None
    is_share = catalog.metrics[metric].unit is Unit.PERCENT and all(_counts(half, catalog) for half in split)
    return "proportion" if is_share else "ratio"


def p_values(question: Question, sides: Sides) -> Array:
    """Return how often chance alone would show as much, by slice and period; NaN where nobody can tell."""
    make = _P_OF[kind_of(question.metric, sides.catalog) or "count"]
    found: Array = sides.reader.once(("by chance", question, sides.periods), lambda: make(question, sides))
    return found


def samples(question: Question, sides: Sides) -> tuple[Array, Array, Array, Array]:
    """Return what a rate's luck rests on: trials now and then, the rate of all periods, and how much it wanders."""
    events, now = _halves(question.metric, sides, sides.columns)
    wander: Array = np.zeros(now.shape)
    match question.against:
        case Usual() as against:
            _, then, _ = _before(question.metric, sides, against)
            wander = wander + _wandering(question.metric, sides)
        case Target() | Bound():
            then = np.full(now.shape, np.nan)
        case against:
            _, then = _halves(question.metric, sides, sides.then(against))
    known = ~np.isnan(events) & ~np.isnan(now)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(known, events, 0).sum(axis=1) / np.where(known, now, 0).sum(axis=1)
    return now, then, np.broadcast_to(rate[:, None], now.shape), wander


def side_of(comparison: Comparison) -> Side | None:
    """Return which way a comparison fears, or None where it fears none."""
    return _SIDES.get(comparison)


def discoveries(p: Array, eligible: Flags, rate: float = FALSE) -> Flags:
    """Return which slices stand out in each period when all eligible ones are looked at (Benjamini, Hochberg)."""
    tested = np.where(eligible[:, None], p, np.nan)
    ordered = np.sort(tested, axis=0)  # NaN last
    number = np.count_nonzero(~np.isnan(tested), axis=0)
    ranks = np.arange(1, len(p) + 1)[:, None]
    with np.errstate(invalid="ignore"):
        passing = ordered * number <= rate * ranks
    last = np.where(passing.any(axis=0), len(p) - 1 - np.argmax(passing[::-1], axis=0), -1)
    line = np.where(last >= 0, np.take_along_axis(ordered, np.maximum(last, 0)[None, :], axis=0)[0], -1.0)
    found: Flags = tested <= line
    return found


def tail(z: Array) -> Array:
    """Return the probability of more than `z` standard deviations above the mean."""
    x = np.abs(z) / np.sqrt(2.0)
    t = 1.0 / (1.0 + 0.5 * x)
    series: Array = np.zeros_like(t)
    for each in _ERFC:
        series = series * t + each
    half = 0.5 * t * np.exp(-x * x + series)
    found: Array = np.where(z >= 0, half, 1.0 - half)
    return found


# --- what is asked ---------------------------------------------------------------------------------------------

_SIDES: dict[Comparison, Side] = {
    Comparison.LESS: -1,
    Comparison.AT_MOST: -1,
    Comparison.MORE: 1,
    Comparison.AT_LEAST: 1,
}


def _moved(left: Operand, right: Operand, side: Side) -> Question | None:
    match left, right:
        case Change(metric, against, part=None), Bound(quantity) if metric and quantity and quantity.value * side >= 0:
            return Question(metric, against, side)  # a fall by less than so much is no alarm, and asks nothing
        case Reading(metric), Baseline(other, against) if metric and metric == other:
            return Question(metric, against, side)
        case Reading(metric), Bound() as bound if metric and bound.quantity:
            return Question(metric, bound, side)
    return None


def _counts(half: Formula, catalog: Catalog) -> bool:
    match half:
        case Ref(code):
            return catalog.metrics[code].unit is Unit.COUNT
        case Op("+" | "-", left, right):
            return _counts(left, catalog) and _counts(right, catalog)
        case _:
            return False


def _stands_out(question: Question, gate: Gate, sides: Sides) -> Flags:
    found: Flags = sides.reader.once(
        ("stands out", question, gate.where, sides.periods),
        lambda: _standing_out(p_values(question, sides), gate.eligible),
    )
    return found


def _standing_out(p: Array, eligible: Flags) -> Flags:
    found: Flags = np.isnan(p) | ((p < ALPHA) & discoveries(p, eligible))
    return found


# --- events out of trials --------------------------------------------------------------------------------------


def _proportion(question: Question, sides: Sides) -> Array:
    events, trials = _halves(question.metric, sides, sides.columns)
    match question.against:
        case Usual() as against:
            past = _before(question.metric, sides, against)
            return _against_usual(events, trials, *past, question, sides)
        case Target() | Bound() as against:
            bound = sides.operand(against if isinstance(against, Bound) else Baseline(question.metric, against))
            with np.errstate(invalid="ignore", divide="ignore"):
                spread = np.sqrt(_variance(bound) / trials)
                return _one_sided((events / trials - bound) / spread, spread, question.side)
        case against:
            before, of = _halves(question.metric, sides, sides.then(against))
            with np.errstate(invalid="ignore", divide="ignore"):
                pooled = (events + before) / (trials + of)
                spread = np.sqrt(_variance(pooled) * (1 / trials + 1 / of))
                return _one_sided((events / trials - before / of) / spread, spread, question.side)


def _against_usual(
    events: Array, trials: Array, before: Array, of: Array, periods: Array, question: Question, sides: Sides
) -> Array:
    """Hold a rate against its own past: both are samples, and the rate wanders by itself from day to day."""
    rho = _wandering(question.metric, sides)
    with np.errstate(invalid="ignore", divide="ignore"):
        seen = periods > 0
        all_of = np.where(seen, of, 0).sum(axis=0)
        shared = np.where(all_of > 0, np.where(seen, before, 0).sum(axis=0) / np.maximum(all_of, 1e-300), 0.0)
        rate = np.where(seen, (before + PRIOR * shared) / (of + PRIOR), np.nan)
        share = _variance(rate)
        spread = np.sqrt(trials * share * (1 + np.maximum(trials - 1, 0) * rho) + trials**2 * share / (of + PRIOR))
        z = (events - trials * rate) / spread
        p = _one_sided(z, spread, question.side)
        few = np.minimum(trials * rate, trials * (1 - rate)) < _FEW
        exact = few & (z * question.side > 1) & (p > _CERTAIN) & (trials <= _MOST) & (rate > 0) & (rate < 1)
    whole = np.broadcast_to(rho, events.shape)
    for row, column in zip(*np.nonzero(exact), strict=True):
        # The uncertainty of the past's rate is that of its own sample, as a further wandering.
        wander = float(whole[row, column]) + 1 / (float(of[row, column]) + PRIOR)
        x, n, q = float(events[row, column]), float(trials[row, column]), float(rate[row, column])
        p[row, column] = (
            beta_binomial_tail(x, n, q, wander) if question.side > 0 else beta_binomial_tail(n - x, n, 1 - q, wander)
        )
    return p


def _wandering(metric: str, sides: Sides) -> Array:
    """Return how much rates wander from day to day beyond what their samples explain, for the middle one of all
    slices: one that broke last week must not hide the next.
    """
    x, n, periods = _before(metric, sides, Usual())
    squares = _squares(metric, sides)
    with np.errstate(invalid="ignore", divide="ignore"):
        excess = (squares - x * x / n) / _variance(x / n) / (periods - 1)
        rho = (excess - 1) / (n / periods - 1)
        rho = np.where((periods >= LEAST) & np.isfinite(rho), rho, np.nan)
    some = ~np.isnan(rho).all(axis=0)
    found = np.zeros(rho.shape[1])
    if some.any():
        found[some] = np.nanmedian(rho[:, some], axis=0)
    return np.clip(found * WIDER, 0.0, 0.5)


def beta_binomial_tail(x: float, n: float, rate: float, rho: float) -> float:
    """Return the probability of `x` or more events out of `n`, where the rate itself wanders by `rho`."""
    first, last = int(np.ceil(x - 1e-9)), round(n)
    if first <= 0:
        return 1.0
    if first > last:
        return 0.0
    a, b = rate * (1 / rho - 1), (1 - rate) * (1 / rho - 1)
    at = (
        lgamma(last + 1) - lgamma(first + 1) - lgamma(last - first + 1)
        + lgamma(first + a) + lgamma(last - first + b) - lgamma(last + a + b)
        + lgamma(a + b) - lgamma(a) - lgamma(b)
    )  # fmt: skip
    k = np.arange(first, last)
    steps = np.log((last - k) / (k + 1)) + np.log((k + a) / (last - k - 1 + b))
    return min(1.0, exp(at) * (1.0 + float(np.exp(np.cumsum(steps)).sum())))


# --- quotients of amounts, and counts --------------------------------------------------------------------------


def _ratio(question: Question, sides: Sides) -> Array:
    """Hold a quotient of amounts against another by how it wandered over the days before (the delta method, in which
    each day is one draw: what lies within a day, such as the size of single orders, is not known here).
    """
    over, under = _halves(question.metric, sides, sides.columns)
    a, b, periods = _before(question.metric, sides, Usual())
    squares = _squares(question.metric, sides)
    match question.against:
        case Usual() as against:
            before, of, _ = _before(question.metric, sides, against)
        case Target() | Bound():
            return np.full(over.shape, np.nan)
        case against:
            before, of = _halves(question.metric, sides, sides.then(against))
    with np.errstate(invalid="ignore", divide="ignore"):
        noise = np.maximum(squares - a * a / b, 0.0) / (periods - 1)
        spread = np.sqrt(noise * (1 / under + 1 / of))
        t = (over / under - before / of) / spread
        z = t * (1 - 1 / (4 * (periods - 1))) / np.sqrt(1 + t * t / (2 * (periods - 1)))  # Student's tail
    known = (periods >= LEAST) & (under > 0) & (of > 0)
    return np.where(known, _one_sided(z, spread, question.side), np.nan)


def _count(question: Question, sides: Sides) -> Array:
    """Hold a count against another as events that come one by one (Poisson)."""
    now = sides.reader.value(question.metric, sides.columns)
    match question.against:
        case Usual() as against:
            then = sides.baseline(question.metric, against)
            sample = float(baseline.window(*sides.span(against))[0])
        case Target() | Bound():
            return np.full(now.shape, np.nan)
        case against:
            then, sample = sides.reader.value(question.metric, sides.then(against)), 1.0
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = (now + sample * then) / (1 + sample)
        spread = np.sqrt(pooled * (1 + 1 / sample))
        return _one_sided((now - then) / spread, spread, question.side)


_P_OF: dict[str, Callable[[Question, Sides], Array]] = {"proportion": _proportion, "ratio": _ratio, "count": _count}


# --- within ----------------------------------------------------------------------------------------------------

_ERFC = (  # Numerical Recipes 6.2: good to 1.2e-7 of itself, however far out
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368,
    -1.26551223,
)  # fmt: skip


def _one_sided(z: Array, spread: Array, side: Side) -> Array:
    # Without any spread there is no luck either: a move is certain, and none is none.
    sure = np.where(np.isnan(z), 1.0, np.where(z * side > 0, 0.0, 1.0))
    return np.where(np.isnan(spread), np.nan, np.where(spread > 0, tail(z * side), sure))


def _variance(rate: Array) -> Array:
    """Return p(1−p); a rate above one counts events that are no part of their trials, and varies as a count does."""
    return np.where(rate < 1, rate * (1 - rate), rate * (rate > 1))


def _halves(metric: str, sides: Sides, columns: NDArray[np.int64]) -> tuple[Array, Array]:
    over, under = sides.catalog.split(metric) or (Ref(metric), Ref(metric))
    reader = sides.reader
    top: Array = reader.once(("events", metric, columns.tobytes()), lambda: reader.formula(over, columns))
    trials = reader.sample(metric, columns)
    return top, reader.formula(under, columns) if trials is None else trials


def _before(metric: str, sides: Sides, usual: Usual) -> tuple[Array, Array, Array]:
    """Return both halves of a ratio, added up over the periods that its mean is taken over, and how many are known."""

    def make() -> tuple[Array, Array, Array]:
        (over, under), number = _learnt(metric, lambda columns: _halves(metric, sides, columns), sides, usual)
        return over, under, number

    found: tuple[Array, Array, Array] = sides.reader.once(("halves before", metric, sides.periods, usual), make)
    return found


def _squares(metric: str, sides: Sides) -> Array:
    """Return the sum of events² / trials over the ordinary periods before each: what spreads are made of."""

    def of(columns: NDArray[np.int64]) -> tuple[Array, ...]:
        over, under = _halves(metric, sides, columns)
        with np.errstate(invalid="ignore", divide="ignore"):
            return (np.where(under > 0, over * over / under, np.nan),)

    (found,), _ = _learnt(metric, of, sides, Usual())
    return found


def _learnt(
    metric: str, of: Callable[[NDArray[np.int64]], tuple[Array, ...]], sides: Sides, usual: Usual
) -> tuple[tuple[Array, ...], Array]:
    """Return the sums of what is usual; for some slices, days that an incident spoilt are no part of it either."""
    sums, number = _added(of, sides, usual)
    for rows, mine in sides.learnt_apart(metric) if usual.periods is None else ():
        theirs, count = _added(of, mine, usual)
        number[rows] = count[rows]
        for total, each in zip(sums, theirs, strict=True):
            total[rows] = each[rows]
    return sums, number


def _added(
    of: Callable[[NDArray[np.int64]], tuple[Array, ...]], sides: Sides, usual: Usual
) -> tuple[tuple[Array, ...], Array]:
    """Return sums over the same periods as the mean: promotions, feasts and incidents are no part of what is usual."""
    sums, number = baseline.gathered(of, sides.columns, *sides.span(usual))
    chosen = {at: columns for at, columns in enumerate(sides.picked(usual)) if columns is not None and len(columns)}
    if not chosen:
        return sums, number
    every = np.unique(np.concatenate(list(chosen.values())))
    arrays = of(every)
    known = ~np.logical_or.reduce([np.isnan(each) for each in arrays])
    filled = [np.where(known, each, 0.0) for each in arrays]
    for at, columns in chosen.items():
        places = np.searchsorted(every, columns)
        number[:, at] = known[:, places].sum(axis=1)
        for total, each in zip(sums, filled, strict=True):
            total[:, at] = each[:, places].sum(axis=1)
    return sums, number


def without(sides: Sides) -> Sides:
    """Return the same sides ungated: what a `not` is over, and what a rule would say by its bound alone."""
    return sides if sides.gate is None else replace(sides, gate=None)
