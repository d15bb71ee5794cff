"""How far leaves stray when nothing is wrong: a variance that grows with the leaf and with its square.

    var = phi·m + (sigma·M)²        m the mean of actual and expected, M the larger of the two

The first part is that of counts and of money made of few orders, the second that of a forecast which is off by so many
percent. M in place of m keeps a forecast's own errors from looking heavy-tailed: what should have been 100 and was 20
is off by 80 of 100, whichever of the two was wrong. Medians, so that what broke does not widen what is usual.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.attribution.leaves import Array, Leaves, Mask

MEDIAN = 0.4549  # of a squared standard normal
FLOOR = 0.02  # no forecast is better than this
BLIND = 0.15  # what is taken where leaves are too few to tell
FEWEST = 8
SPARSE = 0.2  # of leaves with something on one side alone: medians of such leaves say nothing
BIN = 50  # leaves
MOST_BINS = 30


@dataclass(frozen=True, slots=True)
class Noise:
    phi: float
    sigma: float

    def weighing(self, actual: Array, expected: Array, left: Mask) -> tuple[Array, Array]:
        """Return each leaf's weight (one over its variance) and its size, by which it may be held to have moved."""
        mean, larger = (actual + expected) / 2, np.maximum(actual, expected)
        relative = (self.sigma * larger) ** 2
        variance = self.phi * mean + relative
        safe = np.where(variance > 0, variance, 1.0)
        weight = np.where(left & (variance > 0), 1 / safe, 0.0)
        return weight, mean + (larger - mean) * relative / safe


def noise_of(leaves: Leaves, actual: Array, expected: Array, left: Mask) -> Noise:
    """Fit the noise on what is left of the leaves."""
    lopsided = ((actual == 0) != (expected == 0)) & left
    if int(left.sum()) < FEWEST:
        return Noise(0.0, BLIND)
    if lopsided.sum() <= SPARSE * left.sum():
        return _by_leaves(actual[left], expected[left])
    return _by_cells(leaves, actual, expected, left)


def _by_leaves(actual: Array, expected: Array) -> Noise:
    """Fit both parts on medians over leaves of like size, each bin weighed by its own height."""
    size, square = (actual + expected) / 2, (actual - expected) ** 2
    bins = int(np.clip(len(size) // BIN, 1, MOST_BINS))
    parts = np.array_split(np.argsort(size, kind="stable"), bins)
    at = np.array([np.median(size[part]) for part in parts])
    height = np.array([np.median(square[part]) for part in parts]) / MEDIAN
    if not (height > 0).any():
        return Noise(0.0, FLOOR)
    weight = 1 / np.where(height > 0, height, np.median(height[height > 0]))
    phi, squared = _not_negative(at * weight, at**2 * weight, height * weight)
    return Noise(phi, max(float(np.sqrt(squared)), FLOOR))


def _by_cells(leaves: Leaves, actual: Array, expected: Array, left: Mask) -> Noise:
    """Fit the first part where most leaves hold an order or none: on cells coarse enough, of the quieter cuboids.

    A cause shows in every cell of the cuboids across it, but not in those along it.
    """
    kept = [np.where(left, each, 0.0) for each in (actual, expected)]
    found: list[tuple[float, float]] = []
    for now, then in leaves.sums(*kept):
        live = (now + then) > 0
        if live.sum() < FEWEST:
            continue
        lopsided = float((((now == 0) != (then == 0)) & live).sum() / live.sum())
        ratio = (now[live] - then[live]) ** 2 / ((now[live] + then[live]) / 2)
        found.append((lopsided, float(np.median(ratio)) / MEDIAN))
    if not found:
        return Noise(0.0, BLIND)
    dense = sorted(phi for lopsided, phi in found if lopsided <= SPARSE)
    return Noise(dense[len(dense) // 3] if dense else min(found)[1], FLOOR)


def _not_negative(one: Array, other: Array, wanted: Array) -> tuple[float, float]:
    """Return the least-squares factors of two columns, neither below zero."""
    a, b, c = float(one @ one), float(other @ other), float(one @ other)
    x, y = float(one @ wanted), float(other @ wanted)
    found = [(max(x / a, 0.0), 0.0), (0.0, max(y / b, 0.0))]
    if (det := a * b - c * c) > 1e-12 * a * b:
        found.append(((x * b - y * c) / det, (a * y - c * x) / det))
    allowed = [pair for pair in found if min(pair) >= 0]
    return min(allowed, key=lambda pair: float(((one * pair[0] + other * pair[1] - wanted) ** 2).sum()))
