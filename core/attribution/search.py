"""Which slices moved a sum, or money per money: the largest gain, taken out, and again.

For a slice with leaves' weights w, sizes x and moves e (actual − expected), delta = Σwxe/Σwx² is its one common move,
and gain = (Σwxe)²/Σwx² what is explained by it. A parent dilutes and a child loses mass, so the largest gain finds the
right depth by itself, but for one case: several of a slice's few children broke. Then they beat their parent together,
though none does alone, and `_narrowed` looks for it. Noise has no direction: what does not stand out over the largest
gain the *other* way is not told. That is the decoy test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import log

import numpy as np

from core.attribution.leaves import Array, Codes, Leaves, Mask, Slice, added
from core.attribution.noise import Noise, by_size, noise_of

DECOY = 1.6
AGAINST = 3.0  # the decoy test for slices that moved against the whole: nobody asked for those
WORTH = 0.1  # of what the others moved, for a slice against the whole to be told
LEAST = 3.0  # of gain, beyond what the number of slices looked at explains
MOST = 20
CLIFF = 4.0  # how far gains must drop from a cause to noise where causes of both signs hide each other
MOST_LEAN = 0.1  # where most leaves broke, their move is no lean
SPLIT = 1.12  # by how much children together must explain more than their parent
QUIET = 0.35  # what is left of the parent may move by so much of what they moved


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A slice, which leaves it took, and by how much of their size they moved."""

    slice: Slice
    rows: Mask
    delta: float
    gain: float


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """`everywhere` is by what part of the expected all slices moved alike, 0 where they did not."""

    found: tuple[Found, ...]
    everywhere: float = 0.0


def search(leaves: Leaves, actual: Array, expected: Array) -> Search:
    """Return the slices that moved, those that moved as the whole did first."""
    left = (actual > 0) | (expected > 0)
    heard = by_size(actual, expected, left)
    scan = _Scan.of(leaves, actual, expected, left, heard)
    first = scan
    rose = actual.sum() > expected.sum() if first.whole > LEAST else first.up.gain > first.down.gain
    sign = 1.0 if rose else -1.0
    everywhere = 0.0
    if (first.whole > first.best(sign).gain) and _narrowed(leaves, Slice(()), first, sign, left) == Slice(()):
        everywhere = _common(leaves, actual * left, expected * left)
        expected = expected * (1 + everywhere)
        scan = _Scan.of(leaves, actual, expected, left, heard)
    found: list[Found] = []
    for way in (sign, -sign):
        while len(found) < MOST:
            best, other = scan.best(way), scan.best(-way)
            if best.gain < best.line or not _stands_out(best, other, found, leaves, scan, left, with_whole=way == sign):
                break
            found.append(_taken(leaves, best.slice, scan, way, left))
            left = left & ~found[-1].rows
            scan = _Scan.of(leaves, actual, expected, left, heard)
    return Search(tuple(found), everywhere)


def _common(leaves: Leaves, actual: Array, expected: Array) -> float:
    """Return by what part nearly all moved: the middle value's move of the middle dimension, whoever broke beside."""
    moves: list[float] = []
    for codes, values in zip(leaves.codes, leaves.values, strict=True):
        now, then = added(codes, actual, len(values)), added(codes, expected, len(values))
        ratio = np.divide(now, then, out=np.ones(len(values)), where=then > 0)
        order = np.argsort(ratio)
        weighed = np.cumsum(then[order])
        moves.append(float(ratio[order][int(np.searchsorted(weighed, weighed[-1] / 2))]) - 1)
    return float(np.median(moves)) if moves else 0.0


@dataclass(frozen=True, slots=True)
class _Best:
    slice: Slice
    gain: float
    line: float  # the gain that as many slices reach by luck


@dataclass(frozen=True, slots=True, eq=False)
class _Scan:
    """All slices of all cuboids weighed once; `pull` is Σwxe and `mass` Σwx², leaf by leaf."""

    pull: Array
    mass: Array
    weight: Array
    mean: Array
    move: Array
    whole: float
    up: _Best
    down: _Best

    @classmethod
    def of(cls, leaves: Leaves, actual: Array, expected: Array, left: Mask, heard: Codes) -> _Scan:
        noise = noise_of(leaves, actual, expected, left, heard)
        weight, size = noise.weighing(actual, expected, left)
        move = actual - expected
        pull, mass = weight * size * move, weight * size**2
        sums = leaves.sums(pull, mass)
        lean = _lean(leaves, sums, noise)
        up = down = _Best(Slice(()), 0.0, LEAST)
        peers = Counter(len(cuboid.dims) for cuboid in leaves.cuboids)
        for cuboid, (pulls, masses) in zip(leaves.cuboids, sums, strict=True):
            gains = _gains(pulls - lean * masses, masses)
            # Each depth is as likely to begin with, then each cuboid of it, then each slice of that.
            line = 2 * log(max(int(np.count_nonzero(masses)), 1)) + 2 * log(peers[len(cuboid.dims)]) + LEAST
            line *= noise.doubt
            high, low = int(gains.argmax()), int(gains.argmin())
            # Of two names for the same leaves the shorter comes later and is kept, for all that adding up loses.
            if gains[high] > 0 and gains[high] >= up.gain * (1 - 1e-9):
                up = _Best(leaves.slice_at(cuboid, high), float(gains[high]), line)
            if gains[low] < 0 and -gains[low] >= down.gain * (1 - 1e-9):
                down = _Best(leaves.slice_at(cuboid, low), float(-gains[low]), line)
        mean = (actual + expected) / 2
        pull = pull - lean * mass
        total = float(mass.sum())
        return cls(pull, mass, weight, mean, move, float(pull.sum()) ** 2 / total if total else 0.0, up, down)

    def best(self, sign: float) -> _Best:
        return self.up if sign > 0 else self.down


def _lean(leaves: Leaves, sums: list[Array], noise: Noise) -> float:
    """Return by how much leaves seem to move though nothing does.

    A forecast that is off by a fifth either way is off by more of the larger of two numbers when it is too high. The
    lean is that of the ordinary value of a dimension, and no larger than such noise can make it.
    """
    leans = [0.0] if not leaves.cuboids else []
    for cuboid, (pulls, masses) in zip(leaves.cuboids, sums, strict=True):
        live = masses > 0
        if len(cuboid.dims) == 1 and live.any():
            moves = np.sort(pulls[live] / masses[live])
            leans.append(float(moves[len(moves) // 2]))
    most = min(noise.sigma**2, MOST_LEAN)
    return float(np.clip(min(leans, key=abs, default=0.0), -most, most))


def _gains(pulls: Array, masses: Array) -> Array:
    """Return each cell's gain, below zero where it moved down."""
    return np.divide(pulls * np.abs(pulls), masses, out=np.zeros(len(pulls)), where=masses > 0)


def _taken(leaves: Leaves, one: Slice, scan: _Scan, sign: float, left: Mask) -> Found:
    """Return the slice as it is told: narrowed to those of its children that broke."""
    narrow = _narrowed(leaves, one, scan, sign, left)
    rows = leaves.rows(narrow) & left
    pull, mass = float(scan.pull[rows].sum()), float(scan.mass[rows].sum())
    weight, mean = scan.weight[rows], scan.mean[rows]
    delta = float((weight * mean * scan.move[rows]).sum() / (weight * mean**2).sum())
    return Found(narrow, rows, delta, pull * pull / mass)


def _stands_out(
    best: _Best, other: _Best, found: list[Found], leaves: Leaves, scan: _Scan, left: Mask, *, with_whole: bool
) -> bool:
    if not with_whole:
        moved = sum(abs(float(scan.move[one.rows].sum())) for one in found)
        own = abs(float(scan.move[leaves.rows(best.slice) & left].sum()))
        if own < WORTH * moved or (found and best.gain < AGAINST * other.gain):
            return False
    return best.gain >= DECOY * other.gain or _is_over_cliff(best, scan, leaves)


def _is_over_cliff(best: _Best, scan: _Scan, leaves: Leaves) -> bool:
    """Whether causes of both signs hide each other: noise falls off slowly, and causes stand high above it."""
    pull, mass = scan.pull.copy(), scan.mass.copy()
    before = np.inf
    for _ in range(MOST):
        gain, one = 0.0, Slice(())
        for cuboid, (pulls, masses) in zip(leaves.cuboids, leaves.sums(pull, mass), strict=True):
            gains = np.abs(_gains(pulls, masses))
            if gains[at := int(gains.argmax())] > gain:
                gain, one = float(gains[at]), leaves.slice_at(cuboid, at)
        if gain * CLIFF <= min(before, best.gain) and before >= CLIFF * best.line:
            return True
        if gain < best.line:
            return False
        before = min(before, gain)
        rows = leaves.rows(one)
        pull[rows] = mass[rows] = 0.0
    return False


def _narrowed(leaves: Leaves, one: Slice, scan: _Scan, sign: float, left: Mask) -> Slice:
    """Return the strongest of a slice's children where few of them explain more than all together, else the slice.

    One child at a time is enough: with it taken out, the next scan finds its sisters.
    """
    rows = np.flatnonzero(leaves.rows(one) & left)
    pull, mass = scan.pull[rows] * sign, scan.mass[rows]
    if mass.sum() <= 0:
        return one
    whole = float(pull.sum() ** 2 / mass.sum())
    top, narrow = SPLIT * whole, one
    for dim in _other_dims(leaves, one):
        count = len(leaves.values[dim])
        codes = leaves.codes[dim][rows]
        pulls, masses = added(codes, pull, count), added(codes, mass, count)
        live = np.flatnonzero(masses > 0)
        if len(live) < 2:  # noqa: PLR2004 - an only child is its parent
            continue
        order = live[np.argsort(-pulls[live] / masses[live])]
        pulled, weighed = np.cumsum(pulls[order]), np.cumsum(masses[order])
        most = max(3, len(live) // 2)
        gains = _gains(pulled, weighed)[: min(most, len(live) - 1)]
        last = int(gains.argmax())
        rest = (pulled[-1] - pulled[last]) / (weighed[-1] - weighed[last])
        apart = abs(rest) < QUIET * pulled[last] / weighed[last]
        if apart and gains[last] > top and gains[last] - whole > 2 * (last + 1) * log(len(live)) + LEAST:
            strongest = max(order[: last + 1], key=lambda value: pulls[value] ** 2 / masses[value])
            top, narrow = float(gains[last]), Slice(tuple(sorted((*one.pairs, (dim, int(strongest))))))
    return narrow if narrow == one else _narrowed(leaves, narrow, scan, sign, left)


def _other_dims(leaves: Leaves, one: Slice) -> Iterable[int]:
    taken = {dim for dim, _ in one.pairs}
    return (dim for dim in range(len(leaves.names)) if dim not in taken)
