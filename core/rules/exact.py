"""A rule's two sides worked out in exact fractions, for the few cells where a float cannot tell.

A float near −0.2 may lie on either side of it. So the numbers that came are read as the decimals they were (0.1 +
0.2 came as 0.30000000000000004 and is 0.3), and everything after that is exact. Slow, and rarely needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from core.cube.baseline import holds_for
from core.cube.reading import Sign, holes, spans_of, worked_out
from core.metrics.metric import How, Metric, Ref

if TYPE_CHECKING:
    from core.calendar.grain import Grain
    from core.cube.reading import Reader
    from core.metrics.target import Planned

_SNAP = 3e-14  # what adding up ten thousand floats may have cost, relative


def decimal_of(number: float) -> Fraction:
    """Return the decimal a float stands for.

    >>> decimal_of(0.1 + 0.2)
    Fraction(3, 10)
    """
    if number == int(number) and abs(number) < 2**53:
        return Fraction(int(number))
    short = Fraction(Decimal(f"{number:.12e}"))  # 13 digits
    if abs(short - Fraction(number)) <= abs(Fraction(number)) * Fraction(_SNAP):
        return short
    return Fraction(Decimal(f"{number:.14e}"))


@dataclass(frozen=True, slots=True, eq=False)
class Exactly:
    """Reads single cells of a cube exactly; None where there is no value. Rows and columns are the cube's own."""

    reader: Reader

    def value(self, code: str, row: int, column: int, over: Grain | None = None) -> Fraction | None:
        """Return one cell; `over` gathers what its span has brought so far."""
        return self._formula(code, lambda metric, since: self._base(metric, since or over, row, column))

    def mean(self, code: str, row: int, columns: Iterable[int]) -> Fraction | None:
        """Return the formula over the means of what it rests on, where all of that is known."""
        needed = holes(Ref(code), self.reader.dictionary)
        sums = {each: Fraction(0) for each in needed}
        number = 0
        for column in columns:
            cells = {
                (base, since): self._base(self.reader.dictionary.metrics[base], since, row, column)
                for base, since in needed
            }
            if all(cell is not None for cell in cells.values()):
                number += 1
                sums = {each: sums[each] + (cells[each] or 0) for each in needed}
        if not number:
            return None
        return self._formula(code, lambda metric, since: sums[metric.code, since] / number)

    def median(self, code: str, row: int, columns: Iterable[int]) -> Fraction | None:
        seen = sorted(
            found
            for each in columns
            if self._is_read(code, row, each) and (found := self.value(code, row, each)) is not None
        )
        if not seen:
            return None
        return (seen[(len(seen) - 1) // 2] + seen[len(seen) // 2]) / 2

    def _is_read(self, code: str, row: int, column: int) -> bool:
        """Return whether the reader, too, has a value there: too small a sample has none."""
        if column < 0 and (older := self.reader.older) is not None:
            return Exactly(older)._is_read(code, row, column + self.reader.ahead)  # noqa: SLF001 - one of our own
        if not 0 <= column < len(self.reader.cube.periods):
            return False
        sampled = self.reader.dictionary.metrics[code].min_sample
        split = self.reader.dictionary.split(code)
        if not sampled or split is None:
            return True
        sample = worked_out(
            split[1],
            self.reader.dictionary,
            lambda metric, since: self._base(metric, since, row, column),
            Fraction,
            _apply,
        )
        return sample is not None and sample >= sampled

    def _formula(self, code: str, hole: object) -> Fraction | None:
        return worked_out(Ref(code), self.reader.dictionary, hole, Fraction, _apply)  # type: ignore[arg-type]

    def _base(self, metric: Metric, since: Grain | None, row: int, column: int) -> Fraction | None:
        if column < 0 and (older := self.reader.older) is not None:
            return Exactly(older)._base(metric, since, row, column + self.reader.ahead)  # noqa: SLF001
        if not 0 <= column < len(self.reader.cube.periods):
            return None
        if since is None or metric.how is How.LAST or self.reader.cube.grain is None:
            return self._cell(metric, row, column)
        periods, grain = self.reader.cube.periods, self.reader.cube.grain
        first = column
        span = spans_of(range(periods[column], periods[column] + 1), grain, since)[0]
        while first > 0 and spans_of(range(periods[first - 1], periods[first]), grain, since)[0] == span:
            first -= 1
        cells = [self._cell(metric, row, each) for each in range(first, column + 1)]
        known = [cell for cell in cells if cell is not None]
        return sum(known, Fraction(0)) if known else None

    def _cell(self, metric: Metric, row: int, column: int) -> Fraction | None:
        number = float(self.reader.measure(metric)[row, column])
        return None if number != number else decimal_of(number)  # noqa: PLR0124 - the test for NaN


def target(planned: tuple[Planned, ...], code: str, labels: object, day: object, end: object) -> Fraction | None:
    """Return what was planned, exactly as it was written."""
    found = [
        (len(each.labels.pairs), place, each.value)
        for place, each in enumerate(planned)
        if each.metric == code and set(each.labels) <= set(labels) and holds_for(each, day, end)  # type: ignore[arg-type, call-overload]
    ]
    return Fraction(max(found)[2]) if found else None


def _apply(sign: Sign, left: Fraction | None, right: Fraction | None) -> Fraction | None:
    if left is None or right is None:
        return None
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right if right else None
