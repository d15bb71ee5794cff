"""The obvious evaluator: one cell at a time, in loops and fractions, with no floats and no arrays.

It knows nothing of how the real one works and shares none of its code but the values: trees, events, periods. What is
slow here is meant to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta, tzinfo
from fractions import Fraction
from itertools import pairwise
from statistics import median

from core.calendar.events import Event
from core.calendar.grain import Grain, Period
from core.cube.baseline import LEAST, LEAST_SAME_WEEKDAY
from core.cube.ordinary import REACH
from core.cube.spoilt import Spoilt
from core.labels import Labels
from core.metrics.catalog import Catalog
from core.metrics.metric import Const, Formula, Op, Ref, ToDate
from core.rules.rule import Rule, Severity
from core.rules.tree import (
    Against,
    All,
    Any,
    Baseline,
    Bound,
    Change,
    Compare,
    Concentration,
    Condition,
    FixedBase,
    Held,
    Lag,
    LastTime,
    NoData,
    Not,
    Operand,
    Reading,
    Share,
    SoFar,
    Streak,
    Sudden,
    Target,
    Usual,
    YearAgo,
    parts_of_whole,
)

Facts = Mapping[tuple[str, Labels, int], Fraction]  # measure, slice, period; a missing key is no row
Frozen = frozenset[tuple[Labels, int]]
USUAL = {Grain.HOUR: 28 * 24, Grain.DAY: 28, Grain.WEEK: 8, Grain.MONTH: 7}
IN_A = {(Grain.DAY, Grain.HOUR): 24, (Grain.WEEK, Grain.HOUR): 168, (Grain.WEEK, Grain.DAY): 7}


@dataclass(frozen=True, repr=False)
class World:
    """Facts by one grain, from the period `first` on; what was planned; and which days are no ordinary ones."""

    facts: Facts
    slices: tuple[Labels, ...]
    grain: Grain
    first: int
    catalog: Catalog
    events: Mapping[str, Event]
    frozen: Frozen = frozenset()  # cells that may not be believed
    spoilt: tuple[Spoilt, ...] = ()  # days that are no part of what is usual
    zone: tzinfo = UTC  # whose wall its hours are of

    def __repr__(self) -> str:
        newest = sorted(self.facts.items(), key=lambda fact: -fact[0][2])[:60]  # of thousands
        told = ", ".join(f"{code}{{{labels}}} {at}: {float(number)}" for (code, labels, at), number in newest)
        return f"World({self.grain}, {told}, frozen={self.frozen})"

    def coarser(self, grain: Grain) -> World:
        """Return the same by whole weeks or months; one that began before the facts did is left out."""
        sums: dict[tuple[str, Labels, int], Fraction] = {}
        for (code, labels, at), number in self.facts.items():
            key = (code, labels, Period.holding(Period(self.grain, at).start, grain).index)
            sums[key] = sums.get(key, Fraction(0)) + number
        opening = Period(self.grain, self.first).start
        first = Period.holding(opening, grain)
        start = first.index if first.start == opening else first.index + 1
        kept = {key: number for key, number in sums.items() if key[2] >= start}
        return replace(self, facts=kept, grain=grain, first=start, frozen=frozenset())

    def is_once(self, at: int) -> bool:
        """Return whether an hour on the wall came just once, and not never or twice."""
        if self.grain is not Grain.HOUR:
            return True
        begin, end = (Period(Grain.HOUR, each).start.replace(tzinfo=self.zone) for each in (at, at + 1))
        return end.astimezone(UTC) - begin.astimezone(UTC) == timedelta(hours=1)

    def is_never(self, at: int) -> bool:
        begin, end = (Period(self.grain, each).start.replace(tzinfo=self.zone) for each in (at, at + 1))
        return begin.astimezone(UTC) == end.astimezone(UTC)

    def days_of(self, at: int) -> date:
        return Period(self.grain, at).start.date()


@dataclass(frozen=True)
class Plainly:
    """One slice of a world. `fixed` are the dimensions within which a whole is summed up."""

    world: World
    labels: Labels
    fixed: tuple[str, ...] = ()

    # --- numbers ---------------------------------------------------------------------------------------------

    def base(self, code: str, at: int, over: Grain | None) -> Fraction | None:
        """Return what a base metric was, or what has gathered of it since its week or month began."""
        if over is None:
            return self.world.facts.get((code, self.labels, at))
        here = Period.holding(Period(self.world.grain, at).start, over)
        known, earlier = [], at
        while Period.holding(Period(self.world.grain, earlier).start, over) == here:
            if earlier < self.world.first:
                return None
            found = self.base(code, earlier, None)
            known += [] if found is None else [found]
            earlier -= 1
        return sum(known, Fraction(0)) if known else None

    def work(self, formula: Formula, leaf, over: Grain | None = None) -> Fraction | None:
        match formula:
            case Ref(code):
                inner = self.world.catalog.metrics[code].formula
                return leaf(code, over) if inner is None else self.work(inner, leaf, over)
            case Const(value):
                return Fraction(value)
            case ToDate(inner, since):
                return self.work(inner, leaf, since)
            case Op(sign, left, right):
                a, b = self.work(left, leaf, over), self.work(right, leaf, over)
                if a is None or b is None or (sign == "/" and b == 0):
                    return None
                return {"+": a + b, "-": a - b, "*": a * b}[sign] if sign != "/" else a / b

    def value(self, metric: str, at: int, over: Grain | None = None) -> Fraction | None:
        least = self.world.catalog.metrics[metric].min_sample
        split = self.world.catalog.split(metric) if least else None
        if split is not None:
            sample = self.work(split[1], lambda code, since: self.base(code, at, since or over))
            if sample is None or sample < least:
                return None
        return self.work(Ref(metric), lambda code, since: self.base(code, at, since or over))

    # --- what it is held against -----------------------------------------------------------------------------

    def held(self, metric: str, against: Against, at: int) -> Fraction | None:
        match against:
            case Usual():
                return self.usual(metric, at, against)
            case Target():
                return self.planned(metric, at)
            case SoFar(inner):
                then = self.then(inner, at)
                return None if then is None else self.beside(at, then).value(metric, then, Grain.DAY)
            case _:
                then = self.then(against, at)
                is_odd = then is None or not self.world.is_once(at) or not self.world.is_once(then)
                return None if is_odd else self.value(metric, then)

    def beside(self, at: int, then: int | None) -> Plainly:
        """Return the same without the hours of the day that the clock did not have just once on both days."""
        if self.world.grain is not Grain.HOUR or then is None:
            return self
        days = [each // 24 * 24 for each in (at, then)]
        once = {hour for hour in range(24) if all(self.world.is_once(day + hour) for day in days)}
        facts = {key: number for key, number in self.world.facts.items() if key[2] % 24 in once}
        return replace(self, world=replace(self.world, facts=facts))

    def then(self, against: Against, at: int) -> int | None:
        grain, day = self.world.grain, self.world.days_of(at)
        hour = at % 24 if grain is Grain.HOUR else 0
        match against:
            case Lag(None, periods):
                return at - periods
            case Lag(each, periods):
                return at - periods * (1 if each is grain else IN_A[each, grain])
            case YearAgo():
                if grain in (Grain.WEEK, Grain.MONTH):
                    return at - (52 if grain is Grain.WEEK else 12)
                before = date(day.year - 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)
                return Period.holding(before, grain).index + hour
            case FixedBase(base):
                return Period.holding(base, grain).index + hour
            case LastTime(name):
                before = self.last_time(day, name)
                return None if before is None else Period.holding(before, grain).index + hour

    def last_time(self, day: date, name: str | None) -> date | None:
        """Return the day of an event's run before, or of whatever event is on; of several the shortest comes first."""
        events = self.world.events
        if name is not None:
            return same_day(events[name], day)
        runs = []
        for place, event in enumerate(events.values()):
            for first, last in event.days.values():
                if first - timedelta(event.around) <= day <= last + timedelta(event.around):
                    runs.append((last - first, place, event))
                    break
        found = [same_day(event, day) for _, _, event in sorted(runs, key=lambda run: run[:2])]
        return next((each for each in found if each is not None), None)

    def planned(self, metric: str, at: int) -> Fraction | None:
        """Return the plan for the whole period; the narrower slice goes first, then the later line."""
        first = self.world.days_of(at)
        last = Period(self.world.grain, at + 1).start.date() - timedelta(1)
        best: tuple[int, Fraction] | None = None
        for each in self.world.catalog.planned:
            if each.metric != metric or not set(each.labels) <= set(self.labels):
                continue
            if (each.first and first < each.first) or (each.last and max(first, last) > each.last):
                continue
            if best is None or len(set(each.labels)) >= best[0]:
                best = (len(set(each.labels)), Fraction(each.value))
        return None if best is None else best[1]

    def usual(self, metric: str, at: int, usual: Usual) -> Fraction | None:
        grain = self.world.grain
        each = 1 if usual.grain in (None, grain) else IN_A[usual.grain, grain]
        span = usual.periods * each if usual.periods else USUAL[grain]
        stride = {Grain.HOUR: 168, Grain.DAY: 7}.get(grain, 1) if usual.same_weekday else 1
        count = span // stride
        least = min(count, LEAST if stride == 1 else LEAST_SAME_WEEKDAY)
        periods = self.like(at, span, stride, metric) if usual.periods is None else None
        if periods is None:
            periods = [at - back * stride for back in range(1, count + 1)]
        if usual.statistic == "median":
            seen = [one for one in (self.value(metric, each) for each in periods) if one is not None]
            return median(seen) if seen and len(seen) >= least else None
        needed: set[tuple[str, Grain | None]] = set()
        self.work(Ref(metric), lambda code, over: needed.add((code, over)) or Fraction(1))
        rows = [[self.base(code, one, over) for code, over in needed] for one in periods]
        whole = [row for row in rows if None not in row]
        if len(whole) < max(least, 1):
            return None
        sums = {key: sum(row[place] for row in whole) for place, key in enumerate(needed)}
        least_sample = self.world.catalog.metrics[metric].min_sample
        split = self.world.catalog.split(metric) if least_sample else None
        if split is not None and self.work(split[1], lambda code, over: sums[code, over]) < least_sample:
            return None
        return self.work(Ref(metric), lambda code, over: sums[code, over] / len(whole))

    def like(self, at: int, span: int, stride: int, metric: str) -> list[int] | None:
        """Return the periods that a mean is taken over when nobody says how far back: ordinary ones."""
        grain = self.world.grain
        if grain not in (Grain.HOUR, Grain.DAY):
            return None
        per_day = 24 if grain is Grain.HOUR else 1
        found: list[int] = []
        alike: dict[int, bool] = {}
        earlier = at - stride
        while len(found) < span // stride and at // per_day - earlier // per_day <= span // per_day + REACH:
            day = earlier // per_day
            if day not in alike:
                one, judged = self.world.days_of(earlier), self.world.days_of(at)
                alike[day] = self.is_like(one, judged) and not self.is_spoilt(one, metric)
            found += [earlier] if alike[day] else []
            earlier -= stride
        return found

    def is_like(self, day: date, judged: date) -> bool:
        """Return whether no event is on but such as are on for the judged day too; a season is no event."""
        for event in self.world.events.values():
            on, on_judged = (any(first <= one <= last for first, last in event.days.values()) for one in (day, judged))
            if event.kind != "season" and on and (event.kind == "incident" or not on_judged):
                return False
        return True

    def is_spoilt(self, day: date, metric: str) -> bool:
        """Return whether somebody wrote down that this day went wrong, for this slice and what the metric rests on."""
        bases = self.world.catalog.bases
        return any(
            each.first <= day <= each.last
            and all(pair in self.labels.pairs for pair in each.labels.pairs)
            and (each.metric is None or any(base in bases(metric) for base in bases(each.metric)))
            for each in self.world.spoilt
        )

    # --- sides -----------------------------------------------------------------------------------------------

    def side(self, operand: Operand, at: int) -> Fraction | None:
        match operand:
            case Bound(quantity):
                return Fraction(quantity.value)
            case Reading(metric):
                return self.value(metric, at)
            case Baseline(metric, against):
                return self.held(metric, against, at)
            case Share(metric):
                mine, total = self.value(metric, at), sum(self.everybodys(metric, at))
                return mine / total if mine is not None and total > 0 else None
            case Concentration(metric, top):
                sizes = sorted(self.everybodys(metric, at), reverse=True)
                if sum(sizes) <= 0:
                    return None
                parts = [each / sum(sizes) for each in sizes]
                return sum(each * each for each in parts) if top is None else sum(parts[:top])
            case Change(metric, against, relative, part):
                over = Grain.DAY if isinstance(against, SoFar) else None
                mine = self.beside(at, self.then(against.held, at)) if isinstance(against, SoFar) else self
                now, then = mine.value(metric, at, over), self.held(metric, against, at)
                if part is not None:
                    others = [replace(self, labels=each) for each in self.whole]
                    now = part_of(
                        part, now, [replace(mine, labels=each.labels).value(metric, at, over) for each in others]
                    )
                    then = part_of(part, then, [one.held(metric, against, at) for one in others])
                if now is None or then is None or (relative and then == 0):
                    return None
                return (now - then) / abs(then) if relative else now - then

    @property
    def whole(self) -> list[Labels]:
        return [each for each in self.world.slices if each.only(self.fixed) == self.labels.only(self.fixed)]

    def everybodys(self, metric: str, at: int) -> list[Fraction]:
        found = [replace(self, labels=each).value(metric, at) for each in self.whole]
        return [each for each in found if each is not None]

    def speaks(self, part: Concentration, at: int) -> bool:
        """Return whether this slice is the one that a concentration is said of: the first of the largest."""
        sizes = [(replace(self, labels=each).value(part.metric, at), each) for each in self.whole]
        known = [(size, each) for size, each in sizes if size is not None]
        if not known:
            return True
        most = max(size for size, _ in known)
        return next(each for size, each in known if size == most) == self.labels

    # --- verdicts --------------------------------------------------------------------------------------------

    def judge(self, condition: Condition, at: int, *, doubting: bool = False) -> bool | None:
        """Return whether it holds; None is unknown. When `doubting`, only what speaks of absence is sure of itself."""
        match condition:
            case Not(part):
                inner = self.judge(part, at, doubting=doubting)
                return None if inner is None else not inner
            case All(parts):
                found = [self.judge(part, at, doubting=doubting) for part in parts]
                return False if False in found else None if None in found else True
            case Any(parts):
                found = [self.judge(part, at, doubting=doubting) for part in parts]
                return True if True in found else None if None in found else False
            case Held(part, times, of):
                # What was believed then is: only today's facts are in doubt.
                days = [self.judge(part, each) for each in range(at - of + 1, at)]
                days.append(self.judge(part, at, doubting=doubting))
                return True if days.count(True) >= times else False if days.count(False) > of - times else None
            case NoData(metric):
                if at < self.world.first:
                    return None
                absent = all(self.base(code, at, None) is None for code in self.world.catalog.bases(metric))
                return None if absent and self.world.is_never(at) else absent
            case _ if doubting and self.is_frozen(condition, at):
                return None
            case Streak(metric, direction, times):
                hours = range(at - times, at + 1)
                numbers = [self.value(metric, each) if self.world.is_once(each) else None for each in hours]
                pairs = [(a, b) for a, b in pairwise(numbers) if a is not None and b is not None]
                if any(a >= b if direction == "up" else a <= b for a, b in pairs):
                    return False
                return True if len(pairs) == times else None
            case Compare(left, comparison, right):
                own = coarse_grain(condition)
                if own is not None and own is not self.world.grain:
                    end = Period(self.world.grain, at + 1).start
                    coarse = replace(self, world=self.world.coarser(own))
                    return coarse.judge(condition, Period.holding(end, own).index - 1)
                a, b = self.side(left, at), self.side(right, at)
                if a is None or b is None:
                    return None
                signs = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "=": a == b, "!=": a != b}
                return signs[comparison.value]
            case Sudden():
                raise ValueError("what is sudden is told by numbers, not by fractions; see plain_detector")

    def is_frozen(self, leaf: Condition, at: int) -> bool:
        of_whole = bool(parts_of_whole(leaf))
        return any((each, at) in self.world.frozen for each in (self.whole if of_whole else [self.labels]))


def part_of(part: Share | Concentration, mine: Fraction | None, everybodys: Iterable[Fraction | None]):
    known = sorted((each for each in everybodys if each is not None), reverse=True)
    if sum(known) <= 0:
        return None
    if isinstance(part, Share):
        return None if mine is None else mine / sum(known)
    parts = [each / sum(known) for each in known]
    return sum(each * each for each in parts) if part.top is None else sum(parts[: part.top])


def coarse_grain(leaf: Compare) -> Grain | None:
    """Return the week of 周环比; a week before a day is named by days."""
    for side in (leaf.left, leaf.right):
        against = getattr(side, "against", None)
        if isinstance(against, Lag) and against.grain in (Grain.WEEK, Grain.MONTH):
            return against.grain
    return None


def same_day(event: Event, day: date) -> date | None:
    """Return the day of the run before: the same distance from its peak, or the same day of the same phase."""
    for year, (first, last) in event.days.items():
        if not first - timedelta(event.around) <= day <= last + timedelta(event.around):
            continue
        if year - 1 not in event.days:
            return None
        for phase in event.phases:
            opens, ends = phase.days.get(year, (date.max, date.min))
            if opens <= day <= ends:
                return same_day(replace(phase, around=0), day)
        before, until = event.days[year - 1]
        if year in event.peak and year - 1 in event.peak:
            return event.peak[year - 1] + (day - event.peak[year])
        found = before + (day - first)
        return found if found <= until + timedelta(event.around) else None
    return None


def severity_of(rule: Rule, plainly: Plainly, at: int) -> Severity:
    """Return how grave a breach is: the gravest size that holds, unless an event says otherwise."""
    found = rule.severity
    for size, sentence in rule.sizes:
        if size > found and plainly.judge(sentence.condition, at) is True:
            found = size
    for during in rule.during:
        if during.severity is not None and is_on(during.event, plainly, at):
            found = during.severity
    return found


def is_on(event: str, plainly: Plainly, at: int) -> bool:
    day, found = plainly.world.days_of(at), plainly.world.events[event]
    around = timedelta(found.around)
    return any(first - around <= day <= last + around for first, last in found.days.values())


def in_force(rule: Rule, plainly: Plainly, at: int) -> Condition:
    """Return the condition that a day is judged by; of several events that are on, the last one written wins."""
    found = rule.sentence.condition
    for during in rule.during:
        if during.sentence is not None and is_on(during.event, plainly, at):
            found = during.sentence.condition
    return found


def wholes_of(sentence_by: Iterable[str], dimensions: Iterable[str]) -> tuple[str, ...]:
    return tuple(each for each in dimensions if each not in set(sentence_by))
