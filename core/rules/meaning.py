"""What the shape of a sentence means: of what it speaks, where, and how its clauses are joined.

`moves` reads how far a number has moved; all else is here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from core.quantity import Quantity, Unit
from core.rules import tree
from core.rules.moves import Moves, change_of, is_token, move_in, number_in
from core.rules.patterns import Often
from core.rules.tree import (
    Baseline,
    Bound,
    Change,
    Compare,
    Comparison,
    Concentration,
    Condition,
    Held,
    NoData,
    Reading,
    Share,
    SoFar,
    Streak,
    Sudden,
)
from core.rules.word import Word


class Meaning(Moves):
    """Reads one sentence's shape; gathers its places as well."""

    def __init__(self, written: str, file: str) -> None:
        super().__init__(written, file)
        self.by: dict[str, None] = {}
        self.part = Word("PART", None, 0, 1, "")  # the last word for a part of the whole

    def sentence(self, shape: Any) -> Condition:
        for part in shape.children[:-1]:
            self.places(part)
        return self.condition(shape.children[-1])

    def places(self, part: Any) -> None:
        if not is_token(part):
            for token in part.scan_values(lambda each: each.type == "DIMENSION"):
                self.by[token.value.value] = None

    def condition(self, shape: Any) -> Condition:
        match shape.data:
            case "any_of":
                if any(is_token(part) and part.value.said == "/" for part in shape.children):
                    self.choices.add("slash")
                return tree.Any(tuple(self.parts(shape)))
            case "all_of":
                return tree.All(tuple(self.parts(shape)))
            case "negated" | "bracketed":
                inner = next(self.parts(shape))
                return tree.Not(inner) if shape.data == "negated" else inner
            case "held":
                part = next(each for each in shape.children if not is_token(each) and each.data != "places")
                for places in shape.children:
                    self.places(places)
                if part.data == "said":
                    return self.clause(part, _often(shape.children))
                return _held(self.condition(part), _often(shape.children))
            case "held_within":
                return self.clause(shape, _often(shape.children))
            case "overspent":
                return self.overspent(shape)
            case "absent":
                return NoData(self.named(shape))
            case "sudden_of":
                return Sudden(self.named(shape), move_in(shape.children).direction)
            case _:
                return self.clause(shape, None)

    def overspent(self, shape: Any) -> Condition:
        """预算超支10% is a use of more than 110 %."""
        amount = next((part for part in shape.children if not is_token(part) and part.data == "amount"), None)
        for part in shape.children:
            if part is not amount:
                self.places(part)
        more: Quantity | None = Quantity.percent(0)
        if amount is not None:
            more = number_in(next(part for part in amount.children if not is_token(part)))
        if more is None or more.unit is not Unit.PERCENT:
            self.refuse("rule-overspent-by", next(part.value for part in shape.children if is_token(part)))
        return Compare(Reading("budget_use"), Comparison.MORE, Bound(replace(more, value=more.value + 1)))

    def named(self, shape: Any) -> str | None:
        """Return the metric of a clause whose verb comes first: no data for impressions."""
        subject = next((part for part in shape.children if not is_token(part)), None)
        if subject is None:
            return None
        self.places(subject)
        of = self.subject(subject)
        if not isinstance(of, Reading):
            self.refuse("rule-part-shape", self.part)
        return of.metric

    def clause(self, shape: Any, often: Often | None) -> Condition:
        subject, predicate, *places = (part for part in shape.children if not is_token(part))
        of = self.subject(subject)
        for part in (subject, *places):
            self.places(part)
        metric = of.metric
        if often is None:
            return self.said(of, predicate)
        if predicate.data == "moved_untold":
            return self.moved_for(of, predicate, often)
        if predicate.data != "moved_alone" or not isinstance(of, Reading):
            return _held(self.said(of, predicate), often)
        # 连续3天上升 needs no size: so many moves in a row, or so many among the last.
        streak = Streak(metric, move_in(predicate.children).direction, often.times, often.grain)
        return streak if often.times == often.of else replace(streak.moves, of=often.of)

    def moved_for(self, of: Subject, predicate: Any, often: Often) -> Condition:
        """连续3天环比下降 needs no size either: each against the one before it, or each against its own last week."""
        held, direction = self.against(predicate.children[0]), move_in(predicate.children).direction
        if not isinstance(of, Reading):
            self.refuse("rule-part-shape", self.part)
        if held in (tree.Lag(None), tree.Lag(often.grain)) and often.times == often.of:
            return Streak(of.metric, direction, often.times, often.grain)
        side = Comparison.MORE if direction == "up" else Comparison.LESS
        return _held(Compare(Change(of.metric, held), side, Bound(Quantity.percent(0))), often)

    def parts(self, shape: Any) -> Iterator[Condition]:
        return (self.condition(part) for part in shape.children if not is_token(part))

    def subject(self, shape: Any) -> Subject:
        """Return what a clause speaks of: a metric, a slice's part of it, or how much of it lies in few hands."""
        words: dict[str, Word] = {}
        for word in (token.value for token in shape.scan_values(lambda each: each.type in _NAMING)):
            kind = "METRIC" if word.kind == "IT" else word.kind
            if kind in words:
                self.refuse("rule-expected-comparison", word)
            words[kind] = word
        metric = words["METRIC"].value if "METRIC" in words else None
        part, top = words.get("PART"), words.get("TOP")
        if top is not None and part is None:
            self.refuse("rule-top-of-what", top)
        if part is None:
            return Reading(metric)
        self.part = part
        if top is not None:
            return Concentration(metric, top.value)
        return Share(metric) if part.value == "share" else Concentration(metric)

    def said(self, of: Subject, shape: Any) -> Condition:
        metric, parts = of.metric, shape.children
        if not isinstance(of, Reading) and shape.data not in _OF_NUMBERS:
            return self.part_said(of, shape)
        match shape.data:
            case "bounded":
                self.agree(*(part.value for part in parts if is_token(part)))
                return Compare(of, parts[0].value.value, Bound(number_in(parts[1])))
            case "outside":
                return self.outside(of, parts)
            case "zero":
                return Compare(of, Comparison.EQUAL, Bound(Quantity.bare(0)))
            case "missed":
                return Compare(Reading(metric), Comparison.LESS, Baseline(metric, tree.Target()))
            case "other_by":
                return self.overspent_by(metric, parts)
            case "other_than":
                return self.than_budget(metric, parts[1].value, move_in(parts), parts[3])
            case "other_before":
                return self.overspent_by(metric, [parts[1], parts[2], parts[0]])
            case "overspent_before":
                return self.overspent_before(metric, parts)
            case "multiple" | "multiple_before" | "multiple_of":
                return self.multiple(metric, self.against(_shaped(parts, "against")), parts)
            case "other_of":
                return self.budget_of(metric, parts)
            case "moved_untold":
                return self.moved_untold(metric, self.against(parts[0]), move_in(parts))
            case "deviation_by":
                return self.deviation(metric, parts[2], parts[3], parts[1], parts[0])
            case "sized":
                *said, sized = (part.value for part in parts if is_token(part))
                held = next((self.against(part) for part in parts if not is_token(part)), tree.Lag(None))
                return self.sized(metric, held, sized.value, *said)
            case "still":
                side = Comparison.AT_MOST if parts[0].value.value == "up" else Comparison.AT_LEAST
                return Compare(Reading(metric), side, Baseline(metric, tree.Lag(None)))
            case "run":
                often, direction = parts[0].value.value
                return Streak(metric, direction, often.times, often.grain)
            case "bounded_after":
                return Compare(of, parts[1].value.value, Bound(number_in(parts[0])))
            case "other":
                return Compare(Reading(metric), parts[0].value.value, Reading(parts[1].value.value))
            case "other_baseline":
                right = Baseline(parts[1].value.value, self.against(parts[2]))
                return Compare(Reading(metric), parts[0].value.value, right)
            case "baseline":
                held = self.against(parts[1])
                if isinstance(held, SoFar):  # both sides so far, which only a change is
                    return Compare(Change(metric, held), parts[0].value.value, Bound(Quantity.percent(0)))
                return Compare(Reading(metric), parts[0].value.value, Baseline(metric, held))
            case "deviation":
                more = parts[2] if is_token(parts[2]) else None
                if more is None and (number := number_in(parts[2])) and number.unit is Unit.TIMES:
                    return self.multiple(metric, self.against(parts[1]), parts)
                return self.deviation(metric, parts[0], parts[1], parts[-1], more)
            case "deviation_before":
                return self.deviation(metric, parts[1], parts[2], parts[0], None)
            case "moved":
                return self.moved(metric, parts)
            case "changed":
                against = next(part for part in parts if not is_token(part) and part.data == "against")
                comparison = next(part for part in parts if is_token(part) and part.type == "COMPARISON")
                number = number_in(parts[-1])
                return Compare(change_of(metric, self.against(against), number), comparison.value.value, Bound(number))
            case "between":
                low, high = _ends(parts)
                return tree.All(
                    (
                        Compare(of, Comparison.AT_LEAST, Bound(low)),
                        Compare(of, Comparison.AT_MOST, Bound(high)),
                    )
                )
            case "no_data":
                return NoData(metric)
            case "sudden":
                return Sudden(metric, move_in(parts).direction)
            case _:  # moved_alone
                return self.moved_alone(metric, move_in(parts))

    def part_said(self, of: Share | Concentration, shape: Any) -> Condition:
        """A part of the whole moves as a metric does: against yesterday, or its own mean."""
        parts = shape.children
        if shape.data == "baseline":
            held, none = self.against(parts[1]), Bound(Quantity.percent(0))
            moved: Condition = Compare(Change(of.metric, held), parts[0].value.value, none)
        elif shape.data in _OF_MOVES:
            moved = self.said(Reading(of.metric), shape)
        else:
            self.refuse("rule-part-shape", self.part)
        nameless = replace(of, metric=None)

        def with_part(leaf: tree.Leaf) -> Condition:
            if isinstance(leaf, Compare) and isinstance(leaf.left, Change):
                return replace(leaf, left=replace(leaf.left, part=nameless))
            return leaf

        return tree.with_leaves(moved, with_part)

    def outside(self, of: Subject, parts: list[Any]) -> Condition:
        first = parts[0].value
        if first.kind == "COMPARISON" and first.value is not Comparison.MORE:
            self.refuse("rule-expected-end", next(part.value for part in parts[1:] if is_token(part)))
        low, high = _ends(parts)
        return tree.Any((Compare(of, Comparison.LESS, Bound(low)), Compare(of, Comparison.MORE, Bound(high))))


Subject = Reading | Share | Concentration
_NAMING = ("METRIC", "IT", "PART", "TOP")
_OF_NUMBERS = ("bounded", "bounded_after", "between", "outside", "zero")  # what may be said of a part itself
_OF_MOVES = ("moved", "changed", "deviation", "deviation_before", "deviation_by", "sized")
_SCALE = {Unit.PERCENT: -2, Unit.POINTS: -2}


def _ends(parts: list[Any]) -> tuple[Quantity | None, Quantity | None]:
    """Return both ends of a range; of 1到3% both are percentages."""
    low, high = (number_in(part) for part in parts if not is_token(part))
    if low and high and low.unit is Unit.BARE:
        low = Quantity(low.value.scaleb(_SCALE.get(high.unit, 0)), high.unit)
    return low, high


def _shaped(parts: list[Any], name: str) -> Any:
    return next(part for part in parts if not is_token(part) and part.data == name)


def _often(parts: list[Any]) -> Often:
    found: Often = next(part.value.value for part in parts if is_token(part) and part.type == "STREAK")
    return found


def _held(part: Condition, often: Often) -> Held:
    return Held(part, often.times, often.of, often.grain)
