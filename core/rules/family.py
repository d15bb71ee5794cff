"""Rules that differ in their numbers alone are a family, and are judged together.

Most slices are far from all of a family's bounds, and every one of its rules says the same of them. So they are
judged once, and only the few that lie between the lowest bound and the highest are judged by each rule. Which rules
belong together is found when a team's rules change, not at every tick.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from core.rules.rule import Gating, Rule
from core.rules.tree import (
    All,
    Any,
    Bound,
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
            key = (each.gate, each.where, each.sentence.by, _shape(each.sentence.condition, each.gate))
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


def remembered(make: Callable[[tuple[Rule, ...]], T]) -> Callable[[Iterable[Rule]], T]:
    """Make it once for the very same rules: they never change, and comparing a thousand of them takes too long."""
    known: OrderedDict[tuple[int, ...], tuple[tuple[Rule, ...], T]] = OrderedDict()

    def recalled(rules: Iterable[Rule]) -> T:
        these = tuple(rules)
        key = tuple(map(id, these))
        if key not in known:
            known[key] = these, make(these)  # holding on to them keeps their ids their own
            while len(known) > _REMEMBERED:
                known.popitem(last=False)
        known.move_to_end(key)
        return known[key][1]

    return recalled


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
