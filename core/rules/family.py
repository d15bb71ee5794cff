"""Rules that differ in their numbers alone are a family, and are judged together.

Most slices are far from all of a family's bounds, and every one of its rules says the same of them. So they are
judged once, and only the few that lie between the lowest bound and the highest are judged by each rule. Which rules
belong together is found when a team's rules change, not at every tick.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Concatenate, ParamSpec, TypeVar

from core.rules.rule import Gating, Rule
from core.rules.tree import (
    All,
    Any,
    Baseline,
    Bound,
    Change,
    Compare,
    Concentration,
    Condition,
    Held,
    NoData,
    Not,
    Reading,
    Share,
    leaves,
    metrics,
    parts_of_whole,
)

P = ParamSpec("P")
T = TypeVar("T")
_REMEMBERED = 64  # batches


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """The rules, and what their sentences say whatever the numbers are."""

    rules: tuple[Rule, ...]
    alike: tuple[Condition, ...]  # one condition, with the numbers of each rule
    metrics: tuple[str, ...]
    parts: tuple[Share | Concentration, ...]
    # Late facts silence a rule as a whole; only what speaks of their absence, or of all slices, is masked by itself.
    is_doubted_apart: bool

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> Family:
        """Take in rules of one shape."""
        family = tuple(rules)
        alike = tuple(rule.sentence.condition for rule in family)
        parts = parts_of_whole(alike[0])
        speaks_of_absence = any(isinstance(each, NoData) for each in leaves(alike[0]))
        return cls(family, alike, metrics(alike[0]), parts, bool(parts) or speaks_of_absence)


Place = tuple[int, int]  # of a sentence: which family, and which of its rules


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The families of some rules. `places` tells for each rule where its sentences are judged, its own first."""

    rules: tuple[Rule, ...]
    families: tuple[Family, ...]
    places: tuple[tuple[Place, ...], ...]


def planned(rules: Iterable[Rule]) -> Plan:
    """Return who is judged with whom."""
    every, found, places = tuple(rules), dict[Hashable, list[Rule]](), list[tuple[Place, ...]]()
    numbers: dict[Hashable, int] = {}
    for rule in every:
        own = []
        for each in spoken(rule):
            condition = each.sentence.condition
            where = each.where if _asks_chance(condition, each.gate) else ()
            key = (each.gate, where, each.sentence.by, _shape(condition, each.gate))
            kin = found.setdefault(key, [])
            own.append((numbers.setdefault(key, len(numbers)), len(kin)))
            kin.append(each)
        places.append(tuple(own))
    return Plan(every, tuple(Family.of(kin) for kin in found.values()), tuple(places))


def spoken(rule: Rule) -> list[Rule]:
    """Return the rule once for each sentence of it: its own, by size, during events, and the one that recovers it."""
    sizes = [sentence for _, sentence in sorted(rule.sizes, key=lambda each: each[0])]
    events = [each.sentence for each in rule.during if each.sentence is not None]
    others = [replace(rule, sentence=each) for each in (*sizes, *events)]
    held = [replace(rule, sentence=rule.recover, gate=Gating.OFF)] if rule.recover is not None else []
    return [rule, *others, *held]


def remembered(
    make: Callable[Concatenate[tuple[Rule, ...], P], T],
) -> Callable[Concatenate[Iterable[Rule], P], T]:
    """Make it once for the very same rules: they never change, and comparing a thousand of them takes too long."""
    known: OrderedDict[tuple[int, ...], tuple[object, T]] = OrderedDict()

    def recalled(rules: Iterable[Rule], /, *args: P.args, **kwargs: P.kwargs) -> T:
        these = tuple(rules)
        key = tuple(map(id, (*these, *args, *kwargs.values())))
        if key not in known:
            known[key] = (these, args, kwargs), make(these, *args, **kwargs)  # held, so that their ids stay their own
            while len(known) > _REMEMBERED:
                known.popitem(last=False)
        known.move_to_end(key)
        return known[key][1]

    return recalled


def _asks_chance(condition: Condition, gating: Gating) -> bool:
    """Return whether the gate may have to look at all the slices that a rule is for."""
    moves = (isinstance(each.left, Change) or isinstance(each.right, Baseline) for each in _comparisons(condition))
    return gating is Gating.ON or (gating is Gating.AUTO and any(moves))


def _comparisons(condition: Condition) -> Iterator[Compare]:
    return (leaf for leaf in leaves(condition) if isinstance(leaf, Compare))


def _shape(condition: Condition, gating: Gating) -> Hashable:
    """Return what is left of a condition without its numbers, if chance is then asked the same of all of them."""
    match condition:
        case Compare(left, comparison, Bound(quantity)):
            if quantity is None or (gating is Gating.ON and isinstance(left, Reading)):
                return condition
            return left, comparison, (quantity.value > 0) - (quantity.value < 0)
        case All(parts) | Any(parts):
            return type(condition), tuple(_shape(part, gating) for part in parts)
        case Not(part):
            return Not, _shape(part, gating)
        case Held(part, times, of, grain):
            return Held, _shape(part, gating), times, of, grain
        case _:
            return condition
