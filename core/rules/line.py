"""A thousand rules over one period: a number against a bound, without looking at every slice twice.

Rules that read the same number share a `Line` of it: its values in order, in which two looks tell whether any lies so
near to the bound that only exact numbers could say. Almost never does one, and then the bound stands at one place in
the order, and a slice is below it if its own place is: whole numbers of two bytes tell, where floats take eight.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.cube.cube import Array
from core.rules.sides import Flags, Sides
from core.rules.tree import Bound, Comparison, Operand

_BELOW = (Comparison.LESS, Comparison.AT_MOST)
_ABOVE = (Comparison.MORE, Comparison.AT_LEAST)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One operand of every slice."""

    places: NDArray[np.unsignedinteger]  # in the order; beyond its end what is unknown
    known: Flags
    ordered: list[float]


def told_apart(left: Operand, comparison: Comparison, bound: Bound, sides: Sides) -> tuple[Flags, Flags] | None:
    """Return where it holds and where it does not, or None when floats cannot tell of every slice.

    None over many periods, too: there one rule asks, and putting in order costs more than looking twice.
    """
    if len(sides.periods) != 1 or bound.quantity is None:
        return None
    line = sides.reader.once(("line", left, sides.periods), lambda: _drawn(sides.operand(left)))
    least, most = sides.margins(bound)
    place = bisect_left(line.ordered, least)
    if place != bisect_right(line.ordered, most):
        return None
    below = line.places < place
    if comparison in _BELOW:
        return below, line.known ^ below
    if comparison in _ABOVE:
        return line.known ^ below, below
    return None


def _drawn(numbers: Array) -> Line:
    flat = numbers.ravel()
    order = np.argsort(flat)  # NaN last
    places = np.empty(len(flat), np.min_scalar_type(len(flat)))
    places[order] = np.arange(len(flat))
    known = ~np.isnan(numbers)
    return Line(places.reshape(numbers.shape), known, flat[order[: np.count_nonzero(known)]].tolist())
