"""The evaluator against an obvious one: loops, fractions, and no floats at all."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from statistics import median

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from core.calendar.events import Event, builtin_events
from core.calendar.grain import Grain, Period
from core.cube.baseline import LEAST, LEAST_SAME_WEEKDAY
from core.cube.cube import Cube
from core.labels import Labels
from core.metrics.metric import Const, Formula, How, Op, Ref, ToDate
from core.metrics.target import Planned
from core.quantity import Quantity, Unit
from core.rules.evaluate import evaluate
from core.rules.finding import State
from core.rules.needs import batches
from core.rules.rule import Gating, Rule
from core.rules.sides import Sides
from core.rules.tree import (
    All,
    Any,
    Baseline,
    Bound,
    Change,
    Compare,
    Comparison,
    Concentration,
    Condition,
    FixedBase,
    Held,
    Lag,
    NoData,
    Not,
    Operand,
    Reading,
    Sentence,
    Share,
    Streak,
    Target,
    Usual,
    YearAgo,
    parts_of_whole,
)
from core.text import Text
from tests.shop import JUNE_18, a_catalog

PLANNED = (Planned("cvr", Labels(), Decimal("0.3")), Planned("spend", Labels.of({"channel": "a"}), Decimal("1.1")))
CATALOG = a_catalog(planned=PLANNED, min_sample={"cvr": 2})
CODES = ("revenue", "spend", "budget", "conversions", "clicks")
METRICS = ("revenue", "roi", "cvr", "budget_use", "spend")
SPAN = 60

# --- the obvious evaluator -------------------------------------------------------------------------------------

Facts = dict[tuple[str, str, int], Decimal]  # measure, slice, day; a missing key is no row


def is_like(day: int, judged: int) -> bool:
    """Return whether no promotion is on but such as are on for the judged day too."""
    for event in builtin_events().values():
        runs = [range(*(Period.holding(one, Grain.DAY).index for one in run)) for run in event.days.values()]
        on, on_judged = (any(each.start <= one <= each.stop for each in runs) for one in (day, judged))
        if event.kind != "season" and on and not on_judged:
            return False
    return True


class Plainly:
    def __init__(self, facts: Facts, name: str, first: int) -> None:
        self.facts, self.name, self.first = facts, name, first

    def base(self, code: str, day: int, span: Grain | None) -> Fraction | None:
        if span is None:
            found = self.facts.get((code, self.name, day))
            return None if found is None else Fraction(found)
        here = Period(Grain.DAY, day).start
        opening = here - timedelta(days=here.day - 1)
        start = Period.holding(opening, Grain.DAY).index
        if start < self.first:
            return None
        days = [self.base(code, each, None) for each in range(start, day + 1)]
        known = [each for each in days if each is not None]
        return sum(known, Fraction(0)) if known else None

    def work(self, formula: Formula, leaf, span: Grain | None = None) -> Fraction | None:
        match formula:
            case Ref(code):
                inner = CATALOG.metrics[code].formula
                return leaf(code, span) if inner is None else self.work(inner, leaf, span)
            case Const(value):
                return Fraction(value)
            case ToDate(inner, over):
                return self.work(inner, leaf, over)
            case Op(sign, left, right):
                a, b = self.work(left, leaf, span), self.work(right, leaf, span)
                if a is None or b is None or (sign == "/" and b == 0):
                    return None
                return {"+": a + b, "-": a - b, "*": a * b}[sign] if sign != "/" else a / b

    def value(self, metric: str, day: int) -> Fraction | None:
        def leaf(code: str, span: Grain | None) -> Fraction | None:
            return self.base(code, day, span)

        sample = self.base("clicks", day, None) if metric == "cvr" else None
        if metric == "cvr" and (sample is None or sample < 2):
            return None
        return self.work(Ref(metric), leaf)

    def usual(self, metric: str, day: int, usual: Usual) -> Fraction | None:
        span = usual.periods or 28
        count = span // 7 if usual.same_weekday else span
        reach = span if usual.periods else span + 62
        days = [day - back for back in range(1, reach + 1) if not usual.same_weekday or back % 7 == 0]
        days = [each for each in days if usual.periods or is_like(each, day)][:count]
        least = min(count, LEAST_SAME_WEEKDAY if usual.same_weekday else LEAST)
        if usual.statistic == "median":
            seen = [each for each in (self.value(metric, one) for one in days) if each is not None]
            return median(seen) if seen and len(seen) >= least else None
        needed: set[tuple[str, Grain | None]] = set()
        self.work(Ref(metric), lambda code, over: needed.add((code, over)) or Fraction(1))
        whole = [one for one in days if all(self.base(code, one, over) is not None for code, over in needed)]
        if len(whole) < least or not whole:
            return None
        if metric == "cvr" and sum(self.base("clicks", one, None) for one in whole) < 2:
            return None

        def mean(code: str, over: Grain | None) -> Fraction:
            return sum(self.base(code, one, over) for one in whole) / Fraction(len(whole))

        return self.work(Ref(metric), mean)

    def held(self, metric: str, against, day: int) -> Fraction | None:
        match against:
            case Lag(_, periods):
                return self.value(metric, day - periods)
            case YearAgo():
                return None  # the cube is too short for it
            case FixedBase(base):
                return self.value(metric, Period.holding(base, Grain.DAY).index)
            case Usual():
                return self.usual(metric, day, against)
            case Target():
                narrow = [each for each in PLANNED if each.metric == metric and each.labels.get("channel") == self.name]
                wide = [each for each in PLANNED if each.metric == metric and not each.labels]
                return next((Fraction(each.value) for each in (*narrow, *wide)), None)

    def side(self, operand: Operand, day: int) -> Fraction | None:
        match operand:
            case Bound(quantity):
                return Fraction(quantity.value)
            case Reading(metric):
                return self.value(metric, day)
            case Baseline(metric, against):
                return self.held(metric, against, day)
            case Share(metric):
                mine, total = self.value(metric, day), sum(self.everybodys(metric, day))
                return mine / total if mine is not None and total > 0 else None
            case Concentration(metric, top):
                sizes = sorted(self.everybodys(metric, day), reverse=True)
                if sum(sizes) <= 0:
                    return None
                parts = [each / sum(sizes) for each in sizes]
                return sum(each * each for each in parts) if top is None else sum(parts[:top])
            case Change(metric, against, relative):
                now, then = self.value(metric, day), self.held(metric, against, day)
                if now is None or then is None or (relative and then == 0):
                    return None
                return (now - then) / abs(then) if relative else now - then

    def everybodys(self, metric: str, day: int) -> list[Fraction]:
        found = [Plainly(self.facts, name, self.first).value(metric, day) for name in "ab"]
        return [each for each in found if each is not None]

    def judge(self, condition: Condition, day: int) -> bool | None:
        match condition:
            case Not(part):
                inner = self.judge(part, day)
                return None if inner is None else not inner
            case All(parts):
                found = [self.judge(part, day) for part in parts]
                return False if False in found else None if None in found else True
            case Any(parts):
                found = [self.judge(part, day) for part in parts]
                return True if True in found else None if None in found else False
            case Held(part, times, of):
                days = [self.judge(part, each) for each in range(day - of + 1, day + 1)]
                return True if days.count(True) >= times else False if days.count(False) > of - times else None
            case NoData(metric):
                if day < self.first:
                    return None
                rows = [self.base(code, day, None) for code in CATALOG.bases(metric)]
                return all(each is None for each in rows)
            case Streak(metric, direction, times):
                numbers = [self.value(metric, each) for each in range(day - times, day + 1)]
                pairs = [(a, b) for a, b in pairwise(numbers) if a is not None and b is not None]
                if any(a >= b if direction == "up" else a <= b for a, b in pairs):
                    return False
                return True if len(pairs) == times else None
            case Compare(left, comparison, right):
                a, b = self.side(left, day), self.side(right, day)
                if a is None or b is None:
                    return None
                signs = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "=": a == b, "!=": a != b}
                return signs[comparison.value]


# --- what is compared ------------------------------------------------------------------------------------------

amounts = st.integers(0, 40).map(lambda each: Decimal(each) / 10)
metrics = st.sampled_from(METRICS)
usuals = st.builds(Usual, st.sampled_from([None, 3, 9, 21, 28]), st.sampled_from(["mean", "median"]), st.booleans())
againsts = st.one_of(
    st.builds(Lag, st.sampled_from([None, Grain.DAY]), st.sampled_from([1, 7])),
    st.just(YearAgo()),
    st.builds(FixedBase, st.dates(min_value=date(2026, 4, 10), max_value=date(2026, 6, 17))),
    usuals.filter(lambda each: not each.same_weekday or (each.periods or 28) >= 21),
    st.just(Target()),
)
bounds = st.integers(-30, 30).map(lambda each: Bound(Quantity(Decimal(each) / 20, Unit.BARE)))
compares = st.one_of(
    st.builds(Compare, st.builds(Reading, metrics), st.sampled_from(Comparison), bounds),
    st.builds(Compare, st.builds(Change, metrics, againsts, st.booleans()), st.sampled_from(Comparison), bounds),
    st.builds(
        Compare, st.builds(Reading, metrics), st.sampled_from(Comparison), st.builds(Baseline, metrics, againsts)
    ),
    st.builds(Compare, st.builds(Reading, metrics), st.sampled_from(Comparison), st.builds(Reading, metrics)),
)
parts = st.builds(Share, st.sampled_from(["spend", "revenue"]))
parts |= st.builds(Concentration, st.sampled_from(["spend", "revenue"]), st.sampled_from([None, 1, 2]))
compares |= st.builds(Compare, parts, st.sampled_from(Comparison), bounds)
streaks = st.builds(NoData, metrics) | st.builds(Streak, metrics, st.sampled_from(["up", "down"]), st.integers(1, 4))
conditions = st.recursive(
    compares | streaks,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Any(tuple(parts))),
        inner.map(Not),
        st.integers(1, 5).flatmap(lambda of: st.builds(Held, inner, st.integers(1, of), st.just(of))),
    ),
    max_leaves=4,
)


@st.composite
def histories(draw: st.DrawFn) -> Facts:
    """Draw sixty days, most of them from a small set of numbers, so that equal ones meet."""
    few = draw(st.lists(amounts, min_size=2, max_size=5))
    seed, gaps = draw(st.integers(0, 10**6)), draw(st.sampled_from([0.0, 0.05, 0.4]))
    dice = np.random.default_rng(seed)
    return {
        (code, name, JUNE_18.index - SPAN + 1 + day): few[int(dice.integers(len(few)))]
        for code in CODES
        for name in "ab"
        for day in range(SPAN)
        if dice.random() >= gaps
    }


def cube_of(facts: Facts) -> Cube:
    periods = range(JUNE_18.index - SPAN + 1, JUNE_18.index + 1)
    arrays = {
        code: np.array([[float(facts.get((code, name, day), "nan")) for day in periods] for name in "ab"])
        for code in CODES
    }
    slices = tuple(Labels.of({"channel": name}) for name in "ab")
    return Cube(("channel",), slices, Grain.DAY, periods, arrays, dict.fromkeys(CODES, How.SUM))


def rule_of(condition: Condition) -> Rule:
    return Rule("r", Text.same("r"), Sentence(condition, ("channel",)), "", "ads", gate=Gating.OFF)


@given(histories(), conditions)
def test_the_evaluator_says_what_plain_loops_say(facts: Facts, condition: Condition) -> None:
    cube = cube_of(facts)
    asked = range(JUNE_18.index - 6, JUNE_18.index + 1)
    state = evaluate(rule_of(condition), Sides.of(cube, CATALOG, asked)).state
    for row, name in enumerate("ab"):
        plainly = Plainly(facts, name, cube.periods.start)
        for column, day in enumerate(asked):
            said = plainly.judge(condition, day)
            for part in parts_of_whole(condition):
                # Of what lies in few hands, only the largest slice speaks; the first of equals.
                mine, first = plainly.value(part.metric, day), Plainly(facts, "a", cube.periods.start)
                others = plainly.everybodys(part.metric, day)
                is_first = name == "a" or first.value(part.metric, day) != mine
                if isinstance(part, Concentration) and others and not (mine == max(others) and is_first):
                    said = False
            expected = State.UNKNOWN if said is None else State(int(said))
            assert state[row, column] == expected, (name, day)


@given(histories(), conditions)
def test_the_live_check_and_the_backtest_agree(facts: Facts, condition: Condition) -> None:
    cube, rule = cube_of(facts), rule_of(condition)
    asked = range(JUNE_18.index - 9, JUNE_18.index + 1)
    backtest = evaluate(rule, Sides.of(cube, CATALOG, asked)).state
    for column, day in enumerate(asked):
        live = evaluate(rule, Sides.of(cube, CATALOG, range(day, day + 1))).state
        assert (live[:, 0] == backtest[:, column]).all()


runs = st.builds(
    lambda kind, first, days: Event(kind, Text.same(kind), days={2026: (first, first + timedelta(days))}, kind=kind),
    st.sampled_from(["promotion", "season", "incident"]),
    st.dates(min_value=date(2026, 5, 10), max_value=date(2026, 6, 16)),
    st.integers(0, 40),
)


means = st.builds(Usual, st.none(), st.sampled_from(["mean", "median"]), st.booleans())
held_against_means = st.builds(
    Compare, st.builds(Reading, metrics), st.sampled_from(Comparison), st.builds(Baseline, metrics, means)
)


@given(histories(), held_against_means, st.lists(runs, min_size=1, max_size=2))
def test_days_that_are_not_asked_for_change_nothing(facts: Facts, condition: Condition, known: list[Event]) -> None:
    events = {each.code: each for each in known}
    cube, rule, today = cube_of(facts), rule_of(condition), range(JUNE_18.index, JUNE_18.index + 1)
    (batch,) = batches([rule], CATALOG)
    asked = batch.query(JUNE_18, events=events).window.periods(Grain.DAY)
    near = cube.at(range(max(asked.start, cube.periods.start), asked.stop))
    wide, narrow = (evaluate(rule, Sides.of(each, CATALOG, today, events)).state for each in (cube, near))
    assert (wide == narrow).all()


decimals = st.decimals(min_value="0.001", max_value="999999.999", places=3)


@given(then=decimals, hundredths=st.integers(1, 99), off=st.sampled_from([-1, 0, 1]))
def test_a_fall_by_exactly_so_much_is_not_more_than_so_much(then: Decimal, hundredths: int, off: int) -> None:
    """The number that lies exactly on the bound, and its neighbours a ten-thousandth of a percent away."""
    now = then * (Decimal(100 - hundredths) + Decimal(off) / 10**4) / 100
    assume(len(now.as_tuple().digits) <= 13)
    bound = Bound(Quantity.percent(-hundredths))
    facts = {("spend", "a", JUNE_18.index - 1): then, ("spend", "a", JUNE_18.index): now}
    sides = Sides.of(cube_of(facts), CATALOG, range(JUNE_18.index, JUNE_18.index + 1))
    fall = (now - then) / then
    for comparison, said in ((Comparison.LESS, fall < bound.quantity.value), (Comparison.AT_MOST, off <= 0)):
        condition = Compare(Change("spend", Lag(Grain.DAY)), comparison, bound)
        assert evaluate(rule_of(condition), sides).state[0, 0] == (off < 0 if comparison is Comparison.LESS else said)


@given(st.decimals(min_value=0, max_value=10**6, places=2), st.decimals(min_value="0.01", max_value=10**6, places=2))
def test_a_ratio_at_its_bound_is_compared_exactly(revenue: Decimal, spend: Decimal) -> None:
    facts = {("revenue", "a", JUNE_18.index): revenue, ("spend", "a", JUNE_18.index): spend}
    sides = Sides.of(cube_of(facts), CATALOG, range(JUNE_18.index, JUNE_18.index + 1))
    near = (revenue / spend).quantize(Decimal("0.000000001"))
    for comparison in (Comparison.LESS, Comparison.AT_LEAST, Comparison.EQUAL):
        condition = Compare(Reading("roi"), comparison, Bound(Quantity(near, Unit.BARE)))
        exactly = Fraction(revenue) / Fraction(spend)
        expected = {"<": exactly < Fraction(near), ">=": exactly >= Fraction(near), "=": exactly == Fraction(near)}
        assert evaluate(rule_of(condition), sides).state[0, 0] == expected[comparison.value]
