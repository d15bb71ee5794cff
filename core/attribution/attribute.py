"""Why a number moved: the slices that moved it, what the mix did, and what remains unexplained.

Three kinds. A *sum* has an actual and an expected value; a *ratio* is money per money, held against what its spending
would have earned at the old ratio; a *rate* is events out of trials. Shares are of the whole change and add up to one
together with the mix's and the unexplained part. A slice's `delta` is its change by the mean of before and now: −2 is
all gone, 0 unmoved, +2 from nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from core.attribution.leaves import Array, Leaves, Mask, Slice, added
from core.attribution.rates import search_rates, usual_rate
from core.attribution.ratio import Split, split
from core.attribution.search import Found, Search, search
from core.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_NAMES = 8  # of the same leaves
MOST_ALIKE = 10  # dimensions that may be named in place of each other


class Kind(StrEnum):
    SUM = "sum"
    RATIO = "ratio"
    RATE = "rate"


MEASURES: Mapping[Kind, tuple[str, ...]] = {
    Kind.SUM: ("actual", "expected"),
    Kind.RATIO: ("num", "den", "base_num", "base_den"),
    Kind.RATE: ("num", "den", "base_num", "base_den"),
}


@dataclass(frozen=True, slots=True)
class Cause:
    """`contribution` is the slice's share of the whole change, None where the whole did not change.

    `before` and `now` are the slice's own value; `purity` is the part of it, by size, that moved with the slice
    rather than not at all. `equivalent_to` names the same leaves by other values.
    """

    slice: Labels
    delta: float
    contribution: float | None
    purity: float
    before: float | None
    now: float | None
    equivalent_to: tuple[Labels, ...] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """The value whose weight moved the mix most: its share of the denominator, and its own ratio.

    `against` says that each value of its dimension, by itself, moved the other way than the whole: Simpson's case.
    """

    slice: Labels
    share_before: float
    share_now: float
    ratio: float
    against: bool = False


@dataclass(frozen=True, slots=True)
class Attribution:
    """`mix` and `rate` are in the ratio's own unit and None for a sum; `unexplained` is a share of the change."""

    kind: Kind
    before: float | None
    now: float | None
    causes: tuple[Cause, ...]
    mix: float | None = None
    rate: float | None = None
    unexplained: float | None = None
    everywhere: float = 0.0
    shift: Shift | None = None

    @property
    def change(self) -> float | None:
        return None if self.before is None or self.now is None else self.now - self.before

    @property
    def is_mix(self) -> bool:
        """Whether weight moved between slices more than slices moved themselves."""
        return self.mix is not None and self.rate is not None and abs(self.mix) > abs(self.rate)


def attribute(leaves: Leaves, kind: Kind) -> Attribution:
    """Search a table of leaves, whose measures are those of the kind; only what the evidence bears is named."""
    # What may lie below zero (a profit) has parts that are larger than the whole: it is split, and not searched.
    is_searched = all(bool((leaves.measures[name] >= 0).all()) for name in MEASURES[kind])
    if kind is Kind.SUM:
        return _of_sum(leaves, leaves.measures["actual"], leaves.measures["expected"], is_searched=is_searched)
    num, den, base_num, base_den = (leaves.measures[name] for name in MEASURES[kind])
    parts = split(base_num, base_den, num, den)
    if parts is None:
        return Attribution(kind, None, None, (), unexplained=None)
    if not is_searched:
        found, expected = Search(()), num
    elif kind is Kind.RATE:
        found = search_rates(leaves, num, den, base_num, base_den)
        expected = usual_rate(leaves, base_num, base_den) * den
    else:
        expected = _at_old_ratio(num=base_num, den=base_den, now=den)
        found = search(leaves, num, expected)
    return _of_ratio(leaves, kind, found, parts, expected)


def _at_old_ratio(*, num: Array, den: Array, now: Array) -> Array:
    """Return what each leaf would have earned; one that had no denominator is taken to be like the whole."""
    old = np.full(len(num), num.sum() / den.sum())
    np.divide(num, den, out=old, where=den > 0)
    return old * now


def _of_sum(leaves: Leaves, actual: Array, expected: Array, *, is_searched: bool) -> Attribution:
    found = search(leaves, actual, expected) if is_searched else Search(())
    before, now = float(expected.sum()), float(actual.sum())
    causes = tuple(
        Cause(
            slice=_labels(leaves, one.slice),
            delta=one.delta,
            contribution=_share(float((actual - expected)[one.rows].sum()), now - before),
            purity=_purity(one, actual, expected),
            before=float(expected[one.rows].sum()),
            now=float(actual[one.rows].sum()),
            equivalent_to=tuple(_same(leaves, one, (actual > 0) | (expected > 0))),
        )
        for one in found.found
    )
    return Attribution(
        Kind.SUM, before, now, causes, unexplained=_rest(causes, 0.0, now - before), everywhere=found.everywhere
    )


def _of_ratio(leaves: Leaves, kind: Kind, found: Search, parts: Split, expected: Array) -> Attribution:
    num, den, base_num, base_den = (leaves.measures[name] for name in MEASURES[kind])
    live = (den > 0) | (base_den > 0)
    causes = tuple(
        Cause(
            slice=_labels(leaves, one.slice),
            delta=one.delta,
            contribution=_share(float(parts.rate[one.rows].sum()), parts.change),
            purity=_purity(one, num, expected),
            before=_per(base_num[one.rows], base_den[one.rows]),
            now=_per(num[one.rows], den[one.rows]),
            equivalent_to=tuple(_same(leaves, one, live)),
        )
        for one in found.found
    )
    mix, rate = float(parts.mix.sum()), float(parts.rate.sum())
    return Attribution(
        kind,
        parts.before,
        parts.now,
        causes,
        mix,
        rate,
        _rest(causes, mix, parts.change),
        found.everywhere,
        _shift(leaves, parts, den, base_den) if mix else None,
    )


def _shift(leaves: Leaves, parts: Split, den: Array, base_den: Array) -> Shift | None:
    """Return the value of one dimension that gained or lost weight where that moved the ratio most.

    The dimension is the one that accounts for the mix best by itself.
    """
    num, base_num = leaves.measures["num"], leaves.measures["base_num"]
    best: tuple[float, Shift] | None = None
    for dim, values in enumerate(leaves.values):
        sums = [added(leaves.codes[dim], each, len(values)) for each in (base_num, base_den, num, den)]
        own = split(*sums)
        if own is None:
            continue
        off = abs(float(own.mix.sum()) - float(parts.mix.sum()))
        at = int(np.argmax(np.where(np.sign(own.mix) == np.sign(own.mix.sum()), np.abs(own.mix), -1.0)))
        below = sums[1][at] + sums[3][at]
        both = (sums[1] > 0) & (sums[3] > 0)
        against = bool((own.rate[both] * parts.change < 0).all()) and bool(both.any())
        shift = Shift(
            slice=Labels.of({leaves.names[dim]: values[at]}),
            share_before=float(sums[1][at] / sums[1].sum()),
            share_now=float(sums[3][at] / sums[3].sum()),
            ratio=float((sums[0][at] + sums[2][at]) / below) if below else 0.0,
            against=against,
        )
        if best is None or off < best[0] - 1e-12:
            best = off, shift
    return best[1] if best else None


def _labels(leaves: Leaves, one: Slice) -> Labels:
    return Labels.of(leaves.named(one))


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _rest(causes: tuple[Cause, ...], mix: float, change: float) -> float | None:
    if not change:
        return None
    return 1 - mix / change - sum(cause.contribution or 0.0 for cause in causes)


def _per(above: Array, below: Array) -> float | None:
    return float(above.sum() / below.sum()) if below.sum() else None


def _purity(one: Found, actual: Array, expected: Array) -> float:
    """Return the part of a slice that moved with it: leaves nearer to its common move than to none."""
    size = (actual[one.rows] + expected[one.rows]) / 2
    move = actual[one.rows] - expected[one.rows]
    if not size.sum():
        return 0.0
    moved = np.abs(move - one.delta * size) < np.abs(move)
    return float(size[moved].sum() / size.sum())


def _same(leaves: Leaves, one: Found, live: Mask) -> Iterator[Labels]:
    """Yield the other names of a slice's living leaves, the shortest first."""
    own = np.flatnonzero(leaves.rows(one.slice) & live)
    if not len(own):
        return
    shared = [
        (dim, int(codes[own[0]])) for dim, codes in enumerate(leaves.codes) if (codes[own] == codes[own[0]]).all()
    ]
    if len(shared) == len(one.slice) or len(shared) > MOST_ALIKE:
        return
    within = {pair: (leaves.codes[pair[0]] == pair[1]) & live for pair in shared}
    told = 0
    for depth in range(1, len(shared) + 1):
        for pairs in combinations(shared, depth):
            if pairs == one.slice.pairs or told >= MOST_NAMES:
                continue
            if np.count_nonzero(np.logical_and.reduce([within[pair] for pair in pairs])) == len(own):
                told += 1
                yield _labels(leaves, Slice(pairs))
