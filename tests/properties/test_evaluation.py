"""The evaluator against an obvious one (`plainly`): whatever a tree may say, on histories with holes in them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from core.calendar.events import Event, builtin_events
from core.calendar.grain import Grain
from core.cube.cube import Cube
from core.cube.spoilt import Spoilt
from core.labels import Labels
from core.metrics.metric import How
from core.metrics.target import Planned
from core.quality.trust import Trust
from core.quantity import Quantity, Unit
from core.rules.evaluate import evaluate
from core.rules.finding import State
from core.rules.needs import batches
from core.rules.rule import During, Gating, Rule, Severity
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
    LastTime,
    NoData,
    Not,
    Reading,
    Sentence,
    Share,
    SoFar,
    Streak,
    Target,
    Usual,
    YearAgo,
    leaves,
    parts_of_whole,
)
from core.text import Text
from tests.properties import plainly
from tests.properties.plainly import Plainly, World
from tests.shop import JUNE_18, a_catalog

PLANNED = (
    Planned("cvr", Labels(), Decimal("0.3")),
    Planned("spend", Labels.of({"channel": "a"}), Decimal("1.1")),
    Planned("spend", Labels(), Decimal("0.7"), date(2026, 6, 1), date(2026, 6, 14)),
    Planned("revenue", Labels(), Decimal("2.2"), date(2026, 6, 13), None),
    Planned("revenue", Labels(), Decimal("1.9"), None, date(2026, 6, 15)),
)
CATALOG = a_catalog(planned=PLANNED, min_sample={"cvr": 2})
CODES = ("revenue", "spend", "budget", "conversions", "clicks")
METRICS = ("revenue", "roi", "cvr", "budget_use", "spend")
SLICES = tuple(Labels.of({"channel": one, "region": other}) for one, other in ("an", "bn", "as"))
SPAN, YEAR = 60, 430
LAST_HOUR = JUNE_18.index * 24 + 15


def an_event(code: str, *runs: tuple[date, date], **more: object) -> Event:
    """Return an event whose runs are called years, however near they are: so that a short history holds two."""
    return Event(code, Text.same(code), days={2026 - len(runs) + 1 + at: run for at, run in enumerate(runs)}, **more)


MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
EVENTS = {
    each.code: each
    for each in (
        an_event("sale", (MAY + timedelta(3), MAY + timedelta(9)), (JUNE + timedelta(10), JUNE + timedelta(20))),
        an_event(
            "feast",
            (MAY + timedelta(20), MAY + timedelta(22)),
            (JUNE + timedelta(14), JUNE + timedelta(15)),
            peak={2025: MAY + timedelta(20), 2026: JUNE + timedelta(14)},
            around=2,
        ),
        an_event(
            "phased",
            (MAY + timedelta(11), MAY + timedelta(18)),
            (JUNE + timedelta(11), JUNE + timedelta(17)),
            phases=(
                an_event("phased/open", (MAY + timedelta(11), MAY + timedelta(12)), (JUNE + timedelta(11),) * 2),
                an_event("phased/close", (JUNE + timedelta(16), JUNE + timedelta(17))),
            ),
        ),
        an_event("outage", (MAY + timedelta(25), MAY + timedelta(26)), kind="incident"),
        an_event("summer", (JUNE - timedelta(2), JUNE + timedelta(90)), kind="season"),
    )
}

# --- what may be said ------------------------------------------------------------------------------------------

amounts = st.integers(0, 40).map(lambda each: Decimal(each) / 10)
metrics = st.sampled_from(METRICS)
usuals = st.builds(Usual, st.sampled_from([None, 3, 9, 21, 28]), st.sampled_from(["mean", "median"]), st.booleans())
last_times = st.builds(LastTime, st.sampled_from([None, "sale", "feast", "phased"]))
againsts = st.one_of(
    st.builds(Lag, st.sampled_from([None, Grain.DAY]), st.sampled_from([1, 7])),
    st.just(YearAgo()),
    st.builds(FixedBase, st.dates(min_value=date(2026, 4, 10), max_value=date(2026, 6, 17))),
    usuals.filter(lambda each: not each.same_weekday or (each.periods or 28) >= 21),
    st.just(Target()),
    last_times,
    st.builds(Lag, st.sampled_from([Grain.WEEK, Grain.MONTH]), st.just(1)),  # beside days: by the last whole one
)
bounds = st.integers(-30, 30).map(lambda each: Bound(Quantity(Decimal(each) / 20, Unit.BARE)))
comparisons = st.sampled_from(Comparison)


def compared_with(held: st.SearchStrategy) -> st.SearchStrategy[Condition]:
    change = st.builds(Change, metrics, held, st.booleans())
    return st.one_of(
        st.builds(Compare, change, comparisons, bounds),
        st.builds(Compare, st.builds(Reading, metrics), comparisons, st.builds(Baseline, metrics, held)),
    )


static = st.builds(Compare, st.builds(Reading, metrics), comparisons, st.one_of(bounds, st.builds(Reading, metrics)))
parts = st.builds(Share, st.sampled_from(["spend", "revenue"]))
parts |= st.builds(Concentration, st.sampled_from(["spend", "revenue"]), st.sampled_from([None, 1, 2]))
of_wholes = st.builds(Compare, parts, comparisons, bounds)
shifting = st.builds(
    Change,
    st.sampled_from(["spend", "revenue"]),
    againsts.filter(lambda each: each != Target()),
    st.booleans(),
    st.just(Share(None)) | st.builds(Concentration, st.none(), st.sampled_from([None, 1, 2])),
)
of_wholes |= st.builds(Compare, shifting, comparisons, bounds)
streaks = st.builds(NoData, metrics) | st.builds(Streak, metrics, st.sampled_from(["up", "down"]), st.integers(1, 4))


def trees(leaf: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: All(tuple(parts))),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: Any(tuple(parts))),
            inner.map(Not),
            st.integers(1, 5).flatmap(lambda of: st.builds(Held, inner, st.integers(1, of), st.just(of))),
        ),
        max_leaves=4,
    )


conditions = trees(static | compared_with(againsts) | of_wholes | streaks)
hourly = st.one_of(
    st.builds(Lag, st.sampled_from([None, Grain.HOUR, Grain.DAY]), st.sampled_from([1, 2])),
    st.builds(Usual, st.sampled_from([None, 24]), st.sampled_from(["mean", "median"])),
    st.builds(Usual, st.none(), st.sampled_from(["mean", "median"]), st.just(True)),
    last_times,
)
held_so_far = st.builds(Lag, st.sampled_from([Grain.DAY]), st.sampled_from([1, 7])) | last_times | st.just(YearAgo())
so_far = st.builds(
    Compare, st.builds(Change, metrics, st.builds(SoFar, held_so_far), st.booleans()), comparisons, bounds
)
hourly_conditions = trees(static | compared_with(hourly) | so_far | of_wholes | streaks)
sentences = st.builds(Sentence, conditions, st.sampled_from([("channel",), ("channel", "region")]))

# --- on what ---------------------------------------------------------------------------------------------------


@st.composite
def worlds(draw: st.DrawFn, grain: Grain = Grain.DAY, spans: tuple[int, ...] = (SPAN, SPAN, YEAR)) -> World:
    """Draw facts, most of them from a small set of numbers, so that equal ones meet."""
    few = [Fraction(each) for each in draw(st.lists(amounts, min_size=2, max_size=5))]
    dice, gaps = np.random.default_rng(draw(st.integers(0, 10**6))), draw(st.sampled_from([0.0, 0.05, 0.4]))
    last, span = (LAST_HOUR if grain is Grain.HOUR else JUNE_18.index), draw(st.sampled_from(spans))
    shape = (len(CODES), len(SLICES), span)
    picked, there = dice.integers(len(few), size=shape), dice.random(shape) >= gaps
    facts = {
        (CODES[code], SLICES[row], last - span + 1 + at): few[picked[code, row, at]]
        for code, row, at in zip(*(each.tolist() for each in np.nonzero(there)), strict=True)
    }
    return World(facts, SLICES, grain, last - span + 1, CATALOG, EVENTS)


def cube_of(world: World) -> Cube:
    last = LAST_HOUR if world.grain is Grain.HOUR else JUNE_18.index
    periods = range(world.first, last + 1)
    arrays = {code: np.full((len(world.slices), len(periods)), np.nan) for code in CODES}
    for (code, labels, at), number in world.facts.items():
        arrays[code][world.slices.index(labels), at - world.first] = float(number)
    hows = dict.fromkeys(CODES, How.SUM)
    return Cube(("channel", "region"), world.slices, world.grain, periods, arrays, hows, zone=world.zone)


def rule_of(condition: Condition | Sentence, **more: object) -> Rule:
    said = condition if isinstance(condition, Sentence) else Sentence(condition, ("channel", "region"))
    return Rule("r", Text.same("r"), said, "", "ads", gate=Gating.OFF, **more)


def sides_of(cube: Cube, asked: range, events: Mapping[str, Event] = EVENTS, spoilt: tuple[Spoilt, ...] = ()) -> Sides:
    return Sides.of(cube, CATALOG, asked, events, spoilt)


def said_of(world: World, labels: Labels, sentence: Sentence, at: int, condition: Condition | None = None) -> State:
    """Return what loops say of one cell, its facts' trust and the one slice that speaks for all included."""
    mine = Plainly(world, labels, plainly.wholes_of(sentence.by, ("channel", "region")))
    judged = sentence.condition if condition is None else condition
    parts = parts_of_whole(judged)
    if any(isinstance(part, Concentration) and not mine.speaks(part, at) for part in parts):
        return State.CALM
    apart = bool(parts) or any(isinstance(leaf, NoData) for leaf in leaves(judged))
    if (labels, at) in world.frozen and not apart:
        return State.UNKNOWN
    said = mine.judge(judged, at, doubting=apart)
    return State.UNKNOWN if said is None else State(int(said))


def trust_of(world: World, asked: range) -> Trust | None:
    if not world.frozen:
        return None
    silent = np.array([[(labels, at) in world.frozen for at in asked] for labels in world.slices])
    late = np.zeros(len(asked), np.bool_)
    return Trust(asked, world.slices, late, silent, silent, is_doubtful=True)


def expect(world: World, rule: Rule, asked: range) -> None:
    sides = sides_of(cube_of(world), asked, spoilt=world.spoilt)
    state = evaluate(rule, sides, trust_of(world, asked)).state
    for row, labels in enumerate(world.slices):
        for column, at in enumerate(asked):
            assert state[row, column] == said_of(world, labels, rule.sentence, at), (str(labels), at)


# --- what is compared ------------------------------------------------------------------------------------------


@given(worlds(), sentences)
def test_the_evaluator_says_what_plain_loops_say(world: World, sentence: Sentence) -> None:
    expect(world, rule_of(sentence), range(JUNE_18.index - 4, JUNE_18.index + 1))


@settings(max_examples=30)
@given(worlds(Grain.HOUR, (30 * 24,)), hourly_conditions)
def test_so_it_does_of_hours_and_of_days_so_far(world: World, condition: Condition) -> None:
    expect(world, rule_of(condition), range(LAST_HOUR, LAST_HOUR + 1))


class Changing(tzinfo):
    """A clock that is set forward or back by an hour, once, late enough on the wall that both sides are of one day."""

    def __init__(self, back: int, hour: int, by: int) -> None:
        self.edge = datetime.combine(date(2026, 6, 18 - back), time(hour))
        self.by = timedelta(hours=by)

    def __repr__(self) -> str:
        return f"Changing({self.edge}, {self.by})"

    def utcoffset(self, wall: datetime | None) -> timedelta:
        return timedelta() if wall is None or wall.replace(tzinfo=None) < self.edge else self.by

    def dst(self, wall: datetime | None) -> timedelta:
        return timedelta()


zones = st.builds(Changing, st.sampled_from([0, 1, 7, 8]), st.integers(1, 5), st.sampled_from([-1, 1]))
until_now = st.builds(
    Compare, st.builds(Change, metrics, st.builds(SoFar, held_so_far) | hourly, st.booleans()), comparisons, bounds
)


@settings(max_examples=30)
@given(worlds(Grain.HOUR, (30 * 24,)), trees(until_now | streaks), zones, st.integers(0, 13))
def test_so_it_does_where_the_clock_skips_an_hour_or_has_it_twice(
    world: World, condition: Condition, zone: tzinfo, back: int
) -> None:
    expect(replace(world, zone=zone), rule_of(condition), range(LAST_HOUR - back - 1, LAST_HOUR - back + 1))


@given(worlds(spans=(SPAN,)), sentences, st.sets(st.tuples(st.sampled_from(SLICES), st.integers(0, 3)), min_size=1))
def test_so_it_does_where_facts_may_not_be_believed(
    world: World, sentence: Sentence, frozen: set[tuple[Labels, int]]
) -> None:
    doubted = replace(world, frozen=frozenset((labels, JUNE_18.index - back) for labels, back in frozen))
    expect(doubted, rule_of(sentence), range(JUNE_18.index - 3, JUNE_18.index + 1))


means = st.builds(Usual, st.none(), st.sampled_from(["mean", "median"]), st.booleans())
held_against_means = st.builds(Compare, st.builds(Reading, metrics), comparisons, st.builds(Baseline, metrics, means))
incidents = st.builds(
    lambda first, days, labels, metric: Spoilt(f"{first}{days}", first, first + timedelta(days), labels, metric),
    st.dates(min_value=date(2026, 5, 10), max_value=date(2026, 6, 18)),
    st.integers(0, 20),
    st.sampled_from([Labels(), Labels.of({"channel": SLICES[0].get("channel")}), SLICES[-1]]),
    st.none() | metrics,
)
sized = st.builds(
    lambda metric, numbers: [
        Sentence(Compare(Reading(metric), Comparison.MORE, Bound(Quantity(Decimal(each) / 10, Unit.BARE))))
        for each in sorted(numbers)
    ],
    metrics,
    st.sets(st.integers(0, 30), min_size=3, max_size=3),
)
seasons = st.lists(
    st.builds(
        During,
        st.sampled_from(sorted(EVENTS)),
        st.none() | st.builds(Sentence, conditions, st.just(("channel", "region"))),
        st.none() | st.sampled_from(Severity),
    ),
    max_size=2,
)
recoveries = st.none() | st.builds(Sentence, trees(static | compared_with(againsts) | streaks))


@given(worlds(spans=(SPAN,)), sized, seasons, recoveries, st.none() | st.sampled_from([15, 17]))
def test_so_it_does_of_an_envelope(world: World, sizes, during: list[During], recover, until: int | None) -> None:
    """Severity by size, another sentence while an event is on, what lingers, and the last day."""
    rule = rule_of(
        replace(sizes[0], by=("channel", "region")),
        severity=Severity.INFO,
        sizes=tuple(zip(Severity, sizes, strict=True)),
        during=tuple(during),
        recover=recover,
        until=until and date(2026, 6, until),
    )
    asked = range(JUNE_18.index - 4, JUNE_18.index + 1)
    outcome = evaluate(rule, sides_of(cube_of(world), asked))
    for row, labels in enumerate(world.slices):
        mine = Plainly(world, labels)
        for at in asked:
            found = outcome.finding(row, at)
            condition = plainly.in_force(rule, mine, at)
            expected = said_of(world, labels, rule.sentence, at, condition)
            if rule.until is not None and world.days_of(at) > rule.until:
                expected = State.UNKNOWN
            assert found.state is expected, (str(labels), at)
            if expected is State.BREACHED:
                assert found.severity == plainly.severity_of(rule, mine, at)
            is_held = recover is not None and mine.judge(recover.condition, at) is True
            is_over = rule.until is not None and world.days_of(at) > rule.until
            assert found.lingers == (expected is State.CALM and is_held and not is_over)


@given(worlds(), trees(held_against_means), st.lists(incidents, min_size=1, max_size=3))
def test_so_it_does_where_days_are_spoilt_for_some_slices(
    world: World, condition: Condition, spoilt: list[Spoilt]
) -> None:
    expect(replace(world, spoilt=tuple(spoilt)), rule_of(condition), range(JUNE_18.index - 2, JUNE_18.index + 1))


@given(worlds(spans=(SPAN,)), conditions)
def test_the_live_check_and_the_backtest_agree(world: World, condition: Condition) -> None:
    cube, rule = cube_of(world), rule_of(condition)
    asked = range(JUNE_18.index - 9, JUNE_18.index + 1)
    backtest = evaluate(rule, sides_of(cube, asked)).state
    for column, day in enumerate(asked):
        live = evaluate(rule, sides_of(cube, range(day, day + 1))).state
        assert (live[:, 0] == backtest[:, column]).all()


runs = st.builds(
    lambda kind, first, days: Event(kind, Text.same(kind), days={2026: (first, first + timedelta(days))}, kind=kind),
    st.sampled_from(["promotion", "season", "incident"]),
    st.dates(min_value=date(2026, 5, 10), max_value=date(2026, 6, 16)),
    st.integers(0, 40),
)


@given(worlds(spans=(SPAN,)), held_against_means, st.lists(runs, min_size=1, max_size=2))
def test_days_that_are_not_asked_for_change_nothing(world: World, condition: Condition, known: list[Event]) -> None:
    events = {each.code: each for each in known}
    cube, rule, today = cube_of(world), rule_of(condition), range(JUNE_18.index, JUNE_18.index + 1)
    (batch,) = batches([rule], CATALOG)
    asked = batch.query(JUNE_18, events=events).window.periods(Grain.DAY)
    near = cube.at(range(max(asked.start, cube.periods.start), asked.stop))
    if (apart := batch.older(JUNE_18, events)) is not None:
        event("apart")
        near = near.with_older(cube.at(apart.window.periods(Grain.DAY)))
    wide, narrow = (evaluate(rule, sides_of(each, today, events)).state for each in (cube, near))
    assert (wide == narrow).all()


def of_day(*numbers: tuple[str, int, Decimal]) -> Sides:
    """Return June 18 of a world in which nothing else is known."""
    facts = {(code, SLICES[0], JUNE_18.index - back): Fraction(each) for code, back, each in numbers}
    world = World(facts, SLICES, Grain.DAY, JUNE_18.index - SPAN + 1, CATALOG, builtin_events())
    return sides_of(cube_of(world), range(JUNE_18.index, JUNE_18.index + 1))


decimals = st.decimals(min_value="0.001", max_value="999999.999", places=3)


@given(then=decimals, hundredths=st.integers(1, 99), off=st.sampled_from([-1, 0, 1]))
def test_a_fall_by_exactly_so_much_is_not_more_than_so_much(then: Decimal, hundredths: int, off: int) -> None:
    """The number that lies exactly on the bound, and its neighbours a ten-thousandth of a percent away."""
    now = then * (Decimal(100 - hundredths) + Decimal(off) / 10**4) / 100
    assume(len(now.as_tuple().digits) <= 13)
    bound = Bound(Quantity.percent(-hundredths))
    sides = of_day(("spend", 1, then), ("spend", 0, now))
    fall = (now - then) / then
    for comparison, said in ((Comparison.LESS, fall < bound.quantity.value), (Comparison.AT_MOST, off <= 0)):
        condition = Compare(Change("spend", Lag(Grain.DAY)), comparison, bound)
        assert evaluate(rule_of(condition), sides).state[0, 0] == (off < 0 if comparison is Comparison.LESS else said)


@given(st.decimals(min_value=0, max_value=10**6, places=2), st.decimals(min_value="0.01", max_value=10**6, places=2))
def test_a_ratio_at_its_bound_is_compared_exactly(revenue: Decimal, spend: Decimal) -> None:
    sides = of_day(("revenue", 0, revenue), ("spend", 0, spend))
    near = (revenue / spend).quantize(Decimal("0.000000001"))
    for comparison in (Comparison.LESS, Comparison.AT_LEAST, Comparison.EQUAL):
        condition = Compare(Reading("roi"), comparison, Bound(Quantity(near, Unit.BARE)))
        exactly = Fraction(revenue) / Fraction(spend)
        expected = {"<": exactly < Fraction(near), ">=": exactly >= Fraction(near), "=": exactly == Fraction(near)}
        assert evaluate(rule_of(condition), sides).state[0, 0] == expected[comparison.value]
