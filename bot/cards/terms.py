"""The numbers that a verdict rests on, as words: what it was, what it is held against, and how far it is off.

A finding lists the numbers of the whole sentence. Of a rule with `or`, only those that hold are told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cards.dress import metric_title, number
from bot.phrases import say
from bot.phrases.numbers import sign_of
from core.calendar.events import builtin_events
from core.calendar.grain import Grain
from core.charts import numerals
from core.metrics.metric import Direction
from core.quantity import Unit
from core.rules.finding import Finding, Lent, Term
from core.rules.rule import Rule
from core.rules.tree import (
    Against,
    Baseline,
    Bound,
    Change,
    Compare,
    Comparison,
    Concentration,
    FixedBase,
    Lag,
    LastTime,
    Leaf,
    NoData,
    Not,
    Share,
    SoFar,
    Streak,
    Sudden,
    Target,
    Usual,
    YearAgo,
    leaves,
)
from core.text import Tongue

if TYPE_CHECKING:
    from core.workspace import Workspace

_LAGS = {
    (Grain.HOUR, 1): "against-hour",
    (Grain.DAY, 1): "against-day",
    (Grain.DAY, 7): "against-weekday",
    (Grain.WEEK, 1): "against-week",
    (Grain.MONTH, 1): "against-month",
    (None, 1): "against-period",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A term and the comparison it stands in; None where the rule has changed since."""

    term: Term
    leaf: Leaf | None = None

    @property
    def is_points(self) -> bool:
        """Whether a move is told in the metric's own measure and not as a part of what it was."""
        return isinstance(self.leaf, Compare) and any(
            isinstance(side, Change) and not side.relative for side in (self.leaf.left, self.leaf.right)
        )

    @property
    def is_down(self) -> bool:
        """Whether the number lies below what it is held against."""
        term = self.term
        if term.value is None:
            return False
        if term.against is not None or isinstance(self.leaf, Sudden):
            return term.value < (term.baseline if term.baseline is not None else term.value)
        return term.bound is not None and term.value <= term.bound


def told(finding: Finding, rule: Rule | None) -> tuple[Told, ...]:
    """Return the terms that make the verdict; all of them where that cannot be known."""
    compares = list(_operands(rule)) if rule else []
    if len(compares) != len(finding.terms):
        return tuple(Told(term) for term in finding.terms)
    everything = tuple(Told(term, leaf) for term, leaf in zip(finding.terms, compares, strict=True))
    if rule is not None and isinstance(rule.sentence.condition, Not):
        return everything
    return tuple(one for one in everything if _holds(one)) or everything


def is_favourable(one: Told, workspace: Workspace) -> bool:
    """Return whether it moved the way that is good for this metric: an opportunity, not a loss."""
    metric = workspace.catalog.metrics.get(one.term.metric)
    if metric is None or one.term.value is None:
        return False
    return metric.direction is (Direction.DOWN if one.is_down else Direction.UP)


def sentence(one: Told, workspace: Workspace, tongue: Tongue, grain: Grain) -> str:
    """Return `转化率 1.87%，比前一日（3.13%）下降 40.2%`."""
    term = one.term
    metric = metric_title(term.metric, workspace, tongue)
    if isinstance(one.leaf, Compare) and isinstance(one.leaf.left, Share | Concentration):
        metric = say("term-share" if isinstance(one.leaf.left, Share) else "term-concentration", tongue, metric=metric)
    if term.value is None:
        return say("term-none", tongue, metric=metric)
    value = number(term.value, term.unit, workspace, tongue)
    currency = sign_of(workspace.currency)
    if isinstance(one.leaf, Sudden) and term.baseline is not None:
        expected = number(term.baseline, term.unit, workspace, tongue)
        sudden = say("term-sudden", tongue, metric=metric, value=value, expected=expected)
        if term.lent is None:
            return sudden
        return say("term-lent", tongue, sudden=sudden, by=lent_words(term.lent, workspace, tongue))
    if term.against is None or term.baseline is None:
        if term.bound is None or term.against is not None:
            return say("term-value", tongue, metric=metric, value=value)
        value, bound = numerals.apart(term.value, term.bound, term.unit, tongue, currency=currency)
        return say("term-below" if one.is_down else "term-above", tongue, metric=metric, value=value, bound=bound)
    against = against_words(term.against, tongue, grain)
    baseline = number(term.baseline, term.unit, workspace, tongue)
    if term.bound is None:
        value, _ = numerals.apart(term.value, term.baseline, term.unit, tongue, currency=currency)
        code = "term-under" if one.is_down else "term-over"
        return say(code, tongue, metric=metric, value=value, against=against, baseline=baseline)
    change = moved(one, workspace, tongue).lstrip(f"+{numerals.MINUS}")
    code = "term-fell" if one.is_down else "term-rose"
    return say(code, tongue, metric=metric, value=value, against=against, baseline=baseline, change=change)


def moved(one: Told, workspace: Workspace, tongue: Tongue) -> str:
    """Return how far it has moved, with its sign, in as many digits as tell it from the rule's bound."""
    term = one.term
    if term.value is None or term.baseline is None:
        return numerals.NOTHING
    if one.is_points:
        unit = Unit.POINTS if term.unit is Unit.PERCENT else term.unit
        size, bound = term.value - term.baseline, term.bound or 0.0
        said = numerals.apart(size, bound, unit, tongue, currency=sign_of(workspace.currency))[0]
        return said if said.startswith(("+", numerals.MINUS)) else f"+{said}"
    if term.change is None or term.bound is None:
        return numerals.change(term.change)
    said = numerals.apart(abs(term.change), abs(term.bound), Unit.PERCENT, tongue)[0]
    return f"{numerals.MINUS if term.change < 0 else '+'}{said}"


def threshold(one: Told, workspace: Workspace, tongue: Tongue) -> str | None:
    """Return the bound as its rule has it, or None for a comparison with a baseline alone."""
    term = one.term
    if term.bound is None:
        return None
    currency = sign_of(workspace.currency)
    if term.against is None:
        bound = numerals.number(term.bound, term.unit, tongue, currency=currency, exact=True)
        return say("threshold-below" if one.is_down else "threshold-above", tongue, bound=bound)
    unit = Unit.PERCENT
    if one.is_points:
        unit = Unit.POINTS if term.unit is Unit.PERCENT else term.unit
    bound = numerals.number(abs(term.bound), unit, tongue, currency=currency, exact=True).lstrip("+")
    return say("threshold-fall" if term.bound < 0 else "threshold-rise", tongue, bound=bound)


def lent_words(lent: Lent, workspace: Workspace, tongue: Tongue) -> str:
    """Return by whom a series too young to know itself was judged."""
    event = workspace.events.get(lent.event or "")
    title = lent.event or "" if event is None else event.title.to(tongue)
    code = "lent-around" if lent.day is None else "lent-day"
    run = say(code, tongue, event=title, day=lent.day or 0, year=str(lent.year))
    return say(f"lent-{lent.lender}", tongue, run=run)


def against_words(against: Against, tongue: Tongue, grain: Grain) -> str:
    match against:
        case Lag(own, periods):
            code = _LAGS.get((own or grain, periods)) or _LAGS.get((own, periods), "against-lag")
            return say(code, tongue, periods=periods)
        case YearAgo():
            return say("against-year", tongue)
        case Target():
            return say("against-target", tongue)
        case LastTime(event):
            if event is None:
                return say("against-last-promotion", tongue)
            known = builtin_events().get(event)
            return say("against-last-time", tongue, event=event if known is None else known.title.to(tongue))
        case FixedBase(day):
            return day.isoformat()
        case SoFar(held):
            return say("against-so-far", tongue, against=against_words(held, tongue, grain))
        case Usual(same_weekday=True):
            return say("against-same-weekday", tongue)
        case Usual(periods, statistic):
            if periods is None:
                return say("against-mean", tongue)
            span = say(f"span-{against.grain or grain}", tongue, count=periods)
            return say("against-mean-of" if statistic == "mean" else "against-median-of", tongue, periods=span)


def _operands(rule: Rule) -> Iterator[Leaf]:
    """Yield, for each term that a finding of this rule lists, the single condition it stands in."""
    for leaf in leaves(rule.sentence.condition):
        if isinstance(leaf, Sudden | Streak | NoData):
            yield leaf
        if isinstance(leaf, Compare):
            for operand in (leaf.left, leaf.right):
                if not isinstance(operand, Bound | Baseline) or operand is leaf.left:
                    yield leaf


def _holds(one: Told) -> bool:
    term, leaf = one.term, one.leaf
    if isinstance(leaf, NoData):
        return term.value is None
    if leaf is None or term.value is None:
        return False
    if isinstance(leaf, Sudden | Streak):  # of a streak its last move at least; the others are not at hand
        return term.change is not None and (term.change > 0) == (leaf.direction == "up")
    if isinstance(leaf.right, Bound):
        size = term.value if term.against is None else _size(one)
        return size is not None and term.bound is not None and _is_so(size, leaf.comparison, term.bound)
    if isinstance(leaf.right, Baseline):
        return term.baseline is not None and _is_so(term.value, leaf.comparison, term.baseline)
    return True


def _size(one: Told) -> float | None:
    if one.is_points:
        return None if one.term.value is None or one.term.baseline is None else one.term.value - one.term.baseline
    return one.term.change


def _is_so(left: float, comparison: Comparison, right: float) -> bool:
    match comparison:
        case Comparison.LESS | Comparison.AT_MOST:
            return left <= right
        case Comparison.MORE | Comparison.AT_LEAST:
            return left >= right
        case Comparison.EQUAL:
            return left == right
        case Comparison.UNEQUAL:
            return left != right
