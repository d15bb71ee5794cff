"""The numbers that a verdict rests on, as a person is shown them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from core.cube.cube import Array, taken
from core.quantity import Quantity, Unit
from core.rules import sudden
from core.rules.finding import Term
from core.rules.sides import Sides, named
from core.rules.tree import (
    Baseline,
    Bound,
    Change,
    Compare,
    Comparison,
    Concentration,
    Condition,
    Lag,
    NoData,
    Operand,
    Reading,
    Share,
    Streak,
    Sudden,
    leaves,
    own_grain,
)


def terms(condition: Condition, sides: Sides, row: int, at: int) -> Iterator[Term]:
    """Yield the numbers that each single condition rests on."""
    for leaf in leaves(condition):
        if isinstance(leaf, NoData):
            metric = named(leaf.metric)
            yield Term(metric, sides.catalog.metrics[metric].unit, None)
        if isinstance(leaf, Sudden):
            yield _sudden_term(leaf, sides, row, at)
        if isinstance(leaf, Streak):
            yield _streak_term(leaf, sides, row, at)
        if isinstance(leaf, Compare):
            leaf_sides, leaf_at = sides, at
            if (own := own_grain(leaf)) is not None and own is not sides.grain:
                leaf_sides, places = sides.at_grain(own)
                leaf_at = int(places[at])
            for operand in (leaf.left, leaf.right):
                if not isinstance(operand, (Bound, Baseline)) or operand is leaf.left:
                    yield _term(operand, leaf, leaf_sides, row, leaf_at)


def _term(operand: Operand, leaf: Compare, sides: Sides, row: int, at: int) -> Term:
    metric = named(None if isinstance(operand, Bound) else operand.metric)
    held = next((side.against for side in (operand, leaf.right) if isinstance(side, (Change, Baseline))), None)
    of = leaf.right.metric if isinstance(leaf.right, Baseline) else metric
    part = operand.part if isinstance(operand, Change) else None
    is_part = isinstance(operand, (Share, Concentration))
    value = _cell(sides.operand(operand) if is_part else sides.of_whole(part, sides.now(metric, held)), row, at)
    then = _cell(sides.of_whole(part, sides.baseline(named(of), held)), row, at) if held else None
    sample = sides.reader.sample(metric, sides.columns)
    return Term(
        metric=metric,
        unit=_unit(operand, metric, sides),
        value=value,
        against=held,
        baseline=then,
        change=(value - then) / abs(then) if value is not None and then else None,
        bound=_cell(sides.operand(leaf.right), 0, 0) if isinstance(leaf.right, Bound) else None,
        sample=None if sample is None else _cell(sample, row, at),
    )


def _unit(operand: Operand, metric: str, sides: Sides) -> Unit:
    match operand.part if isinstance(operand, Change) and operand.part else operand:
        case Share() | Concentration(_, int()):
            return Unit.PERCENT
        case Concentration():
            return Unit.BARE
        case _:
            return sides.catalog.metrics[metric].unit


def _sudden_term(leaf: Sudden, sides: Sides, row: int, at: int) -> Term:
    """The baseline is what was to be expected."""
    metric = named(leaf.metric)
    value = _cell(sides.operand(Reading(metric)), row, at)
    expected = _cell(taken(sudden.scores(metric, sides).expected, sides.columns), row, at)
    change = (value - expected) / abs(expected) if value is not None and expected else None
    sample = sides.reader.sample(metric, sides.columns)
    return Term(
        metric=metric,
        unit=sides.catalog.metrics[metric].unit,
        value=value,
        baseline=expected,
        change=change,
        sample=None if sample is None else _cell(sample, row, at),
        lent=sudden.lent(metric, sides, row, at),
    )


def _streak_term(streak: Streak, sides: Sides, row: int, at: int) -> Term:
    metric = named(streak.metric)
    move = Compare(Change(metric, Lag(None)), Comparison.UNEQUAL, Bound(Quantity.bare(0)))
    return replace(_term(move.left, move, sides, row, at), bound=None)


def _cell(array: Array, row: int, at: int) -> float | None:
    number = float(array[row, at])
    return None if np.isnan(number) else number
