"""Which mean 均值 is when nobody says: of what is added up, the same weekday's; of a rate, that of all days.

Twice as many leads come on a Tuesday as on a Sunday, so that a Sunday is always 低于均值30% of a week and never of the
other Sundays. A rate hardly knows the day, and needs all four weeks to rest on enough. Who says a number of days
(近28天均值) has said which days count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from core.calendar.grain import Grain
from core.metrics.metric import Additivity
from core.rules.tree import Baseline, Change, Compare, Leaf, Operand, Sentence, Usual, with_leaves

if TYPE_CHECKING:
    from core.metrics.catalog import Catalog

_BY_WEEKDAY = (Additivity.SUM, Additivity.DISTINCT)
DAYS = 28  # that the other reading counts, every one of them


def by_weekday(sentence: Sentence, catalog: Catalog, grain: Grain) -> Sentence:
    """Return the sentence as its author will have meant it; the same one where that is what was said."""
    if grain not in (Grain.HOUR, Grain.DAY):
        return sentence

    def held(operand: Operand) -> Operand:
        if not isinstance(operand, (Baseline, Change)) or operand.metric is None:
            return operand
        if isinstance(operand, Change) and operand.part is not None:
            return operand  # a part of the whole is a rate
        match operand.against:
            case Usual(None, _, False) as usual if catalog.additivity(operand.metric) in _BY_WEEKDAY:
                return replace(operand, against=replace(usual, same_weekday=True))
            case _:
                return operand

    return replace(sentence, condition=with_leaves(sentence.condition, lambda leaf: _with_sides(leaf, held)))


def of_all_days(leaf: Leaf) -> Leaf:
    """Return the other reading: the mean of four weeks, whatever their days."""

    def held(operand: Operand) -> Operand:
        if not isinstance(operand, (Baseline, Change)):
            return operand
        match operand.against:
            case Usual(None, statistic, True):
                return replace(operand, against=Usual(DAYS, statistic, grain=Grain.DAY))
            case _:
                return operand

    return _with_sides(leaf, held)


def _with_sides(leaf: Leaf, held: Callable[[Operand], Operand]) -> Leaf:
    return replace(leaf, left=held(leaf.left), right=held(leaf.right)) if isinstance(leaf, Compare) else leaf
