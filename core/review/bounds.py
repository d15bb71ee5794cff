"""The one number in a rule that may be moved, and the rule with another one in its place."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from core.quantity import Quantity
from core.rules import gate
from core.rules.tree import Bound, Compare, leaves, with_leaves

if TYPE_CHECKING:
    from core.rules.rule import Rule

_DIGITS = 3


def movable(rule: Rule) -> Compare | None:
    """Return the comparison whose number may be moved, where there is just one."""
    found = [leaf for leaf in leaves(rule.sentence.condition) if isinstance(leaf, Compare) and _moves(leaf)]
    return found[0] if len(found) == 1 else None


def bound_of(leaf: Compare) -> Quantity:
    if not isinstance(leaf.right, Bound) or leaf.right.quantity is None:
        raise ValueError("only a leaf with a number is moved")
    return leaf.right.quantity


def side_of(leaf: Compare) -> int:
    """Return 1 where more is bad, −1 where less is."""
    return gate.side_of(leaf.comparison) or 1


def bounded(rule: Rule, leaf: Compare, quantity: Quantity) -> Rule:
    """Return the rule with that number in that comparison."""
    condition = with_leaves(
        rule.sentence.condition,
        lambda each: replace(leaf, right=Bound(quantity)) if each == leaf else each,
    )
    return replace(rule, sentence=replace(rule.sentence, condition=condition))


def rounded(number: float, side: int, like: Quantity) -> Quantity:
    """Return the number as a person would write it, and rather too far out than too near."""
    exact = Decimal(repr(float(number)))
    if not exact:
        return Quantity(Decimal(0), like.unit)
    place = Decimal(1).scaleb(exact.adjusted() - _DIGITS + 1)
    return Quantity(exact.quantize(place, rounding=ROUND_FLOOR if side < 0 else ROUND_CEILING), like.unit)


def _moves(leaf: Compare) -> bool:
    is_number = isinstance(leaf.right, Bound) and leaf.right.quantity is not None
    return is_number and gate.side_of(leaf.comparison) is not None
