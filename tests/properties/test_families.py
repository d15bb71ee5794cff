"""Rules judged together say what each says alone: of one period and of many, near their bounds and far from them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.calendar.events import Event
from core.cube.cube import Cube
from core.labels import Labels, Matcher
from core.metrics.metric import How
from core.quality.trust import judge
from core.quantity import Quantity, Unit
from core.rules.evaluate import evaluate, evaluated, findings
from core.rules.family import planned, remembered
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
    Condition,
    Held,
    Lag,
    NoData,
    Not,
    Reading,
    Sentence,
    Share,
    Usual,
    with_leaves,
)
from core.text import Text
from tests.shop import JUNE_18, a_catalog

CATALOG = a_catalog(min_sample={"cvr": 20})
CODES = ("revenue", "spend", "budget", "conversions", "clicks")
SLICES = tuple(Labels.of({"channel": name, "region": region}) for name in "abcd" for region in ("n", "s"))
SPAN = 40
LAST = date(2026, 6, 17)
EVENTS = {"sale": Event("sale", Text.same("sale"), days={2026: (date(2026, 6, 16), date(2026, 6, 18))})}

metrics = st.sampled_from(["revenue", "roi", "cvr", "spend"])
bounds = st.sampled_from([-10, -5, -2, 0, 2, 5, 8, 10, 20, 30]).map(
    lambda each: Bound(Quantity(Decimal(each) / 10, Unit.BARE))
)
comparisons = st.sampled_from(Comparison)
againsts = st.sampled_from([Lag(None), Lag(None, 7), Usual(9), Usual()])
leaves = st.one_of(
    st.builds(Compare, st.builds(Reading, metrics), comparisons, bounds),
    st.builds(Compare, st.builds(Change, metrics, againsts, st.booleans()), comparisons, bounds),
    st.builds(Compare, st.builds(Share, st.just("spend")), comparisons, bounds),
    st.builds(Compare, st.builds(Reading, metrics), comparisons, st.builds(Baseline, metrics, againsts)),
    st.builds(NoData, metrics),
)
shapes = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda one, other: All((one, other)), inner, inner),
        st.builds(lambda one, other: Any((one, other)), inner, inner),
        inner.map(Not),
        st.builds(Held, inner, st.just(2), st.just(3)),
    ),
    max_leaves=3,
)


@st.composite
def renumbered(draw: st.DrawFn, shape: Condition) -> Condition:
    """Return the same condition with other numbers."""
    return with_leaves(
        shape,
        lambda leaf: (
            replace(leaf, right=draw(bounds)) if isinstance(leaf, Compare) and isinstance(leaf.right, Bound) else leaf
        ),
    )


@st.composite
def teams(draw: st.DrawFn) -> list[Rule]:
    """Draw families and mix them up; some rules have an envelope, whose sentences are members as well."""
    rules = []
    for shape in draw(st.lists(shapes, min_size=1, max_size=3)):
        gate = draw(st.sampled_from(Gating))
        where = draw(st.sampled_from([(), (Matcher("channel", ("a", "b")),)]))
        for _ in range(draw(st.integers(1, 6))):
            said, other, third = (Sentence(draw(renumbered(shape)), ("channel", "region")) for _ in range(3))
            sized = ((Severity.CRITICAL, other), (Severity.INFO, third))
            ways = ({}, {"recover": other}, {"during": (During("sale", other),)}, {"until": LAST}, {"sizes": sized})
            envelope = draw(st.sampled_from(ways))
            rules.append(Rule("", Text.same("r"), said, "", "ads", gate=gate, where=where, **envelope))
    return [replace(rule, id=f"r{at}") for at, rule in enumerate(draw(st.permutations(rules)))]


@st.composite
def cubes(draw: st.DrawFn) -> Cube:
    """Draw numbers most of which lie exactly on some bound, and holes."""
    dice, gaps = np.random.default_rng(draw(st.integers(0, 10**6))), draw(st.sampled_from([0.0, 0.1]))
    shape = (len(SLICES), SPAN)
    measures = {code: dice.choice([0.0, 0.2, 0.5, 0.8, 1.0, 2.0, 3.0], size=shape) for code in CODES}
    measures["clicks"] = dice.integers(10, 400, size=shape).astype(float)
    measures["conversions"] = np.floor(measures["clicks"] * dice.choice([0.1, 0.2, 0.5], size=shape))
    for array in measures.values():
        array[dice.random(shape) < gaps] = np.nan
    periods = range(JUNE_18.index - SPAN + 1, JUNE_18.index + 1)
    return Cube(("channel", "region"), SLICES, JUNE_18.grain, periods, measures, dict.fromkeys(CODES, How.SUM))


def same(together, alone) -> bool:
    """Return whether two outcomes of a rule say the same of every slice, size and recovery included."""
    if (together.envelope is None) != (alone.envelope is None) or together.rule is not alone.rule:
        return False
    pairs = [(together.state, alone.state), (together.concerns, alone.concerns)]
    if together.envelope is not None:
        pairs += [(getattr(together.envelope, name), getattr(alone.envelope, name)) for name in ("severity", "lingers")]
    return all(np.array_equal(one, other) for one, other in pairs)


@given(cubes(), teams())
def test_a_rule_among_many_says_what_it_says_alone(cube: Cube, rules: list[Rule]) -> None:
    trust, today = judge(cube, JUNE_18), range(JUNE_18.index, JUNE_18.index + 1)
    seen = findings(rules, cube, CATALOG, trust, JUNE_18, EVENTS)
    assert list(seen.outcomes) == [rule.id for rule in rules]
    for rule in rules:
        alone = evaluate(rule, Sides.of(cube, CATALOG, today, EVENTS), trust)
        assert same(seen.outcomes[rule.id], alone)
        assert list(seen.outcomes[rule.id].breached()) == list(alone.breached())


@given(cubes(), teams())
def test_so_it_does_of_many_periods(cube: Cube, rules: list[Rule]) -> None:
    asked = range(JUNE_18.index - 4, JUNE_18.index + 1)
    sides = Sides.of(cube, CATALOG, asked, EVENTS)
    for rule, outcome in zip(rules, evaluated(planned(rules), sides), strict=True):
        assert same(outcome, evaluate(rule, Sides.of(cube, CATALOG, asked, EVENTS)))


@given(cubes(), teams())
def test_each_cell_of_a_family_is_its_own_finding(cube: Cube, rules: list[Rule]) -> None:
    seen = findings(rules, cube, CATALOG, judge(cube, JUNE_18), JUNE_18, EVENTS)
    for rule in rules:
        outcome = seen.outcomes[rule.id]
        for row in range(len(SLICES)):
            found = outcome.finding(row, JUNE_18.index)
            assert (found.state, found.fingerprint.rule) == (outcome.state[row, 0], rule.id)


def test_only_what_differs_in_its_numbers_alone_is_one_family() -> None:
    def families(*rules: Rule) -> int:
        return len(planned(rules).families)

    def a_rule(number: str, metric: str = "cvr", left: type = Reading, **more: object) -> Rule:
        operand = Reading(metric) if left is Reading else Change(metric, Lag(None))
        compare = Compare(operand, Comparison.LESS, Bound(Quantity(Decimal(number), Unit.BARE)))
        return Rule("r", Text.same("r"), Sentence(compare), "", "ads", **more)

    assert families(a_rule("1"), a_rule("2"), a_rule("3")) == 1
    assert families(a_rule("1"), a_rule("1", "roi")) == 2
    # Chance is asked of all the slices that a rule is for; where it is not asked, each may be for others.
    in_a = (Matcher("channel", ("a",)),)
    assert families(a_rule("1"), a_rule("2", where=in_a)) == 1
    assert families(a_rule("-0.2", left=Change), a_rule("-0.3", left=Change, where=in_a)) == 2
    # Chance is asked of a fall by so much, of a rise less than so much, and of a bound that it is to gate, by itself.
    assert families(a_rule("-0.2", left=Change), a_rule("-0.3", left=Change), a_rule("0.2", left=Change)) == 2
    assert families(a_rule("1", gate=Gating.ON), a_rule("2", gate=Gating.ON)) == 2


def test_who_belongs_together_is_found_once_for_the_same_rules() -> None:
    made = []
    plan = remembered(lambda rules: made.append(rules) or planned(rules))
    rules = [
        Rule("r", Text.same("r"), Sentence(Compare(Reading("spend"), Comparison.LESS, Bound(None))), "", "ads")
        for _ in range(2)
    ]
    assert plan(rules) is plan(tuple(rules))
    assert plan(rules[:1]) is not plan(rules[1:])
    assert len(made) == 3
