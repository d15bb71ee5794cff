"""Numbers with their unit, exact as they were written.

A rule's bound is a Decimal: 0.2 is a fifth, not the float nearest to it.
Percent and points are kept as fractions: 2 % is 0.02, 0.5 pp is 0.005.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Unit(StrEnum):
    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"
    POINTS = "points"  # a difference of two percentages, in pp
    TIMES = "times"  # a ratio shown as a multiple: ROI 1.2
    SECONDS = "seconds"
    SCORE = "score"
    BARE = "bare"  # a number written without a unit; takes that of what it is compared with


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and its unit.

    >>> Quantity.percent("2").value
    Decimal('0.02')
    """

    value: Decimal
    unit: Unit

    @classmethod
    def percent(cls, hundredths: str | int) -> Quantity:
        return cls(Decimal(hundredths).scaleb(-2), Unit.PERCENT)

    @classmethod
    def bare(cls, number: str | int) -> Quantity:
        return cls(Decimal(number), Unit.BARE)
