"""A thousand rules over one period: a number against a bound, without looking at every slice twice.

Rules that read the same number share a `Line` of it: its values in order, in which two looks tell whether any lies so
near to the bound that only exact numbers could say. Almost never does one, and then a single comparison is the verdict.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np

from core.cube.cube import Array
from core.rules.sides import Flags, Sides
from core.rules.tree import Bound, Comparison, Operand

_BELOW = (Comparison.LESS, Comparison.AT_MOST)
_ABOVE = (Comparison.MORE, Comparison.AT_LEAST)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One operand of every slice."""

    numbers: Array
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
    if bisect_left(line.ordered, least) != bisect_right(line.ordered, most):
        return None
    if comparison in _BELOW:
        holds = line.numbers < least
    elif comparison in _ABOVE:
        holds = line.numbers > most
    else:
        return None
    return holds, line.known ^ holds


def _drawn(numbers: Array) -> Line:
    numbers = np.ascontiguousarray(numbers)
    known = ~np.isnan(numbers)
    return Line(numbers, known, np.sort(numbers[known]).tolist())
