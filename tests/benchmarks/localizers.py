"""RiskLoc (Kalander 2022), written from its paper in plain numpy: a peer of `core.attribution`.

It parts the leaves at the mirrored extreme of the side that nothing is wrong with, weighs them by their distance, and
takes layer by layer the element that explains most and whose risk is high. Its author's data frames cost it most of
its time; adding up by `bincount` it is some ten times faster than they are.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

TINY = 1e-9


def deviation(actual, expected):
    total = actual + expected
    return np.divide(2 * (expected - actual), total, out=np.zeros(len(total)), where=total > 0)


def cuboids(dimensions):
    """Yield layer by layer a cuboid: its dimensions, each leaf's element by number, and its shape."""
    cards = {name: int(codes.max()) + 1 for name, codes in dimensions.items()}
    for layer in range(1, len(cards) + 1):
        for names in combinations(cards, layer):
            shape = [cards[name] for name in names]
            yield layer, names, np.ravel_multi_index([dimensions[name] for name in names], shape), shape


def element(names, shape, number):
    return frozenset(zip(names, (int(code) for code in np.unravel_index(number, shape)), strict=True))


# --- RiskLoc -----------------------------------------------------------------------------------------------------


def riskloc(dimensions, actual, expected, *, least_risk=0.5, least_power=0.02, outliers=5):
    """Return the elements found; sets of (dimension, value)."""
    spread = deviation(actual, expected)
    ordered = np.unique(spread)
    cut = -min(ordered[outliers], ordered[-1 - outliers], key=abs)
    abnormal = spread > cut if cut >= 0 else spread < cut
    weight = np.minimum(np.where(abnormal, np.abs(spread), np.abs(spread - cut)), 1.0) * (actual + expected > 0)
    power = actual - expected
    power = power * np.sign(power[abnormal].sum())
    left = np.ones(len(actual), dtype=bool)
    whole = power[abnormal].sum()
    layers = list(cuboids(dimensions))
    found = []
    while whole > 0 and power[abnormal & left].sum() > least_power * whole and len(found) < 20:
        best = _riskiest(layers, actual, expected, power, abnormal, weight, left, whole, least_risk, least_power)
        if best is None:
            break
        found.append(best[0])
        left &= ~best[1]
    return set(found)


def _riskiest(layers, actual, expected, power, abnormal, weight, left, whole, least_risk, least_power):
    best, depth = None, 0
    for layer, names, numbers, shape in layers:
        if best is not None and layer > depth:
            break
        count = int(np.prod(shape))
        bad = np.bincount(numbers, weight * (abnormal & left), count)
        good = np.bincount(numbers, weight * (~abnormal & left), count)
        strength = np.bincount(numbers, power * left, count)
        share = bad / (bad + good + 1)
        able = np.flatnonzero((strength > max(least_power * whole, best[2] if best else 0)) & (share >= least_risk))
        for number in able[np.argsort(-strength[able])]:
            rows = (numbers == number) & left
            if share[number] - _ripple(actual[rows], expected[rows]) >= least_risk:
                best, depth = (element(names, shape, number), rows, strength[number]), layer
                break
    return best


def _ripple(actual, expected):
    """Return how far leaves are from having moved together, as a part of how far they moved."""
    both = (actual > 0) & (expected > 0)
    if not both.any():
        return 0.0
    actual, expected = actual[both], expected[both]
    together = expected * actual.sum() / max(expected.sum(), TINY)
    moved = np.abs(deviation(actual, expected)).mean()
    return np.abs(deviation(actual, together)).mean() / max(moved, TINY)
