"""What comes by and by, and what a second opinion keeps silent about."""

from __future__ import annotations

import numpy as np
import pytest

from core.rules.detect import LINE, detect
from core.rules.second_opinion import both_opinions


def prices(number=1200, season=24, seed=4):
    dice = np.random.default_rng(seed)
    return (2 + 0.3 * np.sin(np.arange(number) / season * 2 * np.pi)) * dice.lognormal(0, 0.05, number)


def first(values, season=24):
    return detect(values[None], season).score[0]


def alarms(values, season=24):
    return np.flatnonzero(both_opinions(values, season, first(values, season)) >= LINE)


def test_a_price_that_climbs_for_a_day_and_a_half_is_told_though_it_never_leapt():
    values = prices()
    values[900:936] *= np.linspace(1, 1.8, 36)
    assert not (first(values)[900:936] >= LINE).any()
    assert 900 < alarms(values)[0] < 936


def test_usual_prices_are_no_news():
    assert not len(alarms(prices()))


def test_what_is_no_stranger_than_a_day_before_is_not_said_again():
    values = prices()
    values[[900, 910, 923]] = 5.0, 4.0, 20.0
    assert alarms(values).tolist() == [900, 923]
    assert both_opinions(values, 24, first(values))[910] == 0


def test_a_fall_to_a_third_is_as_strange_as_a_rise_to_three_times_as_much():
    told = []
    for factor in (1 / 3, 3):
        values = prices()
        values[900] *= factor
        told.append(both_opinions(values, 24, np.nan_to_num(first(values) * 0))[900])
    assert told[0] == pytest.approx(told[1], rel=0.2)


def test_a_past_incident_is_nothing_to_get_used_to():
    values = prices()
    values[[600, 900]] = 20.0
    assert alarms(values).tolist() == [600, 900]


def test_gaps_say_nothing_and_break_nothing():
    values = prices()
    values[850:880] = np.nan
    values[900] = 20.0
    assert alarms(values).tolist() == [900]


@pytest.mark.parametrize(("values", "season"), [(prices(150), 24), (prices(1200, 7), 7), (np.zeros(0), 24)])
def test_short_or_coarse_series_keep_their_first(values, season):
    if len(values):
        values[-1] = 100.0
    np.testing.assert_array_equal(
        both_opinions(values, season, first(values, season)) >= LINE, first(values, season) >= LINE
    )


def test_something_that_is_nearly_always_the_same_gets_none():
    values = np.zeros(1200)
    values[::100] = 1.0
    assert not len(np.flatnonzero(both_opinions(values, 24, first(values) * 0) >= LINE))


def test_where_nearly_all_is_unknown_none_is_given():
    values = prices()
    values[np.arange(1200) % 20 > 0] = np.nan
    told = both_opinions(values, 24, first(values))
    np.testing.assert_array_equal(told, first(values))
