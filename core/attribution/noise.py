"""How far leaves stray when nothing is wrong: a variance that grows with the leaf and with its square.

    var = phi·M + (sigma·M)²        M the larger of actual and expected

The first part is that of counts and of money made of few orders, the second that of a forecast which is off by so many
percent. The larger of the two and not their mean, as errors then stay as light-tailed as they were: what should have
been 100 and was 20 is off by 80 of 100, whichever of the two was wrong. Medians, so that what broke does not widen what
is usual.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.attribution.leaves import Array, Codes, Leaves, Mask

MEDIAN, UPPER = 0.4549, 1.3233  # the middle and the upper quarter of a squared standard normal
TINY = 1e-12
DOUBT = 3.0
FLOOR = 0.02  # no forecast is better than this
BLIND = 0.15  # what is taken where leaves are too few to tell
FEWEST = 8
SPARSE = 0.2  # of leaves with something on one side alone: medians of such leaves say nothing
BIN = 50  # leaves
MOST_BINS = 30
MOST_HEARD = 9_000  # leaves: as many tell a median as well as all


@dataclass(frozen=True, slots=True)
class Noise:
    phi: float
    sigma: float
    doubt: float = 1.0  # by how much more a slice must explain where few leaves tell the noise

    def variance(self, size: Array) -> Array:
        found: Array = self.phi * size + (self.sigma * size) ** 2
        return found

    def weighing(self, actual: Array, expected: Array, left: Mask) -> tuple[Array, Array]:
        """Return each leaf's weight (one over its variance) and its size, by which it may be held to have moved."""
        size = np.maximum(actual, expected)
        variance = self.variance(size)
        weight = np.divide(1.0, variance, out=np.zeros(len(size)), where=left & (variance > 0))
        return weight, size


def by_size(actual: Array, expected: Array, live: Mask) -> Codes:
    """Return the places of the living leaves, or of many of them, from the smallest up: once for a whole search."""
    places = np.flatnonzero(live)
    if len(places) > MOST_HEARD:
        places = places[np.random.default_rng(0).random(len(places)) < MOST_HEARD / len(places)]
    return places[np.argsort(actual[places] + expected[places])]


def noise_of(leaves: Leaves, actual: Array, expected: Array, left: Mask, heard: Codes) -> Noise:
    """Fit the noise on what is left of the leaves; `heard` are those asked, in order of size."""
    kept = heard[left[heard]]
    if len(kept) < FEWEST:
        return Noise(0.0, BLIND, 1 + DOUBT / np.sqrt(max(len(kept), 1)))
    now, then = actual[kept], expected[kept]
    if np.count_nonzero((now == 0) != (then == 0)) <= SPARSE * len(kept):
        fitted = _held_to(_by_leaves(now, then), now, then)
    else:
        fitted = _by_cells(leaves, actual, expected, left)
    return replace(fitted, doubt=1 + DOUBT / np.sqrt(len(kept)))


def _held_to(noise: Noise, actual: Array, expected: Array) -> Noise:
    """Widen a fit that half or three quarters of the leaves exceed: few of them fit two parts badly."""
    off = (actual - expected) ** 2 / np.maximum(noise.variance(np.maximum(actual, expected)), TINY)
    half, most = np.quantile(off, (0.5, 0.75))
    wider = max(1.0, half / MEDIAN, most / UPPER)
    return replace(noise, phi=noise.phi * wider, sigma=noise.sigma * float(np.sqrt(wider)))


def _by_leaves(actual: Array, expected: Array) -> Noise:
    """Fit both parts on medians over leaves of like size, each bin weighed by its own height."""
    bins = int(np.clip(len(actual) // BIN, 1, MOST_BINS))
    each = len(actual) // bins
    laid = slice(len(actual) - bins * each, None)
    now, then = (column[laid].reshape(bins, each) for column in (actual, expected))
    at = np.maximum(now, then)[:, now.shape[1] // 2]
    height = np.median((now - then) ** 2, axis=1) / MEDIAN
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
        ratio = (now[live] - then[live]) ** 2 / np.maximum(now[live], then[live])
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
