"""What rules need of the warehouse: those that share source, grain and dimensions share one question.

Rules that wait differently long for their facts (leads are there at once, what became of them after thirty days)
are different batches, or the quick would wait for the slow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from core.calendar.grain import Grain, Period, Window
from core.cube import ordinary
from core.cube.baseline import USUAL_PERIODS, steps
from core.cube.query import Query
from core.cube.reading import holes
from core.errors import Missing, Problem
from core.metrics.metric import Ref
from core.quality.checks import LOOK_BACK
from core.rules.family import remembered
from core.rules.sudden import HISTORY
from core.rules.tree import (
    All,
    Any,
    Baseline,
    Change,
    Compare,
    Condition,
    FixedBase,
    Held,
    Lag,
    LastTime,
    NoData,
    Not,
    SoFar,
    Streak,
    Sudden,
    Usual,
    YearAgo,
    metrics,
    operands,
    own_grain,
)

if TYPE_CHECKING:
    from core.calendar.events import Event
    from core.metrics.catalog import Catalog
    from core.metrics.source import Source
    from core.rules.rule import Rule

_YEAR = {Grain.HOUR: 366 * 24, Grain.DAY: 366, Grain.WEEK: 52, Grain.MONTH: 12}
_GAP = 7  # days between what is near and what lies beyond, from which on they are asked for apart
_SHIFT = 60  # days that an event may move from year to year: a leap month, and a run that began earlier
_SPANS = {  # the longest that may have gathered to date
    (Grain.HOUR, Grain.WEEK): 168,
    (Grain.HOUR, Grain.MONTH): 31 * 24,
    (Grain.DAY, Grain.WEEK): 7,
    (Grain.DAY, Grain.MONTH): 31,
    (Grain.WEEK, Grain.MONTH): 5,
}


@dataclass(frozen=True, slots=True)
class Batch:
    """One question, and the rules it answers. `history` is how many periods before the judged one it takes in."""

    source: str
    grain: Grain
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    rules: tuple[Rule, ...]
    history: int
    delay: timedelta
    base: date | None = None  # the day that some rule is held against for ever
    near: int | None = None  # how much of the history will do while no event lies in it; None: only all of it
    gathers: bool = False  # whether anything is added up since the month or the week began
    learns: bool = False  # whether some rule is held against what was usual, of which not every day is part

    @property
    def key(self) -> str:
        """Return its name, the same for the same question whatever rules it holds."""
        waits = int(self.delay.total_seconds())
        return f"{self.source}/{self.grain}/{','.join(self.dimensions)}/{waits}"

    def query(self, period: Period, last: Period | None = None, events: Mapping[str, Event] | None = None) -> Query:
        """Return what to ask in order to judge a period, or all through `last`.

        Given the `events`, it reaches beyond the span of a historical mean only as far as they make it look.
        """
        first = period.shift(-self.history)
        if events is not None and self.near is not None:
            is_apart = last is None and self.older(period, events) is not None
            beyond = 0 if is_apart else self._beyond(period, last or period, events)
            first = period.shift(-min(self.history, self.near + beyond))
        if self.base is not None:
            first = min(first, Period.holding(self.base, self.grain))
        window = Window.of(first, last or period)
        return Query(self.source, self.grain, self.dimensions, self.measures, window)

    def older(self, period: Period, events: Mapping[str, Event]) -> Query | None:
        """Return what to ask of the ordinary days beyond a promotion, where nobody wants the weeks between.

        What gathers since the month began needs the days between as well, and is asked for with them.
        """
        per_day = {Grain.DAY: 1, Grain.HOUR: 24}.get(self.grain)
        if self.near is None or per_day is None or self.gathers or self.base is not None:
            return None
        span, held = USUAL_PERIODS[Grain.DAY], period.index // per_day - self.near // per_day
        if ordinary.is_all(period.shift(-self.near).start.date(), period.start.date(), events):
            return None
        earlier = max(0, self.near // per_day - span)  # a rule over several days takes a mean for each
        judged = range(period.index // per_day - earlier, period.index // per_day + 1)
        days = [day for day in ordinary.alike(judged, span, events) if day < held]
        if not days or held - 1 - max(days) < _GAP:
            return None
        first, last = (Period(self.grain, day * per_day) for day in (min(days), max(days)))
        window = Window.of(first, last.shift(per_day - 1))
        return Query(self.source, self.grain, self.dimensions, self.measures, window, aside=True)

    def _beyond(self, first: Period, last: Period, events: Mapping[str, Event]) -> int:
        """Return how many periods further back a mean looks for ordinary days."""
        near, per_day = self.near or 0, {Grain.DAY: 1, Grain.HOUR: 24}.get(self.grain)
        if per_day is None or ordinary.is_all(first.shift(-near).start.date(), last.start.date(), events):
            return 0
        span = USUAL_PERIODS[Grain.DAY]
        earlier = max(0, near // per_day - span)  # a rule over several days takes a mean for each
        days = range(first.index // per_day - earlier, last.index // per_day + 1)
        return ordinary.beyond(days, span, events) * per_day

    def last_complete(self, wall: datetime) -> Period:
        """Return the newest period whose facts should all be there, by the business's wall clock."""
        return Period.holding(wall - self.delay, self.grain).shift(-1)


@remembered
def batches(rules: Iterable[Rule], catalog: Catalog) -> tuple[Batch, ...]:
    """Return the questions that answer all rules; Missing or Problem names the first rule that none can answer."""
    grouped: dict[tuple[str, Grain, tuple[str, ...], timedelta], list[Rule]] = {}
    for rule in rules:
        source = source_of(rule, catalog)
        grouped.setdefault((source.name, rule.grain, dimensions_of(rule), delay_of(rule, source, catalog)), []).append(
            rule
        )
    return tuple(
        Batch(
            source,
            grain,
            dimensions,
            tuple(sorted({base for rule in group for base in _bases(rule, catalog)})),
            tuple(group),
            max(history_of(rule, catalog) for rule in group),
            delay,
            min((base for rule in group if (base := base_of(rule))), default=None),
            max(history_of(rule, catalog, is_ordinary=True) for rule in group),
            any(since is not None for rule in group for _, since in _holes_of(rule, catalog)),
            any(held.periods is None for rule in group for held in usuals_of(rule)),
        )
        for (source, grain, dimensions, delay), group in grouped.items()
    )


def dimensions_of(rule: Rule) -> tuple[str, ...]:
    """Return the dimensions it is judged by: those it names, and those it is confined in."""
    return tuple(sorted({*rule.sentence.by, *(matcher.dimension for matcher in rule.where)}))


def source_of(rule: Rule, catalog: Catalog) -> Source:
    """Return the one source that has all of the rule's numbers."""
    named, bases, dimensions = named_in(rule), _bases(rule, catalog), dimensions_of(rule)
    try:
        return catalog.source_for(bases, dimensions, rule.grain)
    except Missing:
        pass
    holders = [source for source in catalog.sources.values() if source.measures.keys() >= set(bases)]
    alone = [code for code in named if not catalog.is_available(code)]
    if not holders and not alone:
        raise Problem("rule-two-sources", rule=rule.id, metrics=", ".join(named))
    # It has the numbers but not by this dimension or so finely; or nobody has them at all.
    lacks = (
        [each for each in dimensions if each not in holders[0].dimensions] or [str(rule.grain)] if holders else alone
    )
    facts = {"metrics": ", ".join(alone or named), "dimensions": ", ".join(dimensions), "lacks": ", ".join(lacks)}
    raise Missing("rule-no-source", rule=rule.id, **facts)


def delay_of(rule: Rule, source: Source, catalog: Catalog) -> timedelta:
    """Return how long after a period's end its facts are all there, and grown."""
    return source.delay + max((source.measures[base].matures for base in _bases(rule, catalog)), default=timedelta())


def history_of(rule: Rule, catalog: Catalog, *, is_ordinary: bool = False) -> int:
    """Return how many periods before the judged one the rule looks at: at most, or if all of them are ordinary."""
    reach = max(_reach_of(each.condition, rule.grain, 0 if is_ordinary else ordinary.REACH) for each in rule.sentences)
    spans = [_SPANS.get((rule.grain, since), 1) for _, since in _holes_of(rule, catalog) if since is not None]
    return max(reach + max(spans, default=0), LOOK_BACK)


def usuals_of(rule: Rule) -> Iterator[Usual]:
    """Yield every mean and median that the rule is held against."""
    for operand in (each for sentence in rule.sentences for each in operands(sentence.condition)):
        if isinstance(operand, (Baseline, Change)) and isinstance(operand.against, Usual):
            yield operand.against


def _holes_of(rule: Rule, catalog: Catalog) -> Iterator[tuple[str, Grain | None]]:
    return (hole for code in named_in(rule) for hole in holes(Ref(code), catalog))


def base_of(rule: Rule) -> date | None:
    """Return the earliest day that the rule is held against for ever, if there is one."""
    every = (each for sentence in rule.sentences for each in operands(sentence.condition))
    helds = (each.against for each in every if isinstance(each, (Baseline, Change)))
    return min((held.day for held in helds if isinstance(held, FixedBase)), default=None)


def _reach_of(condition: Condition, grain: Grain, beyond: int) -> int:
    match condition:
        case All(parts) | Any(parts):
            return max(_reach_of(part, grain, beyond) for part in parts)
        case Not(part):
            return _reach_of(part, grain, beyond)
        case Held(part, _, of):
            return _reach_of(part, grain, beyond) + of - 1
        case Streak():
            return _reach_of(condition.moves, grain, beyond)
        case Compare(left, _, right):
            own = own_grain(condition)
            if own is not None and own is not grain:
                lags = (each.against for each in (left, right) if isinstance(each, (Baseline, Change)))
                back = max(held.periods for held in lags if isinstance(held, Lag))
                return (back + 2) * _SPANS[grain, own]  # whole ones, and what has begun since
            helds = (each.against for each in (left, right) if isinstance(each, (Baseline, Change)))
            return max((_reach(held, grain, beyond) for held in helds), default=0)
        case Sudden():
            return HISTORY[grain]
        case NoData():
            return 0


def _reach(against: object, grain: Grain, beyond: int) -> int:
    match against:
        case Lag(each, periods):
            return periods * (steps(each, grain) or 1 if each else 1)
        case YearAgo():
            return _YEAR[grain]
        case LastTime():
            return _YEAR[grain] + _SHIFT * (24 if grain is Grain.HOUR else 1)
        case SoFar(held):
            return _reach(held, grain, beyond) + 24
        case Usual(None):
            further = {Grain.DAY: beyond, Grain.HOUR: beyond * 24}.get(grain, 0)
            return USUAL_PERIODS[grain] + further
        case Usual(int(periods), _, _, each):
            return periods * (steps(each, grain) or 1 if each else 1)
        case _:
            return 0


def named_in(rule: Rule) -> tuple[str, ...]:
    """Return the metrics that the rule and its envelope name."""
    return tuple(dict.fromkeys(code for each in rule.sentences for code in metrics(each.condition)))


def _bases(rule: Rule, catalog: Catalog) -> tuple[str, ...]:
    found = [base for code in named_in(rule) for base in catalog.bases(code)]
    return tuple(dict.fromkeys(found))
