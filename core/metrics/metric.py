"""A metric: one named number, and the only ways in which it may be added up.

A base metric is an aggregate of a column. Every other metric is arithmetic over metrics, done *after* they are
added up: ROI over a week is the week's revenue by the week's spend, and no average of rates can be written.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from core.calendar.grain import Grain
    from core.quantity import Unit
    from core.text import Text


class How(StrEnum):
    """How rows become one number. Only a sum and a count may be added up further."""

    SUM = "sum"
    COUNT = "count"
    DISTINCT = "distinct"  # never added up: asked of the source for each slice and period
    LAST = "last"  # a level, such as followers: added over slices, the last one taken over time

    @property
    def is_additive(self) -> bool:
        return self in (How.SUM, How.COUNT)


class Additivity(StrEnum):
    """What may be done with a metric, found from its formula; the letters of the dictionary."""

    SUM = "S"
    RATIO = "R"
    DISTINCT = "D"
    SNAPSHOT = "L"
    DERIVED = "X"


class Direction(StrEnum):
    """Which way is good."""

    UP = "up"
    DOWN = "down"
    BAND = "band"
    NONE = "none"


class Tier(StrEnum):
    CORE = "P0"
    IMPORTANT = "P1"
    WATCHED = "P2"


@dataclass(frozen=True, slots=True)
class Ref:
    """Another metric, by its code."""

    code: str


@dataclass(frozen=True, slots=True)
class Const:
    value: Decimal


@dataclass(frozen=True, slots=True)
class Op:
    """Arithmetic over two formulas; a division by zero has no value."""

    sign: Literal["+", "-", "*", "/"]
    left: Formula
    right: Formula


@dataclass(frozen=True, slots=True)
class ToDate:
    """What has gathered since the month (or the week) began: spend to date, budget to date."""

    inner: Formula
    span: Grain


Formula = Ref | Const | Op | ToDate


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry of the dictionary. A base metric has `how` and no formula; any other has a formula and no `how`."""

    code: str
    title: Text
    unit: Unit
    direction: Direction
    category: str
    how: How | None = None
    formula: Formula | None = None
    aliases: tuple[str, ...] = ()
    tier: Tier = Tier.IMPORTANT
    definition: Text | None = None
    min_sample: int = 0  # of the denominator; below it a rate is unknown, not small
    no_data: Literal["missing", "zero"] = "missing"  # what a period without any row means
    band: tuple[Decimal, Decimal] | None = None
    owner_role: str | None = None
    version: int = 1
    worth: Decimal | None = None  # of one of what it counts, in the workspace's currency: of an order, of a lead
    report: str = ""  # where another tool shows it, with holes for slice and period: see `report`
