"""The two sides of a comparison as arrays of slices by periods: a metric, what it is held against, how far it moved.

`Sides` is one cube, looked at for some of its periods. All rules judged by it share whatever was once worked out.
Each operand has two readings here that mean the same: floats for all cells at once, and one cell exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.calendar.clock import NEVER, odd_hours
from core.calendar.events import Event, builtin_events
from core.calendar.grain import Grain, Period
from core.cube import baseline, ordinary
from core.cube.cube import Array, Columns, taken
from core.cube.reading import Reader
from core.cube.spoilt import Spoilt, among, apart
from core.errors import Problem
from core.metrics.metric import How
from core.rules import exact, shares
from core.rules.occasions import last_time
from core.rules.tree import (
    Against,
    Baseline,
    Bound,
    Change,
    Concentration,
    FixedBase,
    Lag,
    LastTime,
    Operand,
    Reading,
    Share,
    SoFar,
    Target,
    Usual,
    YearAgo,
)

if TYPE_CHECKING:
    from core.cube.cube import Cube
    from core.labels import Labels, Matcher
    from core.metrics.catalog import Catalog
    from core.rules.rule import Gating

Flags = NDArray[np.bool_]
Array_ = TypeVar("Array_", Array, Flags)
NEAR = 1e-9  # closer than this to its bound, relative, a number is worked out exactly


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """How a rule is gated, and the slices that are looked at together: those it is for."""

    gating: Gating
    where: tuple[Matcher, ...]
    eligible: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    reader: Reader
    catalog: Catalog
    periods: range
    events: Mapping[str, Event] = field(default_factory=builtin_events)
    fixed: tuple[str, ...] = ()  # dimensions within which a rule's whole is summed up
    gate: Gate | None = None  # what keeps luck from counting; None where it does not matter
    rows: Columns | None = None  # the slices that verdicts are wanted of; None: of all
    spoilt: tuple[Spoilt, ...] = ()  # days that are no part of what is usual, each for some slices
    marks: tuple[Spoilt, ...] = ()  # those of them that are among the events already, for the rows that are asked of

    @classmethod
    def of(
        cls,
        cube: Cube,
        catalog: Catalog,
        periods: range,
        events: Mapping[str, Event] | None = None,
        spoilt: Iterable[Spoilt] = (),
    ) -> Sides:
        """Look at a cube; without a team's own `events`, by those that every team has."""
        events = builtin_events() if events is None else events
        return cls(Reader(cube, catalog), catalog, periods, events, spoilt=tuple(spoilt))

    def reaching(self, back: int) -> Sides:
        """Return the same cube, looked at from so many periods earlier on."""
        return replace(self, periods=range(self.periods.start - back, self.periods.stop)) if back else self

    def at_grain(self, grain: Grain) -> tuple[Sides, Columns]:
        """Return the same by a coarser grain, and for each period where its last complete one stands there."""
        ends = [Period.holding(Period(self.grain, each).end, grain).index - 1 for each in self.periods]
        reader = self.reader.once(("coarser", grain), lambda: Reader(_coarser(self.reader.cube, grain), self.catalog))
        coarse = replace(self, reader=reader, periods=range(min(ends), max(ends) + 1))
        return coarse, np.array(ends, dtype=np.int64) - min(ends)

    def within(self, dimensions: Iterable[str]) -> Sides:
        """Return the same, with wholes summed up only where these dimensions agree."""
        return replace(self, fixed=tuple(dimensions))

    def gated(self, gate: Gate) -> Sides:
        """Return the same, gated as one rule is."""
        return replace(self, gate=gate)

    def only(self, rows: Columns) -> Sides:
        """Return the same, asked of some slices; what is worked out for all of them is still shared."""
        return replace(self, rows=rows)

    @property
    def everywhere(self) -> Sides:
        return self if self.rows is None else replace(self, rows=None)

    @property
    def slices(self) -> tuple[Labels, ...]:
        return self.reader.cube.slices

    @property
    def grain(self) -> Grain:
        grain = self.reader.cube.grain
        if grain is None:
            raise ValueError("a rule is judged period by period; a total has none")
        return grain

    @property
    def columns(self) -> Columns:
        start = self.reader.cube.column(self.periods.start)
        return self.reader.once(("columns", self.periods), lambda: np.arange(start, start + len(self.periods)))

    def here(self, array: Array_) -> Array_:
        """Return the slices that are looked at."""
        return array if self.rows is None else array[self.rows]

    def margins(self, rights: Sequence[Operand]) -> tuple[Array, Array]:
        """Return what is surely below, and what surely above it, whatever floats have lost on the way."""
        if isinstance(rights[0], Bound):
            return _around(self.against(rights))
        key = ("margins", rights[0], self.periods)
        least, most = self.reader.once(key, lambda: _around(self.operand(rights[0])))
        return self.here(least), self.here(most)

    def against(self, rights: Sequence[Operand]) -> Array:
        """Return the right side of a comparison; several are the bounds of so many rules, on an axis of their own."""
        if not isinstance(rights[0], Bound):
            return self.here(self.operand(rights[0]))
        numbers = np.array([_number(each) for each in rights]).reshape(-1, 1, 1)
        return numbers if len(rights) > 1 else numbers[0]

    def operand(self, operand: Operand) -> Array:
        match operand:
            case Bound():
                return np.array([[_number(operand)]])
            case Reading(metric):
                return self.reader.value(named(metric), self.columns)
            case Baseline(metric, against):
                return self.baseline(named(metric), against)
            case Share(metric):
                return self.part(operand, lambda: shares.shares(self.operand(Reading(metric)), self.wholes))
            case Concentration(metric, top):
                make = shares.concentration
                return self.part(operand, lambda: make(self.operand(Reading(metric)), self.wholes, top))
            case Change(part=part):
                fixed = self.fixed if part is not None else ()
                return self.reader.once(("change", operand, self.periods, fixed), lambda: self.change(operand))

    @property
    def wholes(self) -> shares.Rows:
        """Return the rows that make one whole each."""
        return self.reader.once(("wholes", self.fixed), lambda: shares.groups(self.slices, self.fixed))

    def part(self, operand: Operand, make: Callable[[], Array]) -> Array:
        return self.reader.once(("part", operand, self.periods, self.fixed), make)

    @property
    def never(self) -> Flags:
        """Return which periods are an hour that the clock skipped."""
        if self.grain is not Grain.HOUR:
            return np.zeros(len(self.periods), np.bool_)
        hours = zip(self.periods, self.odd(self.columns), strict=True)
        return np.array([odd.get(hour % 24) == NEVER for hour, odd in hours], np.bool_)

    def no_data(self, metric: str) -> Flags:
        """Return where no row of it came, whatever the dictionary makes of that."""
        rows = [taken(self.reader.cube.measures[code], self.columns) for code in self.catalog.bases(metric)]
        return self.reader.once(
            ("no data", metric, self.periods), lambda: np.logical_and.reduce([np.isnan(each) for each in rows])
        )

    def change(self, change: Change) -> Array:
        """Return how far a metric moved; relative to nothing is no change at all, but unknown."""
        metric = named(change.metric)
        now, then = (self.of_whole(change.part, each) for each in self.compared(metric, change.against))
        moved = now - then
        if not change.relative:
            return moved
        relative = np.full(moved.shape, np.nan)
        np.divide(moved, np.abs(then), out=relative, where=then != 0)
        return relative

    def compared(self, metric: str, against: Against) -> tuple[Array, Array]:
        return self.now(metric, against), self.baseline(metric, against)

    def of_whole(self, part: Share | Concentration | None, values: Array) -> Array:
        """Return what part of their whole these are; themselves, where no part is asked for."""
        match part:
            case None:
                return values
            case Share():
                return shares.shares(np.broadcast_to(values, (len(self.slices), values.shape[1])), self.wholes)
            case Concentration(_, top):
                return shares.concentration(values, self.wholes, top)

    def now(self, metric: str, against: Against | None) -> Array:
        """Return what is held against another: the period itself, or its day so far."""
        if isinstance(against, SoFar):
            return self.so_far(metric, self.columns, against)
        return self.reader.value(metric, self.columns)

    def baseline(self, metric: str, against: Against) -> Array:
        reader = self.reader
        match against:
            case Lag() | YearAgo() | LastTime() | FixedBase():
                found, odd = reader.value(metric, self.then(against)), self.differs(against)
                return np.where(odd, np.nan, found) if odd.any() else found
            case SoFar():
                return self.so_far(metric, self.then(against), against)
            case Usual():
                return self.usual(metric, against)
            case Target():
                return reader.once(
                    ("target", metric, self.periods),
                    lambda: baseline.target(self.catalog.planned, metric, self.slices, self.grain, self.periods),
                )

    def so_far(self, metric: str, columns: Columns, against: SoFar) -> Array:
        """Return days so far, by the hours that the clock had once on both of the days that are compared."""
        lacking = self.lacking(against)
        found = self.reader.so_far(metric, columns)
        if any(lacking):
            found = found.copy()
            for hours in {each for each in lacking if each}:
                at = np.array([place for place, each in enumerate(lacking) if each == hours])
                found[:, at] = self.reader.so_far(metric, columns[at], hours)
        return found

    def lacking(self, against: SoFar) -> list[frozenset[int]]:
        """Return for each period the hours that are no part of its day so far, nor of that which it is held against."""
        pairs = zip(self.odd(self.columns), self.odd(self.then(against)), strict=True)
        return [frozenset((*now, *then)) for now, then in pairs]

    def differs(self, against: Lag | YearAgo | LastTime | FixedBase) -> Flags:
        """Return which periods are an hour that the clock skipped or had twice, or are held against one."""
        found = np.zeros(len(self.periods), np.bool_)
        for columns in (self.columns, self.then(against)) if self.grain is Grain.HOUR else ():
            hours = (columns + self.reader.cube.periods.start) % 24
            found |= [hour in odd for hour, odd in zip(hours.tolist(), self.odd(columns), strict=True)]
        return found

    def odd(self, columns: Columns) -> list[Mapping[int, timedelta]]:
        """Return the odd hours of the day on which each of these hours lies."""
        zone = self.reader.cube.zone
        if zone is None:
            return [{}] * len(columns)
        return [odd_hours(day, zone) for day in ((columns + self.reader.cube.periods.start) // 24).tolist()]

    def learnt_apart(self, metric: str) -> list[tuple[Columns, Sides]]:
        """Return the rows whose usual some days are no part of, with the sides by which those know theirs."""

        def make() -> list[tuple[Columns, Sides]]:
            mine = [each for each in self.spoilt if each.concerns(metric, self.catalog)]
            return [
                (np.array(rows, np.int64), replace(self, events=among(self.events, days), spoilt=(), marks=days))
                for days, rows in apart(mine, self.slices).items()
            ]

        return self.reader.once(("learnt apart", metric, self.periods, self.spoilt), make) if self.spoilt else []

    def usual(self, metric: str, against: Usual) -> Array:
        """Return the mean or median of what is like each period, the days that are spoilt for a slice left out."""
        plain = self.usual_of_all(metric, against)
        others = self.learnt_apart(metric) if against.periods is None else []
        if not others:
            return plain

        def make() -> Array:
            found = plain.copy()
            for rows, sides in others:
                found[rows] = sides.usual_of_all(metric, against)[rows]
            return found

        return self.reader.once(("usual, apart", metric, against, self.periods, self.spoilt), make)

    def usual_of_all(self, metric: str, against: Usual) -> Array:
        span, stride = self.span(against)
        plain = baseline.usual(self.reader, metric, self.columns, span, stride, against.statistic)
        chosen = self.picked(against)
        if all(each is None for each in chosen):
            return plain

        def make() -> Array:
            found, least = plain.copy(), baseline.window(span, stride)[1]
            for at, columns in enumerate(chosen):
                if columns is not None:
                    of = baseline.usual_of(self.reader, metric, columns, least, against.statistic)
                    found[:, at : at + 1] = of
            return found

        return self.reader.once(("usual of the ordinary", metric, against, self.periods, self.marks), make)

    def picked(self, against: Usual) -> list[Columns | None]:
        """Return the columns of each period's mean; None where they are just the last ones, as in 近7天."""
        if against.periods is not None or self.grain not in (Grain.HOUR, Grain.DAY):
            return [None] * len(self.periods)
        start = self.reader.cube.periods.start

        def make() -> list[Columns | None]:
            found = ordinary.picked(self.periods, self.grain, *self.span(against), self.events)
            return [None if each is None else each - start for each in found]

        return self.reader.once(("picked", against, self.periods, self.marks), make)

    def then(self, against: Lag | YearAgo | LastTime | FixedBase | SoFar) -> Columns:
        """Return the columns that those in question are held against."""
        if isinstance(against, SoFar):
            return self.then(against.held)
        if isinstance(against, LastTime):
            start, key = self.reader.cube.periods.start, ("last time", against.event, self.periods)
            found = self.reader.once(key, lambda: last_time(self.periods, self.grain, against.event, self.events))
            return found - start
        if isinstance(against, FixedBase):
            base = Period.holding(against.day, self.grain).index - self.reader.cube.periods.start
            if self.grain is Grain.HOUR:
                return base + np.fromiter(self.periods, dtype=np.int64) % 24
            return np.full(len(self.periods), base, dtype=np.int64)
        if isinstance(against, Lag):
            return self.columns - against.periods * self.steps(against.grain)
        return self.reader.once(
            ("a year before", self.periods),
            lambda: baseline.a_year_before(self.periods, self.grain) - self.reader.cube.periods.start,
        )

    def span(self, usual: Usual) -> tuple[int, int]:
        """Return how far back the usual reaches, and which of those periods count."""
        count = usual.periods * self.steps(usual.grain) if usual.periods else baseline.USUAL_PERIODS[self.grain]
        return count, baseline.weekday_stride(self.grain) if usual.same_weekday else 1

    def steps(self, grain: Grain | None) -> int:
        steps = 1 if grain is None else baseline.steps(grain, self.grain)
        if steps is None:
            raise Problem("rule-grain", wanted=str(grain), grain=self.grain.value)
        return steps

    def exactly(self, operand: Operand, row: int, at: int) -> Fraction | None:
        """Return one cell of an operand as the exact number it is."""
        match operand:
            case Bound(quantity):
                return Fraction(quantity.value) if quantity else None
            case Reading(metric):
                return exact.Exactly(self.reader).value(named(metric), row, int(self.columns[at]))
            case Baseline(metric, against):
                return self.exact_baseline(named(metric), against, row, at)
            case Share(metric):
                return shares.exact_share(self.exactly(Reading(metric), row, at), self.whole(metric, row, at))
            case Concentration(metric, top):
                return shares.exact_concentration(self.whole(metric, row, at), top)
            case Change(metric, against, relative, part):
                over = Grain.DAY if isinstance(against, SoFar) else None
                lacking = self.lacking(against)[at] if isinstance(against, SoFar) else frozenset()
                exactly, column = exact.Exactly(self.reader.lacking(lacking)), int(self.columns[at])
                now = self.exactly_of_whole(part, row, lambda one: exactly.value(named(metric), one, column, over))
                then = self.exactly_of_whole(
                    part, row, lambda one: self.exact_baseline(named(metric), against, one, at)
                )
                if now is None or then is None or (relative and not then):
                    return None
                return (now - then) / abs(then) if relative else now - then

    def exactly_of_whole(
        self, part: Share | Concentration | None, row: int, of: Callable[[int], Fraction | None]
    ) -> Fraction | None:
        if part is None:
            return of(row)
        whole = [of(int(each)) for each in next(each for each in self.wholes if row in each)]
        if isinstance(part, Share):
            return shares.exact_share(of(row), whole)
        return shares.exact_concentration(whole, part.top)

    def whole(self, metric: str | None, row: int, at: int) -> list[Fraction | None]:
        """Return one period of all slices in the same whole, exactly."""
        rows = next(each for each in self.wholes if row in each)
        return [self.exactly(Reading(metric), int(each), at) for each in rows]

    def exact_baseline(self, metric: str, against: Against, row: int, at: int) -> Fraction | None:
        exactly = exact.Exactly(self.reader)
        match against:
            case Lag() | YearAgo() | LastTime() | FixedBase():
                return None if self.differs(against)[at] else exactly.value(metric, row, int(self.then(against)[at]))
            case SoFar():
                exactly = exact.Exactly(self.reader.lacking(self.lacking(against)[at]))
                return exactly.value(metric, row, int(self.then(against)[at]), Grain.DAY)
            case Usual(statistic=statistic):
                of = exactly.median if statistic == "median" else exactly.mean
                others = self.learnt_apart(metric) if against.periods is None else []
                mine = next((sides for rows, sides in others if row in rows), self)
                chosen, here = mine.picked(against)[at], int(self.columns[at])
                if chosen is not None:
                    return of(metric, row, chosen.tolist())
                count, stride = self.span(against)[0] // self.span(against)[1], self.span(against)[1]
                return of(metric, row, [here - back * stride for back in range(1, count + 1)])
            case Target():
                period = Period(self.grain, self.periods[at])
                labels = self.slices[row]
                return exact.target(self.catalog.planned, metric, labels, period.start.date(), period.end.date())


def _coarser(cube: Cube, grain: Grain) -> Cube:
    """Return whole weeks or months; one that begins before the cube is left out, and heads cannot be added up."""
    kept = {code: array for code, array in cube.measures.items() if cube.hows[code] is not How.DISTINCT}
    hows = {code: cube.hows[code] for code in kept}
    found = replace(cube, measures=kept, hows=hows).coarser(grain)
    if cube.grain is None or not len(cube.periods):
        return found
    opens = Period(grain, found.periods.start).start == Period(cube.grain, cube.periods.start).start
    return found if opens else found.at(range(found.periods.start + 1, found.periods.stop))


def named(metric: str | None) -> str:
    """Return the metric's code; a rule is judged only after its context has been filled in."""
    if metric is None:
        raise Problem("rule-needs-metric")
    return metric


def _around(numbers: Array) -> tuple[Array, Array]:
    margin = NEAR * np.maximum(np.abs(numbers), 1.0)
    return numbers - margin, numbers + margin


def _number(bound: Operand) -> float:
    if not isinstance(bound, Bound) or bound.quantity is None:
        raise Problem("rule-needs-threshold")
    return float(bound.quantity.value)
