"""The gate: what luck alone would do, and what it would not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import comb, erfc, sqrt

import numpy as np
import pytest

from core.calendar.events import Event
from core.cube.cube import Cube
from core.labels import Labels
from core.metrics.metric import How
from core.rules.evaluate import evaluate
from core.rules.finding import State
from core.rules.gate import Question, asked, beta_binomial_tail, discoveries, p_values, tail
from core.rules.rule import Gating, Rule
from core.rules.sides import Sides
from core.rules.tree import Lag, Usual, leaves
from core.text import Text
from tests.shop import JUNE_18, a_catalog, a_cube, a_rule_saying

CATALOG = a_catalog()
FALLS = "转化率骤降>10%"


def gated(said: str, gate: Gating = Gating.AUTO) -> Rule:
    return a_rule_saying(said, gate=gate)


def a_history(events: np.ndarray, trials: np.ndarray, *, codes: tuple[str, str] = ("conversions", "clicks")) -> Cube:
    """Return a cube with one slice for each row, which ends on the 18th of June."""
    rows, length = events.shape
    return Cube(
        dimensions=("channel",),
        slices=tuple(Labels.of({"channel": f"c{row}"}) for row in range(rows)),
        grain=JUNE_18.grain,
        periods=range(JUNE_18.index - length + 1, JUNE_18.index + 1),
        measures={codes[0]: events.astype(float), codes[1]: trials.astype(float)},
        hows=dict.fromkeys(codes, How.SUM),
    )


def fired(rule: Rule, cube: Cube, back: int) -> np.ndarray:
    """Return where the rule fires over the last `back` periods."""
    periods = range(JUNE_18.index - back + 1, JUNE_18.index + 1)
    return evaluate(rule, Sides.of(cube, CATALOG, periods)).state == State.BREACHED


def constant(visits: int, days: int = 20_000, slices: int = 1, rate: float = 0.03) -> Cube:
    dice = np.random.default_rng(618 + visits)
    return a_history(dice.binomial(visits, rate, (slices, days)), np.full((slices, days), visits))


# --- the brief's own rule, simulated ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("visits", "by_luck", "within"),
    [(500, 0.38, 0.015), (2_000, 0.28, 0.015), (10_000, 0.09, 0.015), (50_000, 0.001, 0.002)],
)
def test_without_a_gate_a_constant_rate_falls_by_a_tenth_as_often_as_the_brief_says(visits, by_luck, within):
    assert fired(gated(FALLS, Gating.OFF), constant(visits), 19_999).mean() == pytest.approx(by_luck, abs=within)


@pytest.mark.parametrize("visits", [500, 2_000, 10_000])
def test_with_a_gate_a_constant_rate_fires_on_one_day_in_twenty_at_most(visits):
    assert fired(gated(FALLS), constant(visits), 19_999).mean() <= 0.055


@pytest.mark.parametrize(("visits", "at_least"), [(2_000, 0.79), (10_000, 0.999)])
def test_a_true_fall_by_two_fifths_is_caught(visits, at_least):
    dice = np.random.default_rng(40)
    days = np.where(np.arange(20_000) % 2, 0.03 * 0.6, 0.03)  # every other day it is broken
    events = dice.binomial(visits, days)[None, :]
    falls = fired(gated(FALLS), a_history(events, np.full((1, 20_000), visits)), 19_999)
    assert falls[0, ::2].mean() >= at_least
    assert falls[0, 1::2].mean() < 0.001  # on the days on which it recovers


def test_ten_channels_of_constant_rate_do_not_make_ten_times_the_noise():
    cube = constant(2_000, days=4_000, slices=10)
    loose, strict = fired(gated(FALLS, Gating.OFF), cube, 3_999), fired(gated(FALLS), cube, 3_999)
    assert loose.sum(axis=0).mean() == pytest.approx(2.8, abs=0.1)  # a day
    assert strict.any(axis=0).mean() <= 0.11  # days with any at all


def test_one_true_fall_among_ten_channels_is_found():
    dice = np.random.default_rng(7)
    rates = np.full((10, 2_000), 0.03)
    rates[4, 1::2] *= 0.5
    cube = a_history(dice.binomial(5_000, rates), np.full((10, 2_000), 5_000))
    found = fired(gated(FALLS), cube, 1_999)[:, ::2]
    assert found[4].mean() > 0.95
    false = found.sum(axis=0) - found[4]
    assert (false / np.maximum(found.sum(axis=0), 1)).mean() <= 0.1


# --- held against what was usual -------------------------------------------------------------------------------


def test_a_rate_held_against_its_own_past_rarely_falls_by_luck():
    cube = constant(800, days=4_000)
    rule = "转化率低于历史均值10%"
    assert fired(gated(rule, Gating.OFF), cube, 3_900).mean() > 0.2
    assert fired(gated(rule), cube, 3_900).mean() <= 0.055


def test_a_rate_that_wanders_by_itself_is_given_room():
    dice = np.random.default_rng(5)
    rates = dice.beta(0.03 * 2_000, 0.97 * 2_000, (6, 1_000))  # a twelfth of itself up and down
    cube = a_history(dice.binomial(100_000, rates), np.full((6, 1_000), 100_000))
    rule = "转化率低于历史均值10%"
    assert fired(gated(rule, Gating.OFF), cube, 900).mean() > 0.15
    assert fired(gated(rule), cube, 900).mean() < 0.03


def on_days(*first_and_last: tuple[int, int], kind: str = "incident") -> dict[str, Event]:
    """Return events that lie so many days before the 18th of June."""
    end = JUNE_18.start.date()
    runs = [(end - timedelta(first), end - timedelta(last)) for first, last in first_and_last]
    return {"e": Event("e", Text.same("e"), days={2026 - at: run for at, run in enumerate(runs)}, kind=kind)}


@pytest.mark.parametrize("kind", ["incident", "promotion"])
def test_days_that_are_no_part_of_the_mean_are_no_part_of_what_it_strays_by(kind):
    """For a fortnight the rate was a third: neither what is usual nor how far it wanders has learnt of that."""
    dice = np.random.default_rng(9)
    rates = np.full((3, 90), 0.03)
    rates[:, 70:84] *= 1 / 3
    rates[0, -1] *= 0.75
    cube = a_history(dice.binomial(20_000, rates), np.full(rates.shape, 20_000))
    rule, today = gated("转化率低于历史均值10%"), range(JUNE_18.index, JUNE_18.index + 1)
    ordinary = Sides.of(cube, CATALOG, today, on_days((19, 6), kind=kind))
    muddled = Sides.of(cube, CATALOG, today, {})
    told = [evaluate(rule, sides).state[:, 0].tolist() for sides in (ordinary, muddled)]
    assert told == [[State.BREACHED, State.CALM, State.CALM], [State.CALM] * 3]
    question = Question("cvr", Usual(), -1)
    alone = a_history(np.delete(cube.measures["conversions"], range(70, 84), 1), np.full((3, 76), 20_000))
    without = p_values(question, Sides.of(alone, CATALOG, today, {}))
    assert p_values(question, ordinary) == pytest.approx(without, rel=1e-9)


def test_a_money_ratio_strays_by_its_ordinary_days():
    dice = np.random.default_rng(12)
    spend = dice.uniform(900, 1_100, (1, 90))
    revenue = spend * 2 * (1 + dice.normal(0, 0.02, spend.shape))
    revenue[0, 70:80] *= 0.2
    revenue[0, -1] *= 0.8
    cube = a_history(revenue, spend, codes=("revenue", "spend"))
    rule, today = gated("投产比低于历史均值15%"), range(JUNE_18.index, JUNE_18.index + 1)
    sides = Sides.of(cube, CATALOG, today, on_days((19, 10)))
    assert evaluate(rule, sides).state[0, 0] == State.BREACHED


def test_the_slice_that_broke_last_week_does_not_hide_the_one_that_breaks_today():
    trials = np.full((5, 40), 50_000.0)
    events = np.full((5, 40), 1_500.0) + np.random.default_rng(3).normal(0, 38, (5, 40)).round()
    events[0, 30:38] *= 0.4
    events[3, -1] *= 0.8
    assert fired(gated("转化率低于历史均值10%"), a_history(events, trials), 1)[:, 0].tolist() == [False] * 3 + [
        True,
        False,
    ]


def test_a_money_ratio_is_held_against_how_it_wandered():
    dice = np.random.default_rng(11)
    spend = dice.uniform(900, 1_100, (1, 2_000))
    noisy = a_history(spend * 2 * (1 + dice.normal(0, 0.25, spend.shape)), spend, codes=("revenue", "spend"))
    steady = spend * 2 * (1 + dice.normal(0, 0.01, spend.shape))
    steady[0, -1] *= 0.8
    rule = "投产比低于历史均值15%"
    assert fired(gated(rule, Gating.OFF), noisy, 1_900).mean() > 0.2
    assert fired(gated(rule), noisy, 1_900).mean() <= 0.06
    assert fired(gated(rule), a_history(steady, spend, codes=("revenue", "spend")), 1).all()


def test_where_too_little_is_known_of_a_money_ratio_nothing_is_kept_back():
    young = a_history(np.array([[200.0, 90.0]]), np.array([[100.0, 100.0]]), codes=("revenue", "spend"))
    assert fired(gated("投产比环比下降超过30%"), young, 1).all()


def test_three_rises_of_a_constant_rate_are_luck_and_three_true_ones_are_not():
    """A5: of a rate that stands still, every twentieth day or so is the third rise in a row."""
    dice = np.random.default_rng(3)
    level = a_history(dice.binomial(60, 0.1, (1, 4_000)), np.full((1, 4_000), 60))
    rule = "转化率连续3期上升"
    assert fired(gated(rule, Gating.OFF), level, 3_990).mean() > 0.02
    assert fired(gated(rule), level, 3_990).mean() < 0.015
    rising = a_history(np.array([[12, 12, 12, 60, 90, 120, 200]]), np.full((1, 7), 600))
    assert fired(gated(rule), rising, 1).all()
    money = a_history(np.array([[10.0, 11, 12, 13]]), np.full((1, 4), 10.0), codes=("revenue", "spend"))
    assert (
        fired(gated("花费连续3期上升"), money, 1).tolist()
        == fired(gated("花费连续3期上升", Gating.OFF), money, 1).tolist()
    )


# --- what is asked, and what is not ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "auto", "on"),
    [
        ("转化率骤降>10%", True, True),
        ("转化率低于历史均值10%", True, True),
        ("投产比环比下降超过30%", True, True),
        ("转化率低于2%", False, True),
        ("转化率低于目标值", False, True),
        ("曝光量日环比下滑>20%", False, True),
        ("花费日环比上升>20%", False, False),  # an amount is no number of events
        ("投产比<1", False, False),
    ],
)
def test_changes_of_ratios_are_asked_and_counts_only_on_request(said, auto, on):
    (leaf,) = leaves(gated(said).sentence.condition)
    assert (asked(leaf, CATALOG) is not None) is auto
    assert (asked(leaf, CATALOG, Gating.ON) is not None) is on


def test_a_rate_below_its_bound_by_luck_is_kept_back_only_on_request():
    cube = a_cube({"conversions": [19], "clicks": [1_000]})
    assert fired(gated("转化率低于2%"), cube, 1).all()
    assert not fired(gated("转化率低于2%", Gating.ON), cube, 1).any()
    assert fired(gated("转化率低于2%", Gating.ON), a_cube({"conversions": [9], "clicks": [1_000]}), 1).all()


def test_few_leads_are_kept_back_only_on_request():
    few, many = a_cube({"leads": [10, 7]}), a_cube({"leads": [1_000, 700]})
    rule = "线索量日环比下滑>20%"
    assert fired(gated(rule), few, 1).all()
    assert not fired(gated(rule, Gating.ON), few, 1).any()
    assert fired(gated(rule, Gating.ON), many, 1).all()


def test_what_is_kept_back_is_calm_and_says_so():
    cube = a_cube({"conversions": [60, 50], "clicks": [2_000, 2_000]})
    periods = range(JUNE_18.index, JUNE_18.index + 1)
    outcome = evaluate(gated(FALLS), Sides.of(cube, CATALOG, periods))
    finding = outcome.finding(0, JUNE_18.index)
    assert (finding.state, finding.is_kept_back) == (State.CALM, True)
    level = a_cube({"conversions": [60, 60], "clicks": [2_000, 2_000]})
    assert not evaluate(gated(FALLS), Sides.of(level, CATALOG, periods)).finding(0, JUNE_18.index).is_kept_back
    loose = replace(gated(FALLS), gate=Gating.OFF)
    assert evaluate(loose, Sides.of(cube, CATALOG, periods)).finding(0, JUNE_18.index).state is State.BREACHED


def test_a_period_is_judged_alike_alone_and_among_many():
    dice = np.random.default_rng(1)
    trials = dice.integers(300, 3_000, (8, 60))
    cube = a_history(dice.binomial(trials, 0.03), trials)
    for said in (FALLS, "转化率低于历史均值10%", "转化率低于同星期均值10%"):
        together = fired(gated(said), cube, 20)
        for column in range(20):
            day = JUNE_18.index - 19 + column
            alone = evaluate(gated(said), Sides.of(cube, CATALOG, range(day, day + 1))).state[:, 0] == State.BREACHED
            assert (alone == together[:, column]).all()


# --- its arithmetic --------------------------------------------------------------------------------------------


def test_the_tail_is_the_bell_curves():
    z = np.linspace(-8, 8, 65)
    expected = [erfc(each / sqrt(2)) / 2 for each in z]
    assert tail(z) == pytest.approx(expected, rel=1e-6)


def test_the_tail_of_a_beta_binomial_is_that_of_dice_when_hardly_anything_wanders():
    exactly = sum(comb(40, k) * 0.1**k * 0.9 ** (40 - k) for k in range(9, 41))
    assert beta_binomial_tail(9, 40, 0.1, 1e-9) == pytest.approx(exactly, rel=1e-4)
    assert beta_binomial_tail(9, 40, 0.1, 0.05) > 2 * exactly
    assert beta_binomial_tail(0, 40, 0.1, 0.05) == 1.0
    assert beta_binomial_tail(41, 40, 0.1, 0.05) == 0.0


def test_discoveries_are_benjamini_and_hochbergs():
    p = np.array([[0.01], [0.03], [0.04], [0.9], [np.nan], [0.0]])
    eligible = np.array([True, True, True, True, True, False])
    # Four are tested: the lines are .025, .05, .075 and .1, and the third p-value is the last below its own.
    assert discoveries(p, eligible)[:, 0].tolist() == [True, True, True, False, False, False]
    assert not discoveries(np.array([[0.2], [0.3]]), np.array([True, True])).any()


def test_against_a_day_before_it_is_the_pooled_two_proportion_test():
    cube = a_cube({"conversions": [60, 36], "clicks": [2_000, 2_000]})
    sides = Sides.of(cube, CATALOG, range(JUNE_18.index, JUNE_18.index + 1))
    pooled = 96 / 4_000
    z = (0.018 - 0.03) / sqrt(pooled * (1 - pooled) * 2 / 2_000)
    assert p_values(Question("cvr", Lag(None), -1), sides)[0, 0] == pytest.approx(erfc(-z / sqrt(2)) / 2, rel=1e-6)


def test_few_events_are_given_their_exact_tail():
    cube = a_cube({"conversions": [*[3] * 28, 9], "clicks": [100] * 29})
    sides = Sides.of(cube, CATALOG, range(JUNE_18.index, JUNE_18.index + 1))
    found = p_values(Question("cvr", Usual(), 1), sides)[0, 0]
    assert found == pytest.approx(beta_binomial_tail(9, 100, 0.03, 1 / 2_840), rel=1e-6)
