"""The finest slices of a table, and every coarser cuboid of them added up.

Each dimension's values are small integers. The leaves lie in one dense array as long as that has at most four million
cells, and cuboids are sums over one axis of the smallest parent already there; beyond, only leaves that occur are
kept, and a cuboid is a count over its parent's occurring cells. Either way a cell is a place in a flat array.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Mask = NDArray[np.bool_]

MOST_CELLS = 4_000_000
EMPTY, SMALL = 10, 50_000  # cells of a dense array: so many for each row, or so many whatever the rows
ALL_DEPTHS = 6  # up to so many dimensions every cuboid is looked at
DEPTH = 3  # beyond, slices of so many


@dataclass(frozen=True, slots=True)
class Slice:
    """Values of some dimensions, both by their number: ((0, 3), (2, 1)) is the first one's fourth and so on."""

    pairs: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return len(self.pairs)


@dataclass(frozen=True, slots=True, eq=False)
class Cuboid:
    """The cells of one set of dimensions; `index` says in which of them each cell of the parent lies.

    A dense parent needs none: it is `shape`d so that the axis between is added up.
    """

    dims: tuple[int, ...]
    cards: tuple[int, ...]
    parent: int  # the place of the parent's cuboid, or -1 for the leaves
    cells: int
    index: Codes | None = None
    shape: tuple[int, int, int] | None = None
    codes: Codes | None = None  # of each cell, if only those that occur are kept


@dataclass(frozen=True, slots=True, eq=False)
class Leaves:
    """`codes` has a row for each dimension; `cuboids` come after their parents, the finest first."""

    names: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    codes: Codes
    measures: Mapping[str, Array]
    cuboids: tuple[Cuboid, ...]

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        values: Sequence[Sequence[str]],
        codes: Sequence[Codes],
        measures: Mapping[str, Array],
        most_cells: int = MOST_CELLS,
    ) -> Leaves:
        """Add up rows of the same slice and lay out the cuboids."""
        if not names:  # all of it is one slice
            whole = {name: np.array([each.sum()]) for name, each in measures.items()}
            return cls((), (), np.zeros((0, 1), dtype=np.int64), whole, ())
        cards = tuple(len(each) for each in values)
        worth = max(len(codes[0]) * EMPTY, SMALL)  # adding up what is empty costs more than leaving it out
        is_dense = len(cards) <= ALL_DEPTHS and prod(cards) <= min(most_cells, worth)
        if is_dense:
            place = np.ravel_multi_index(tuple(codes), cards)
            count = prod(cards)
            kept = np.stack(np.unravel_index(np.arange(count), cards))
        else:
            keys, place = np.unique(_keys(codes, cards), return_inverse=True)
            count = len(keys)
            first = np.empty(count, dtype=np.int64)
            first[place[::-1]] = np.arange(len(place))[::-1]
            kept = np.stack([column[first] for column in codes])
        sums = {name: added(place, each, count) for name, each in measures.items()}
        cuboids = _dense(cards) if is_dense else _compressed(kept, cards)
        return cls(tuple(names), tuple(tuple(each) for each in values), kept, sums, cuboids)

    def sums(self, *measures: Array) -> list[Array]:
        """Return, cuboid by cuboid, the measures added up: an array of (measures, cells) each."""
        leaves = np.stack(measures)
        found: list[Array] = []
        for cuboid in self.cuboids:
            above = leaves if cuboid.parent < 0 else found[cuboid.parent]
            if cuboid.shape is not None:
                found.append(above.reshape(len(above), *cuboid.shape).sum(axis=2).reshape(len(above), -1))
            elif cuboid.index is None:
                found.append(above)
            else:
                found.append(np.stack([added(cuboid.index, row, cuboid.cells) for row in above]))
        return found

    def slice_at(self, cuboid: Cuboid, cell: int) -> Slice:
        codes = np.unravel_index(cell, cuboid.cards) if cuboid.codes is None else cuboid.codes[:, cell]
        return Slice(tuple(zip(cuboid.dims, (int(code) for code in codes), strict=True)))

    def rows(self, one: Slice) -> Mask:
        """Return which leaves lie in a slice."""
        found = np.ones(self.codes.shape[1], dtype=bool)
        for dim, value in one.pairs:
            found &= self.codes[dim] == value
        return found

    def named(self, one: Slice) -> dict[str, str]:
        return {self.names[dim]: self.values[dim][value] for dim, value in one.pairs}


def added(codes: Codes, weights: Array, count: int) -> Array:
    """Add weights up by code."""
    return np.bincount(codes, weights, count).astype(np.float64, copy=False)


def _keys(codes: Sequence[Codes], cards: Sequence[int]) -> Codes:
    """Return one number for each row, the same for the same values; renumbered on the way where it would overflow."""
    key, span = np.zeros(len(codes[0]), dtype=np.int64), 1
    for column, card in zip(codes, cards, strict=True):
        if span * card > 2**62:
            seen, key = np.unique(key, return_inverse=True)
            span = len(seen)
        key, span = key * card + column, span * card
    return key


def _sets(count: int) -> list[tuple[int, ...]]:
    """Return the sets of dimensions whose slices are candidates, the largest first."""
    deepest = count if count <= ALL_DEPTHS else DEPTH
    return [dims for depth in range(deepest, 0, -1) for dims in combinations(range(count), depth)]


def _parent(dims: tuple[int, ...], made: Sequence[Cuboid]) -> int:
    """Return the place of the smallest cuboid that holds one dimension more, or -1."""
    wider = [at for at, each in enumerate(made) if len(each.dims) == len(dims) + 1 and set(dims) < set(each.dims)]
    return min(wider, key=lambda at: made[at].cells, default=-1)


def _dense(cards: tuple[int, ...]) -> tuple[Cuboid, ...]:
    made: list[Cuboid] = []
    for dims in _sets(len(cards)):
        own = tuple(cards[dim] for dim in dims)
        if len(dims) == len(cards):
            made.append(Cuboid(dims, own, -1, prod(own)))
            continue
        parent = _parent(dims, made)
        wide = made[parent].dims
        axis = next(at for at, dim in enumerate(wide) if dim not in dims)
        sizes = [cards[dim] for dim in wide]
        shape = (prod(sizes[:axis]), sizes[axis], prod(sizes[axis + 1 :]))
        made.append(Cuboid(dims, own, parent, prod(own), shape=shape))
    return tuple(made)


def _compressed(codes: Codes, cards: tuple[int, ...]) -> tuple[Cuboid, ...]:
    made: list[Cuboid] = []
    for dims in _sets(len(cards)):
        own = tuple(cards[dim] for dim in dims)
        parent = _parent(dims, made)
        above, wide = codes, tuple(range(len(cards)))
        if parent >= 0 and (kept_above := made[parent].codes) is not None:
            above, wide = kept_above, made[parent].dims
        mine = [above[wide.index(dim)] for dim in dims]
        if len(dims) == len(cards):
            index, kept = None, np.stack(mine)
        elif prod(own) <= MOST_CELLS:
            key = np.ravel_multi_index(tuple(mine), own)
            occurs = np.zeros(prod(own), dtype=bool)
            occurs[key] = True
            number = np.cumsum(occurs) - 1
            index = number[key]
            kept = np.stack(np.unravel_index(np.flatnonzero(occurs), own))
        else:
            keys, index = np.unique(_keys(mine, own), return_inverse=True)
            first = np.empty(len(keys), dtype=np.int64)
            first[index[::-1]] = np.arange(len(index))[::-1]
            kept = np.stack([column[first] for column in mine])
        made.append(Cuboid(dims, own, parent, kept.shape[1], index=index, codes=kept))
    return tuple(made)
