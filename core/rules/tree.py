"""The one tree behind every spelling of a rule.

`渠道ROI<1且预算超支` and `roi by channel < 1 and budget overspent` are the same value. Nothing here knows words
(`parse`, `say`), units (`check`) or arrays (`evaluate`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from core.quantity import Quantity, Unit

if TYPE_CHECKING:
    from core.calendar.grain import Grain


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
    grain: Grain | None = None  # what `periods` counts, as in 近7天; None: periods of the rule's own grain


@dataclass(frozen=True, slots=True)
class Target:
    """What the team planned for this metric, slice and period."""


@dataclass(frozen=True, slots=True)
class LastTime:
    """活动同期, 较上次618同期, 春节对齐: the same day of an event's last occurrence; None is whatever event is on."""

    event: str | None


@dataclass(frozen=True, slots=True)
class FixedBase:
    """定基比: the period that holds one day, for ever."""

    day: date


@dataclass(frozen=True, slots=True)
class SoFar:
    """截至当前: the day up to this hour, against the same hours of another day. Judged by the hour."""

    held: Lag | YearAgo | LastTime


Against = Lag | YearAgo | Usual | Target | LastTime | FixedBase | SoFar


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
class Share:
    """A slice's part of the sum over all slices that the sentence tells apart: 渠道贡献度."""

    metric: str | None


@dataclass(frozen=True, slots=True)
class Concentration:
    """What part of the whole the `top` largest slices have; without `top`, the sum of all parts squared (HHI).

    It is said of the largest slice, so that one alert tells of it and not one for every slice.
    """

    metric: str | None
    top: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """How far a metric has moved: relative (−0.2 is a fall by a fifth), or in points of the metric itself.

    With a `part`, which names no metric of its own, it is that part of the whole that has moved.
    """

    metric: str | None
    against: Against
    relative: bool = True
    part: Share | Concentration | None = None

    @property
    def of_whole(self) -> Share | Concentration | None:
        """Return the part with the metric that it is a part of."""
        return self.part and replace(self.part, metric=self.metric)


@dataclass(frozen=True, slots=True)
class Bound:
    """A number; None has still to be said (线索量低于阈值), and a rule cannot run before it is."""

    quantity: Quantity | None


Operand = Reading | Baseline | Change | Share | Concentration | Bound


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
class NoData:
    """无数据: no row came. The one condition that late data does not silence."""

    metric: str | None


@dataclass(frozen=True, slots=True)
class Streak:
    """连续N期上升: so many moves one way in a row, each against the period before it."""

    metric: str | None
    direction: Literal["up", "down"]
    times: int
    grain: Grain | None = None  # what `times` counts, as in 连续3天; None: periods of the rule's own grain

    @property
    def moves(self) -> Held:
        """Return the same, said of its single moves."""
        comparison = Comparison.MORE if self.direction == "up" else Comparison.LESS
        move = Compare(Reading(self.metric), comparison, Baseline(self.metric, Lag(None)))
        return Held(move, self.times, self.times, self.grain)

    @property
    def whole_move(self) -> Compare:
        """Return its moves as one, from before the first to after the last: what must be more than luck."""
        comparison = Comparison.MORE if self.direction == "up" else Comparison.LESS
        return Compare(
            Change(self.metric, Lag(None, self.times)), comparison, Bound(Quantity(Decimal(0), Unit.PERCENT))
        )


@dataclass(frozen=True, slots=True)
class Held:
    """A condition that held in `times` of the last `of` periods: 连续3天低于2% is 3 of 3, 近5天中3天 3 of 5."""

    part: Condition
    times: int
    of: int
    grain: Grain | None = None


Condition = Compare | All | Any | Not | Held | Sudden | Streak | NoData


@dataclass(frozen=True, slots=True)
class Sentence:
    """A condition, judged for each slice of `by` by itself; every term on the same slice and period."""

    condition: Condition
    by: tuple[str, ...] = ()


# --- walking it ------------------------------------------------------------------------------------------------

Leaf = Compare | Sudden | Streak | NoData


_COARSE = ("week", "month")  # a day against a week before is 周同比, and is said so


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield every single condition, in the sentence's order."""
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part) | Held(part):
            yield from leaves(part)
        case Compare() | Sudden() | Streak() | NoData():
            yield condition


def with_leaves(condition: Condition, change: Callable[[Leaf], Condition]) -> Condition:
    """Return the same tree with each single condition changed."""
    match condition:
        case All(parts):
            return All(tuple(with_leaves(part, change) for part in parts))
        case Any(parts):
            return Any(tuple(with_leaves(part, change) for part in parts))
        case Not(part):
            return Not(with_leaves(part, change))
        case Held(part):
            return replace(condition, part=with_leaves(part, change))
        case Compare() | Sudden() | Streak() | NoData():
            return change(condition)


def own_grain(leaf: Condition) -> Grain | None:
    """Return the grain that a comparison itself asks for: 周环比 is about weeks; None leaves it to the rule."""
    if not isinstance(leaf, Compare):
        return None
    for each in (leaf.left, leaf.right):
        if isinstance(each, (Baseline, Change)) and isinstance(each.against, Lag) and each.against.grain in _COARSE:
            return each.against.grain
    return None


def nodes(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and every one within it."""
    yield condition
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from nodes(part)
        case Not(part) | Held(part):
            yield from nodes(part)
        case Compare() | Sudden() | Streak() | NoData():
            return


def operands(condition: Condition) -> Iterator[Operand]:
    """Yield both sides of every comparison, in the sentence's order."""
    for leaf in leaves(condition):
        if isinstance(leaf, Compare):
            yield leaf.left
            yield leaf.right


def parts_of_whole(condition: Condition) -> tuple[Share | Concentration, ...]:
    """Return the operands that rest on all slices together."""
    found = (each.of_whole if isinstance(each, Change) else each for each in operands(condition))
    return tuple(each for each in found if isinstance(each, (Share, Concentration)))


def metrics(condition: Condition) -> tuple[str, ...]:
    """Return the metrics it names, each once, in the sentence's order."""
    named: dict[str, None] = {}
    for leaf in leaves(condition):
        for part in (leaf.left, leaf.right) if isinstance(leaf, Compare) else (leaf,):
            if not isinstance(part, Bound) and part.metric is not None:
                named[part.metric] = None
    return tuple(named)


def lacks_metric(condition: Condition) -> bool:
    """Return whether some part takes its metric from the context."""
    return any(
        not isinstance(part, Bound) and part.metric is None
        for leaf in leaves(condition)
        for part in ((leaf.left, leaf.right) if isinstance(leaf, Compare) else (leaf,))
    )


def in_context(sentence: Sentence, metric: str) -> Sentence:
    """Return the sentence with `metric` wherever it names none."""

    def filled(leaf: Leaf) -> Condition:
        if isinstance(leaf, Compare):
            return Compare(_named(leaf.left, metric), leaf.comparison, _named(leaf.right, metric))
        return replace(leaf, metric=leaf.metric or metric)

    return replace(sentence, condition=with_leaves(sentence.condition, filled))


def _named(operand: Operand, metric: str) -> Operand:
    return operand if isinstance(operand, Bound) else replace(operand, metric=operand.metric or metric)
