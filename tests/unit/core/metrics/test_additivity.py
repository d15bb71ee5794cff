"""What a formula adds up to, and which formulas are refused."""

import pytest

from core.calendar.grain import Grain
from core.errors import Invalid
from core.metrics.additivity import faults
from core.metrics.catalog import Catalog
from core.metrics.formula import parse, show
from core.metrics.metric import Additivity, Direction, How, Metric
from core.metrics.source import Measure, Source
from core.quantity import Unit
from core.text import Text


def metric(code: str, how: How | None = None, formula: str | None = None) -> Metric:
    made = parse(formula) if formula else None
    return Metric(code, Text.same(code), Unit.COUNT, Direction.UP, "test", how=how, formula=made)


BASES = (
    *(metric(code, How.SUM) for code in ("revenue", "spend", "clicks", "budget", "gmv", "refunds")),
    *(metric(code, How.DISTINCT) for code in ("uv", "buyers", "cart_users")),
    metric("followers", How.LAST),
    metric("leads", How.COUNT),
)


def catalog(*formulas: str) -> Catalog:
    made = [metric(f"m{number}", formula=formula) for number, formula in enumerate(formulas)]
    return Catalog({one.code: one for one in (*BASES, *made)})


@pytest.mark.parametrize(
    ("formula", "letter", "split"),
    [
        ("revenue", Additivity.SUM, None),
        ("gmv - refunds", Additivity.SUM, None),
        ("gmv / 100", Additivity.SUM, None),
        ("2 * (gmv - refunds)", Additivity.SUM, None),
        ("leads + clicks", Additivity.SUM, None),
        ("uv", Additivity.DISTINCT, None),
        ("followers", Additivity.SNAPSHOT, None),
        ("followers + clicks", Additivity.DERIVED, None),
        ("1 + 2", Additivity.DERIVED, None),
        ("revenue / spend", Additivity.RATIO, ("revenue", "spend")),
        ("gmv / uv", Additivity.RATIO, ("gmv", "uv")),
        ("spend / clicks * 1000", Additivity.RATIO, ("spend * 1000", "clicks")),
        ("1000 * (spend / clicks)", Additivity.RATIO, ("spend * 1000", "clicks")),
        ("spend / clicks / 2", Additivity.RATIO, ("spend / 2", "clicks")),
        ("1 - buyers / cart_users", Additivity.RATIO, ("1 * cart_users - buyers", "cart_users")),
        ("gmv / spend - 1", Additivity.RATIO, ("gmv - 1 * spend", "spend")),
        ("(gmv - spend) / spend", Additivity.RATIO, ("gmv - spend", "spend")),
        ("gmv / spend + refunds / spend", Additivity.RATIO, ("gmv + refunds", "spend")),
        ("to_date(spend)", Additivity.DERIVED, None),
        ("to_date(spend) / to_date(budget)", Additivity.DERIVED, ("to_date(spend)", "to_date(budget)")),
        ("clicks * leads", Additivity.DERIVED, None),
        ("gmv / spend / (clicks / leads)", Additivity.DERIVED, None),
        ("gmv / spend + clicks / leads", Additivity.DERIVED, None),
        ("gmv / spend + clicks", Additivity.DERIVED, None),
        ("(clicks * leads) / spend", Additivity.DERIVED, None),
    ],
)
def test_the_letter_and_the_halves_are_found_from_the_formula(formula, letter, split):
    made = catalog(formula)
    assert made.additivity("m0") is letter
    halves = made.split("m0")
    assert (halves and tuple(show(half) for half in halves)) == split


def test_a_metric_may_stand_on_another_and_is_read_down_to_the_bases():
    made = catalog("gmv - refunds", "m0 / spend")
    assert made.bases("m1") == ("gmv", "refunds", "spend")
    assert made.additivity("m1") is Additivity.RATIO


@pytest.mark.parametrize(
    ("formulas", "code", "facts"),
    [
        (("uv + clicks",), "formula-sums-distinct", {"metric": "m0", "name": "uv"}),
        (("uv - buyers",), "formula-sums-distinct", {"metric": "m0", "name": "uv, buyers"}),
        (("uv + 1",), "formula-sums-distinct", {"metric": "m0", "name": "uv"}),
        (("to_date(uv)",), "to-date-not-additive", {"metric": "m0", "name": "uv"}),
        (("to_date(revenue / spend)",), "to-date-not-additive", {"metric": "m0", "name": "revenue, spend"}),
        (("to_date(followers)",), "to-date-not-additive", {"metric": "m0", "name": "followers"}),
        (("to_date(to_date(spend))",), "to-date-not-additive", {"metric": "m0", "name": "spend"}),
        (("spned / clicks",), "unknown-metric-in-formula", {"metric": "m0", "name": "spned"}),
        (("m1", "m0"), "formula-circle", {"metric": "m0"}),
        (("m0",), "formula-circle", {"metric": "m0"}),
    ],
)
def test_a_formula_that_adds_up_what_may_not_be_is_refused(formulas, code, facts):
    with pytest.raises(Invalid) as refused:
        catalog(*formulas)
    assert (refused.value.code, refused.value.facts) == (code, facts)


def test_every_wrong_definition_is_named_not_only_the_first():
    with pytest.raises(Invalid) as refused:
        catalog("uv + buyers", "to_date(uv)")
    assert [mistake.facts["metric"] for mistake in refused.value.mistakes] == ["m0", "m1"]


def test_a_circle_leaves_those_outside_it_unblamed():
    with pytest.raises(Invalid) as refused:
        catalog("m1 + spend", "m0 + spend", "m0 / spend")
    assert [mistake.facts["metric"] for mistake in refused.value.mistakes] == ["m0", "m1"]


@pytest.mark.parametrize("one", [metric("x"), metric("x", How.SUM, "spend")])
def test_a_metric_is_either_counted_or_computed(one):
    made = {one.code: one, "spend": metric("spend", How.SUM)}
    assert [fault.code for fault in faults(made, lambda _: How.SUM)] == ["how-or-formula"]


@pytest.mark.parametrize(
    ("code", "refusal"),
    [("uv", "sum-of-distinct"), ("followers", "sum-of-snapshot"), ("m0", "sum-of-ratio"), ("m1", "sum-of-derived")],
)
def test_adding_up_what_may_not_be_added_is_a_clear_error(code, refusal):
    with pytest.raises(Invalid) as refused:
        catalog("revenue / spend", "to_date(spend)").require_additive(code)
    assert (refused.value.code, refused.value.facts) == (refusal, {"name": code})


def test_a_sum_may_be_summed():
    catalog().require_additive("leads")


def test_orders_that_a_source_counts_distinct_are_no_longer_additive():
    source = Source("s", ("a.csv",), Grain.DAY, "day", measures={"leads": Measure(How.DISTINCT, "lead_id")})
    counted = Catalog({one.code: one for one in BASES}, sources={"s": source})
    assert counted.additivity("leads") is Additivity.DISTINCT
    with pytest.raises(Invalid):
        Catalog({**counted.metrics, "m": metric("m", formula="to_date(leads)")}, sources={"s": source})
