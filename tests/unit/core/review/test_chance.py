"""How often luck fires, and what a rule would find: the arithmetic against dice."""

from __future__ import annotations

import numpy as np
import pytest

from core.calendar.grain import Grain, Period
from core.cube.cube import Cube
from core.labels import Labels
from core.metrics.metric import How
from core.review.chance import chance, weekly
from core.review.worlds import null_worlds
from core.rules.evaluate import evaluate
from core.rules.finding import State
from core.rules.rule import Gating
from core.rules.sides import Sides
from tests.shop import JUNE_18, a_catalog, a_rule_saying

CATALOG = a_catalog()
FALLS = "转化率骤降>10%"


def a_history(measures: dict[str, np.ndarray]) -> Cube:
    rows, length = next(iter(measures.values())).shape
    slices = tuple(Labels.of({"channel": f"c{row}"}) for row in range(rows))
    periods = range(JUNE_18.index - length + 1, JUNE_18.index + 1)
    return Cube(("channel",), slices, Grain.DAY, periods, measures, dict.fromkeys(measures, How.SUM))


def rates(visits: int, days: int, slices: int = 1, rate: float = 0.03) -> Cube:
    dice = np.random.default_rng(visits + slices)
    events = dice.binomial(visits, rate, (slices, days)).astype(float)
    return a_history({"conversions": events, "clicks": np.full((slices, days), float(visits))})


def last(cube: Cube, back: int) -> range:
    return range(cube.periods.stop - back, cube.periods.stop)


def breached(rule, cube: Cube, back: int) -> np.ndarray:
    return evaluate(rule, Sides.of(cube, CATALOG, last(cube, back))).state == State.BREACHED


@pytest.mark.parametrize(
    ("said", "gate", "visits", "slices"),
    [
        (FALLS, Gating.OFF, 500, 1),
        (FALLS, Gating.OFF, 2_000, 1),
        (FALLS, Gating.OFF, 10_000, 1),
        (FALLS, Gating.AUTO, 2_000, 1),
        (FALLS, Gating.AUTO, 10_000, 1),
        (FALLS, Gating.AUTO, 2_000, 10),
        ("转化率环比上升超过0.5pp", Gating.OFF, 2_000, 1),
        ("转化率环比上升超过0.5pp", Gating.AUTO, 2_000, 1),
        ("转化率低于历史均值10%", Gating.OFF, 2_000, 3),
        ("转化率低于历史均值10%", Gating.AUTO, 2_000, 3),
    ],
)
def test_luck_is_worked_out_as_dice_would_have_it(said, gate, visits, slices):
    cube, rule = rates(visits, 6_000, slices), a_rule_saying(said, gate=gate)
    seen = breached(rule, cube, 5_900).mean()
    assert chance(rule, cube, CATALOG, last(cube, 5_900)).rate == pytest.approx(seen, abs=0.012)


@pytest.mark.parametrize(("gate", "visits"), [(Gating.OFF, 2_000), (Gating.AUTO, 2_000), (Gating.AUTO, 10_000)])
def test_what_is_said_to_be_caught_is_caught_four_times_out_of_five(gate, visits):
    rule = a_rule_saying(FALLS, gate=gate)
    still = rates(visits, 400)
    catches = chance(rule, still, CATALOG, last(still, 300)).catches
    assert catches is not None
    dice = np.random.default_rng(9)
    rate = np.where(np.arange(8_000) % 2, 0.03 * (1 + catches), 0.03)
    events = dice.binomial(visits, rate)[None, :].astype(float)
    moved = a_history({"conversions": events, "clicks": np.full((1, 8_000), float(visits))})
    assert breached(rule, moved, 7_999)[0, ::2].mean() == pytest.approx(0.8, abs=0.025)


def test_no_fall_is_named_where_the_sample_is_too_small_for_any():
    still = rates(20, 400)
    assert chance(a_rule_saying(FALLS, gate=Gating.AUTO), still, CATALOG, last(still, 300)).catches is None


def noisy(days: int = 140, spread: float = 0.08, week: tuple[float, ...] = (1.0,) * 7) -> Cube:
    dice = np.random.default_rng(4)
    index = np.arange(JUNE_18.index - days + 1, JUNE_18.index + 1)
    shape = np.array(week)[(index + 3) % 7]
    return a_history({"impressions": 1_000 * shape * np.exp(dice.normal(0, spread, (4, days)))})


def test_the_luck_of_any_other_rule_is_that_of_its_own_noise():
    cube, rule = noisy(), a_rule_saying("曝光量日环比下滑>20%")
    seen = breached(rule, cube, 120).mean()
    found = chance(rule, cube, CATALOG, last(cube, 120))
    assert 0.005 < seen < 0.05
    assert found.rate == pytest.approx(seen, abs=0.015)
    # A fifth, and on top of it what noise of 11 % hides one time out of five.
    assert found.catches == pytest.approx(-0.27, abs=0.02)


def test_the_fall_that_a_bound_would_find_begins_at_the_usual_level():
    cube = noisy()
    assert chance(a_rule_saying("曝光量低于500"), cube, CATALOG, last(cube, 120)).catches == pytest.approx(
        -0.53, abs=0.02
    )
    assert chance(a_rule_saying("曝光量高于1500"), cube, CATALOG, last(cube, 120)).catches == pytest.approx(
        0.6, abs=0.03
    )


def test_of_either_condition_the_one_that_finds_more_is_named_and_of_both_at_once_none():
    cube = noisy()
    either = a_rule_saying("曝光量低于500或曝光量日环比下滑>20%")
    assert chance(either, cube, CATALOG, last(cube, 120)).catches == pytest.approx(-0.27, abs=0.02)
    both = a_rule_saying("曝光量低于500且曝光量日环比下滑>20%")
    assert chance(both, cube, CATALOG, last(cube, 120)).catches is None


def test_an_incident_is_not_taken_for_luck():
    broken = noisy(spread=0.02)
    broken.measures["impressions"][:, 100:103] *= 0.3
    rule = a_rule_saying("曝光量日环比下滑>20%")
    assert breached(rule, broken, 120).any()
    assert chance(rule, broken, CATALOG, last(broken, 120)).rate == 0


def test_a_null_history_has_the_same_holes_and_another_noise():
    cube = noisy()
    cube.measures["impressions"][1, 30] = np.nan
    one, other = (world.measures["impressions"] for world in null_worlds(cube, 2))
    assert (np.isnan(one) == np.isnan(cube.measures["impressions"])).all()
    assert not np.array_equal(one, other, equal_nan=True)
    assert np.nanmean(one) == pytest.approx(1_000, rel=0.05)


def test_a_long_history_of_hours_has_its_level_too():
    hours = 24 * 120
    values = 100 * (1 + 0.5 * np.sin(np.arange(hours) / 24 * 2 * np.pi))[None, :]
    cube = Cube((), (Labels(),), Grain.HOUR, range(500_000, 500_000 + hours), {"visits": values}, {"visits": How.SUM})
    (world,) = null_worlds(cube, 1)
    assert np.nanmax(np.abs(world.measures["visits"] / values - 1)) < 0.02


# --- the week --------------------------------------------------------------------------------------------------

OFFICE = (1.0, 1.0, 1.0, 1.0, 0.95, 0.45, 0.40)  # a company's leads: few at weekends


def test_a_day_held_against_the_day_before_fires_every_saturday():
    cube, rule = noisy(week=OFFICE), a_rule_saying("曝光量日环比下滑>20%")
    found = weekly(rule, cube, CATALOG, last(cube, 120))
    assert found is not None
    assert (found.weekday, round(found.move, 1)) == (5, -0.5)
    assert found.strength > 0.8
    assert chance(rule, cube, CATALOG, last(cube, 120)).rate > 1 / 7
    saturdays = [Period(Grain.DAY, each).start.weekday() == 5 for each in last(cube, 119)]
    assert breached(rule, cube, 119)[0, saturdays].mean() > 0.9


def test_a_day_below_the_mean_of_all_days_fires_every_sunday():
    cube = noisy(week=OFFICE)
    found = weekly(a_rule_saying("曝光量低于均值30%"), cube, CATALOG, last(cube, 100))
    assert found is not None
    assert found.weekday == 6


@pytest.mark.parametrize("said", ["曝光量周同比下滑>20%", "曝光量低于同星期均值30%", "曝光量低于100"])
def test_a_day_held_against_the_same_weekday_is_no_matter(said):
    cube = noisy(week=OFFICE)
    assert weekly(a_rule_saying(said), cube, CATALOG, last(cube, 100)) is None


def test_a_series_without_a_week_is_not_warned_of():
    cube = noisy()
    assert weekly(a_rule_saying("曝光量日环比下滑>20%"), cube, CATALOG, last(cube, 100)) is None
    assert weekly(a_rule_saying("曝光量日环比下滑>20%"), noisy(week=OFFICE), CATALOG, last(cube, 20)) is None
