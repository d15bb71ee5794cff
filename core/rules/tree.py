"""The one tree behind every spelling of a rule.

`渠道ROI<1且预算超支` and `roi by channel < 1 and budget overspent` are the same value. Nothing here knows words
(`parse`, `say`), units (`check`) or arrays (`evaluate`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from core.calendar.grain import Grain
    from core.quantity import Quantity


class Comparison(StrEnum):
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    EQUAL = "="
    UNEQUAL = "!="


# --- what a number is held against -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lag:
    """The value `periods` grains ago: 日环比 is one day, 周同比 seven days, 环比 one of the rule's own grain (None)."""

    grain: Grain | None
    periods: int = 1


@dataclass(frozen=True, slots=True)
class YearAgo:
    """同比: the same date last year; of the 29th of February, the 28th."""


@dataclass(frozen=True, slots=True)
class Usual:
    """A historical mean or median over the last `periods` complete periods, today left out.

    A ratio's is the ratio of the sums. With `same_weekday`, only those on the same day of the week count.
    """

    periods: int | None = None  # None is the house's default: 28 days, or as many hours as 28 days have
    statistic: Literal["mean", "median"] = "mean"
    same_weekday: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """What the team planned for this metric, slice and period."""


Against = Lag | YearAgo | Usual | Target


# --- what can stand on either side of a comparison -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """A metric's own value; None takes the metric from the context, and must be echoed."""

    metric: str | None


@dataclass(frozen=True, slots=True)
class Baseline:
    metric: str | None
    against: Against


@dataclass(frozen=True, slots=True)
class Change:
    """How far a metric has moved: relative (−0.2 is a fall by a fifth), or in points of the metric itself."""

    metric: str | None
    against: Against
    relative: bool = True


@dataclass(frozen=True, slots=True)
class Bound:
    quantity: Quantity


Operand = Reading | Baseline | Change | Bound


# --- conditions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compare:
    left: Operand
    comparison: Comparison
    right: Operand


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class Sudden:
    """突然飙升, 骤降 without a number: a move that noise and season do not explain."""

    metric: str | None
    direction: Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Streak:
    """连续N期上升."""

    metric: str | None
    direction: Literal["up", "down"]
    times: int


Condition = Compare | All | Any | Not | Sudden | Streak


@dataclass(frozen=True, slots=True)
class Sentence:
    """A condition, judged for each slice of `by` by itself; every term on the same slice and period."""

    condition: Condition
    by: tuple[str, ...] = ()
