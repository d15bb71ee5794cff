"""Which slices made a rate move: failures of trials, counted against how many were to be expected.

What a leaf's rate should have been is its own history drawn towards what its values' rates say together, as small
leaves have hardly any history. A slice's score is how far it lies beyond three deviations, per event; no depth is
preferred, as a slice that holds more than the cause dilutes its own score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.attribution.leaves import Array, Leaves, Mask, Slice, added
from core.attribution.noise import MEDIAN
from core.attribution.search import Found, Search

PSEUDO_VALUE = 50  # trials of the whole's rate that each value is given
PSEUDO_LEAF = 30  # trials of its values' rate that each leaf is given
DEVIATIONS = 3
AGAIN = 0.5  # of the first cause's score, for another to be told
MOST = 5


def search_rates(leaves: Leaves, num: Array, den: Array, base_num: Array, base_den: Array) -> Search:
    """Return the slices whose rate moved as the whole's did, then those whose moved against it."""
    expected = usual_rate(leaves, base_num, base_den) * den
    left = den > 0
    spread = spread_of(num[left], expected[left])
    up, down = (_best(leaves, num * left, expected * left, spread, way) for way in (1.0, -1.0))
    rose = num.sum() > expected.sum() if max(up.whole, down.whole) > 0 else up.score > down.score
    found: list[Found] = []
    everywhere = 0.0
    for way in (1.0, -1.0) if rose else (-1.0, 1.0):
        for _ in range(MOST):
            best = _best(leaves, num * left, expected * left, spread, way)
            if best.score <= 0 or (found and best.score < AGAIN * found[0].gain):
                break
            rows = leaves.rows(best.slice) & left
            if best.whole > best.score and (lift := _as_everywhere(num, expected, rows, left, spread)) is not None:
                everywhere = everywhere if found else lift
                break
            was, now = float(expected[rows].sum()), float(num[rows].sum())
            found.append(Found(best.slice, rows, 2 * (now - was) / (now + was), best.score))
            left = left & ~rows
    return Search(tuple(found), everywhere)


def _as_everywhere(num: Array, expected: Array, rows: Mask, left: Mask, spread: float) -> float | None:
    """Return by what part all that is left moved, if the slice moved no further; else None."""
    lift = float(num[left].sum() / expected[left].sum())
    usual = lift * float(expected[rows].sum())
    beyond = abs(float(num[rows].sum()) - usual)
    return lift - 1 if beyond <= DEVIATIONS * np.sqrt(spread * (usual + 1)) else None


def usual_rate(leaves: Leaves, base_num: Array, base_den: Array) -> Array:
    """Return each leaf's rate as its history and those of its values have it."""
    trials = float(base_den.sum())
    whole = float(base_num.sum()) / trials if trials else 0.0
    logit = np.full(len(base_num), _logit(np.array(whole)))
    for codes, values in zip(leaves.codes, leaves.values, strict=True):
        events, of = (added(codes, each, len(values)) for each in (base_num, base_den))
        logit += (_logit((events + PSEUDO_VALUE * whole) / (of + PSEUDO_VALUE)) - _logit(np.array(whole)))[codes]
    drawn: Array = (base_num + PSEUDO_LEAF / (1 + np.exp(-logit))) / (base_den + PSEUDO_LEAF)
    return drawn


def spread_of(num: Array, expected: Array) -> float:
    """Return by what factor leaves scatter more than counts do."""
    known = expected > 0
    if not known.any():
        return 1.0
    return max(1.0, float(np.median((num[known] - expected[known]) ** 2 / expected[known])) / MEDIAN)


@dataclass(frozen=True, slots=True)
class _Best:
    slice: Slice
    score: float
    whole: float  # the score of all that is left together


def _best(leaves: Leaves, num: Array, expected: Array, spread: float, sign: float) -> _Best:
    together = np.array([[num.sum()], [expected.sum()]])
    best = _Best(Slice(()), 0.0, float(_scores(together, spread, sign)[0]))
    for cuboid, sums in zip(leaves.cuboids, leaves.sums(num, expected), strict=True):
        scores = _scores(sums, spread, sign)
        at = int(scores.argmax())
        if scores[at] > 0 and scores[at] >= best.score * (1 - 1e-9):
            best = _Best(leaves.slice_at(cuboid, at), float(scores[at]), best.whole)
    return best


def _scores(sums: Array, spread: float, sign: float) -> Array:
    num, expected = sums
    beyond = sign * (num - expected) - DEVIATIONS * np.sqrt(spread * (expected + 1))
    larger = np.maximum(num, expected)
    scores: Array = np.divide(beyond**2, larger, out=np.zeros(len(num)), where=(beyond > 0) & (larger > 0))
    return scores


def _logit(rate: Array) -> Array:
    inside = np.clip(rate, 1e-9, 1 - 1e-9)
    logit: Array = np.log(inside / (1 - inside))
    return logit
