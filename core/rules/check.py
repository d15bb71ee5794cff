"""What is wrong with a sentence that reads well, and where its author may have meant something else.

Mistakes stop a rule: a bound in the wrong unit, a threshold not said, a function not built yet. Doubts do not: one
reading was taken, and each doubt names the others, so that nobody is guessed for in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from core.calendar.grain import Grain
from core.cube.baseline import steps
from core.errors import Fact, Mistake
from core.metrics.metric import Additivity, How
from core.quantity import Quantity, Unit
from core.rules import tree
from core.rules.parse import Parsed
from core.rules.say import number
from core.rules.tree import (
    Baseline,
    Bound,
    Change,
    Compare,
    Comparison,
    Concentration,
    Held,
    Lag,
    LastTime,
    Leaf,
    NoData,
    Reading,
    Sentence,
    Share,
    SoFar,
    Streak,
    Sudden,
    Target,
    Usual,
    leaves,
    operands,
    own_grain,
    with_leaves,
)
from core.rules.weekday import by_weekday, of_all_days

if TYPE_CHECKING:
    from core.metrics.catalog import Catalog

# What a bound may be written in, for a metric of each unit.
_FITS: Mapping[Unit, tuple[Unit, ...]] = {
    Unit.COUNT: (Unit.BARE, Unit.COUNT),
    Unit.MONEY: (Unit.MONEY, Unit.BARE),
    Unit.PERCENT: (Unit.PERCENT,),
    Unit.POINTS: (Unit.POINTS,),
    Unit.TIMES: (Unit.TIMES, Unit.BARE),
    Unit.SECONDS: (Unit.SECONDS, Unit.BARE),
    Unit.SCORE: (Unit.SCORE, Unit.BARE),
    Unit.BARE: (Unit.BARE,),
}
_LOOSER = {Comparison.AT_MOST: Comparison.LESS, Comparison.AT_LEAST: Comparison.MORE}


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reading was taken; `readings` are what else it could be, the taken one first. None: there is no choice."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    readings: tuple[Sentence, ...] = ()


def grain_of(sentence: Sentence, stated: Grain | None = None) -> Grain:
    """Return the grain a sentence is judged at: 周环比 is about weeks.

    Beside a term about days it is judged every day, by the last complete week.
    """
    lags = [held.grain for held in _helds(sentence) if isinstance(held, Lag) and held.grain is not None]
    lags += [Grain.HOUR for held in _helds(sentence) if isinstance(held, SoFar)]
    lags += [row.grain for row in _rows(sentence) if row.grain is not None]
    forced = {grain for grain in lags if grain in (Grain.WEEK, Grain.MONTH)}
    finer = {stated, *lags} & {Grain.HOUR, Grain.DAY}
    mixed = finer & {*lags} or any(own_grain(leaf) is None for leaf in leaves(sentence.condition))
    if len(forced) == 1 and not (finer and mixed):
        return forced.pop()
    if forced:
        return Grain.HOUR if Grain.HOUR in finer else Grain.DAY
    return stated or (Grain.HOUR if Grain.HOUR in lags else Grain.DAY)


def settled(parsed: Parsed, catalog: Catalog, grain: Grain | None = None) -> Parsed:
    """Return the sentence with the mean that is meant where only 均值 was said, and that this was chosen."""
    sentence = by_weekday(parsed.sentence, catalog, grain_of(parsed.sentence, grain))
    return parsed if sentence == parsed.sentence else Parsed(sentence, parsed.choices | {"same-weekday"})


def check(sentence: Sentence, catalog: Catalog, grain: Grain | None = None) -> list[Mistake]:
    """Return everything that keeps the sentence from being judged."""
    if tree.lacks_metric(sentence.condition):
        return [Mistake("rule-needs-metric")]
    found = [each for leaf in leaves(sentence.condition) for each in _leaf_mistakes(leaf, catalog)]
    if not sentence.by and tree.parts_of_whole(sentence.condition):
        found.append(Mistake("rule-part-of-what"))
    return found + list(_grain_mistakes(sentence, grain, catalog))


def doubts(parsed: Parsed, catalog: Catalog, grain: Grain | None = None) -> tuple[Doubt, ...]:
    """Return where the author may have meant something else, each with the other readings."""
    sentence, choices = parsed.sentence, parsed.choices
    found: list[Doubt] = []
    if tree.lacks_metric(sentence.condition):
        found.append(Doubt("doubt-context-metric"))
    if Bound(None) in operands(sentence.condition):
        found.append(Doubt("doubt-threshold"))
    if "slash" in choices and isinstance(sentence.condition, tree.Any):
        both = replace(sentence, condition=tree.All(sentence.condition.parts))
        found.append(Doubt("doubt-slash", readings=(sentence, both)))
    if "default-rise" in choices:
        found.append(Doubt("doubt-default-rise", readings=(sentence,)))
    if "default-normal" in choices:
        found.append(Doubt("doubt-default-normal", readings=(sentence,)))
    if "default-level" in choices:
        found.append(Doubt("doubt-default-level", readings=(sentence,)))
    if "inclusive" in choices:
        found.append(_doubt("doubt-inclusive", sentence, _strict))
    if "below-by" in choices:
        found.append(_doubt("doubt-below-by", sentence, _of_the_mean))
    if "part-of" in choices:
        found.append(_doubt("doubt-below-by", sentence, _by_so_much))
    found.append(_doubt("doubt-percent-or-points", sentence, lambda leaf: _in_points(leaf, catalog)))
    if "roi_profit" in catalog.metrics and "roi" in tree.metrics(sentence.condition):
        found.append(_doubt("doubt-roi", sentence, _profit_roi))
    if "same-weekday" in choices:
        found.append(_doubt("doubt-same-weekday", sentence, of_all_days))
    if grain_of(sentence, grain) is Grain.DAY:
        found.append(_doubt("doubt-weekly-season", sentence, _same_weekday))
    if grain_of(sentence, grain).rank <= Grain.DAY.rank and any(
        isinstance(held, Usual) and held.periods is None for held in _helds(sentence)
    ):
        found.append(Doubt("doubt-ordinary-days"))
    for leaf in leaves(sentence.condition):
        if isinstance(leaf, Compare) and isinstance(leaf.right, Baseline) and leaf.right.against == Target():
            metric = leaf.right.metric
            if metric and not any(each.metric == metric for each in catalog.planned):
                found.append(Doubt("doubt-no-target", {"metric": metric}))
    # A reading that is no other than the one taken is no doubt.
    return tuple(each for each in found if len(each.readings) != 1 or each.code.startswith("doubt-default"))


# --- mistakes --------------------------------------------------------------------------------------------------


def _leaf_mistakes(leaf: Leaf, catalog: Catalog) -> Iterator[Mistake]:
    match leaf:
        case Sudden() | Streak() | NoData():
            return
        case Compare((Share() | Concentration()) as part, _, Bound(quantity)) if part.metric and quantity:
            yield from _part_mistakes(part, part.metric, quantity, catalog)
        case Compare(_, _, Bound(None)):
            yield Mistake("rule-needs-threshold")
        case Compare(Change(metric, SoFar()), _, _) if metric and _counts_heads(metric, catalog):
            yield Mistake("rule-so-far-distinct", {"metric": metric})
        case Compare(Change(metric, _, relative, (Share() | Concentration()) as part), _, Bound(quantity)) if (
            metric and quantity
        ):
            yield from _part_moves(part, metric, None if relative else quantity, catalog)
        case Compare(Change(metric, _, relative), _, Bound(quantity)) if metric and quantity:
            if relative != (quantity.unit is Unit.PERCENT):
                yield Mistake("rule-change-unit", {"bound": number(quantity, "en")})
            elif not relative:
                yield from _change_mistakes(metric, quantity, catalog)
        case Compare(Reading(metric), _, Bound(quantity)) if metric and quantity:
            yield from _bound_mistakes(metric, quantity, catalog)
        case Compare(Reading(left), _, Reading(right) | Baseline(right)) if left and right:
            units = catalog.metric(left).unit, catalog.metric(right).unit
            if units[0] is not units[1]:
                facts = {"left": left, "right": right, "left_unit": units[0].value, "right_unit": units[1].value}
                yield Mistake("rule-units-differ", facts)
        case _:
            yield Mistake("rule-comparison-shape")


def _bound_mistakes(metric: str, quantity: Quantity, catalog: Catalog) -> Iterator[Mistake]:
    unit = catalog.metric(metric).unit
    if quantity.unit in _FITS[unit] or (not quantity.value and quantity.unit is Unit.BARE):
        return
    facts: dict[str, Fact] = {"metric": metric, "unit": unit.value, "bound": number(quantity, "en")}
    if unit is Unit.PERCENT and quantity.unit is Unit.BARE:
        # A fraction was perhaps meant as one; a larger number is a percentage that lost its sign.
        meant = quantity.value if abs(quantity.value) < 1 else quantity.value.scaleb(-2)
        yield Mistake("rule-percent-lost", facts | {"suggestion": number(Quantity(meant, Unit.PERCENT), "en")})
    elif unit is Unit.TIMES and quantity.unit is Unit.PERCENT:
        yield Mistake("rule-unit", facts | {"suggestion": number(Quantity(quantity.value, Unit.TIMES), "en")})
    elif quantity.unit is Unit.POINTS:
        yield Mistake("rule-points-of-value", facts)
    else:
        yield Mistake("rule-unit", facts)


def _part_mistakes(part: Share | Concentration, metric: str, quantity: Quantity, catalog: Catalog) -> Iterator[Mistake]:
    """A part of a whole is a percentage, and only what may be added up has a whole."""
    letter = catalog.additivity(metric)
    if letter is not Additivity.SUM:
        yield Mistake("rule-part-of-sum", {"metric": metric})
    squares = isinstance(part, Concentration) and part.top is None
    if squares and not (quantity.unit is Unit.BARE and 0 <= quantity.value <= 1):
        yield Mistake("rule-concentration-scale", {"bound": number(quantity, "en")})
    elif not squares and quantity.unit is not Unit.PERCENT:
        meant = quantity.value if abs(quantity.value) < 1 else quantity.value.scaleb(-2)
        facts: dict[str, Fact] = {"bound": number(quantity, "en")}
        yield Mistake("rule-part-percent", facts | {"suggestion": number(Quantity(meant, Unit.PERCENT), "en")})
    if isinstance(part, Concentration) and part.top == 0:
        yield Mistake("rule-concentration-scale", {"bound": "0"})


def _part_moves(
    part: Share | Concentration, metric: str, points: Quantity | None, catalog: Catalog
) -> Iterator[Mistake]:
    """A part of a whole moves in percent of itself, or in points; a concentration in its own bare number."""
    if catalog.additivity(metric) is not Additivity.SUM:
        yield Mistake("rule-part-of-sum", {"metric": metric})
    squares = isinstance(part, Concentration) and part.top is None
    if points is not None and points.unit is not (Unit.BARE if squares else Unit.POINTS):
        yield Mistake("rule-change-unit", {"bound": number(points, "en")})


def _change_mistakes(metric: str, quantity: Quantity, catalog: Catalog) -> Iterator[Mistake]:
    unit = catalog.metric(metric).unit
    said = number(Quantity(abs(quantity.value), quantity.unit), "en")
    if unit is Unit.PERCENT and quantity.unit is Unit.BARE:
        yield Mistake("rule-move-unit", {"metric": metric, "bound": said, "suggestion": f"{said}% / {said}pp"})
    elif quantity.unit is Unit.POINTS and unit is not Unit.PERCENT:
        yield Mistake("rule-points-need-percent", {"metric": metric, "bound": said})
    elif quantity.unit is not Unit.POINTS and quantity.unit not in _FITS[unit]:
        yield Mistake("rule-unit", {"metric": metric, "unit": unit.value, "bound": said})


def _counts_heads(metric: str, catalog: Catalog) -> bool:
    """Return whether hours cannot be added up to a day: who came at nine and at ten came once."""
    return any(catalog.how(base) is How.DISTINCT for base in catalog.bases(metric))


def _row_mistakes(sentence: Sentence, grain: Grain) -> Iterator[Mistake]:
    for row in _rows(sentence):
        of = row.times if isinstance(row, Streak) else row.of
        if not 1 <= row.times <= of:
            yield Mistake("rule-often", {"times": row.times, "of": of})
        if row.grain not in (None, grain):
            yield Mistake("rule-grain", {"wanted": str(row.grain), "grain": grain.value})


def _grain_mistakes(sentence: Sentence, stated: Grain | None, catalog: Catalog) -> Iterator[Mistake]:
    grain = grain_of(sentence, stated)
    if stated is not None and stated is not grain:
        yield Mistake("rule-grain", {"wanted": grain.value, "grain": stated.value})
        return
    yield from _row_mistakes(sentence, grain)
    for leaf in leaves(sentence.condition):
        own = own_grain(leaf)
        if isinstance(leaf, Compare) and own not in (None, grain):
            heads = [part.metric for part in (leaf.left, leaf.right) if not isinstance(part, Bound)]
            for metric in dict.fromkeys(each for each in heads if each and _counts_heads(each, catalog)):
                yield Mistake("rule-coarser-distinct", {"metric": metric, "wanted": str(own), "grain": grain.value})
    for held in _helds(sentence):
        if isinstance(held, Lag) and held.grain in (Grain.WEEK, Grain.MONTH) and grain.rank <= Grain.DAY.rank:
            continue  # judged by whole weeks or months
        if isinstance(held, (Lag, Usual)) and held.grain is not None and steps(held.grain, grain) is None:
            yield Mistake("rule-grain", {"wanted": held.grain.value, "grain": grain.value})
        if isinstance(held, LastTime) and grain.rank > Grain.DAY.rank:
            yield Mistake("rule-grain", {"wanted": Grain.DAY.value, "grain": grain.value})
        if isinstance(held, SoFar) and grain is not Grain.HOUR:
            yield Mistake("rule-grain", {"wanted": Grain.HOUR.value, "grain": grain.value})
        if isinstance(held, Usual) and held.same_weekday and grain.rank > Grain.DAY.rank:
            yield Mistake("rule-weekday-grain", {"grain": grain.value})


def _helds(sentence: Sentence) -> Iterator[tree.Against]:
    for operand in operands(sentence.condition):
        if isinstance(operand, (Baseline, Change)):
            yield operand.against


def _rows(sentence: Sentence) -> Iterator[Streak | Held]:
    return (node for node in tree.nodes(sentence.condition) if isinstance(node, (Streak, Held)))


# --- other readings --------------------------------------------------------------------------------------------


def _doubt(code: str, sentence: Sentence, change: Callable[[Leaf], Leaf]) -> Doubt:
    other = replace(sentence, condition=with_leaves(sentence.condition, change))
    return Doubt(code, readings=(sentence,) if other == sentence else (sentence, other))


def _strict(leaf: Leaf) -> Leaf:
    if isinstance(leaf, Compare) and isinstance(leaf.left, Change) and leaf.comparison in _LOOSER:
        return replace(leaf, comparison=_LOOSER[leaf.comparison])
    return leaf


def _of_the_mean(leaf: Leaf) -> Leaf:
    """低于均值30% read as below 30 % *of* the mean: a change by −70 %."""
    match leaf:
        case Compare(Change(_, Usual() | Target(), True), _, Bound(quantity)) if quantity and quantity.value < 0:
            part = abs(quantity.value)
            return replace(leaf, right=Bound(replace(quantity, value=part - 1)))
    return leaf


def _by_so_much(leaf: Leaf) -> Leaf:
    """低于均值的30% read as below the mean by 30 %."""
    match leaf:
        case Compare(Change(_, Usual() | Target(), True), Comparison.LESS, Bound(quantity)) if quantity:
            return replace(leaf, right=Bound(replace(quantity, value=-(1 + quantity.value))))
    return leaf


def _in_points(leaf: Leaf, catalog: Catalog) -> Leaf:
    match leaf:
        case Compare(Change(metric, against, True, None), _, Bound(quantity)) if metric and quantity:
            if catalog.metric(metric).unit is Unit.PERCENT:
                points = Bound(replace(quantity, unit=Unit.POINTS))
                return replace(leaf, left=Change(metric, against, relative=False), right=points)
    return leaf


def _profit_roi(leaf: Leaf) -> Leaf:
    match leaf:
        case Compare(Reading("roi"), _, Bound(quantity)) if quantity and quantity.unit in _FITS[Unit.TIMES]:
            # Revenue of one time the costs is a profit of nothing.
            return replace(leaf, left=Reading("roi_profit"), right=Bound(Quantity(quantity.value - 1, Unit.PERCENT)))
        case Compare(Change("roi") as change, _, Bound()) if change.relative:
            return replace(leaf, left=replace(change, metric="roi_profit"))
    return leaf


def _same_weekday(leaf: Leaf) -> Leaf:
    """A day against the day before, or against all days, finds every Saturday; the same weekday does not."""
    if not (isinstance(leaf, Compare) and isinstance(leaf.left, Change)):
        return leaf
    against = leaf.left.against
    if against in (Lag(None, 1), Lag(Grain.DAY, 1)):
        return replace(leaf, left=replace(leaf.left, against=Lag(Grain.DAY, 7)))
    if isinstance(against, Usual) and not against.same_weekday:
        return replace(leaf, left=replace(leaf.left, against=replace(against, same_weekday=True)))
    return leaf
