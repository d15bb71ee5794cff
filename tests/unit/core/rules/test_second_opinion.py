"""What comes by and by, and what a second opinion keeps silent about."""

from __future__ import annotations

import numpy as np
import pytest

from core.rules.detect import LINE, detect
from core.rules.second_opinion import second_opinion


def prices(number=1200, season=24, seed=4):
    dice = np.random.default_rng(seed)
    return (2 + 0.3 * np.sin(np.arange(number) / season * 2 * np.pi)) * dice.lognormal(0, 0.05, number)


def alarms(values, season=24):
    return np.flatnonzero(second_opinion(values, season) >= LINE)


def test_a_price_that_climbs_for_a_day_and_a_half_is_told_though_it_never_leapt():
    values = prices()
    values[900:936] *= np.linspace(1, 1.8, 36)
    assert not (detect(values[None], 24).score[0, 900:936] >= LINE).any()
    assert 900 < alarms(values)[0] < 936


def test_usual_prices_are_no_news():
    assert not len(alarms(prices()))


def test_what_is_no_stranger_than_two_days_before_is_not_said_again():
    values = prices()
    values[[900, 910]] = 20.0, 15.0
    assert alarms(values).tolist() == [900]


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
def test_short_or_coarse_series_get_none(values, season):
    if len(values):
        values[-1] = 100.0
    assert not second_opinion(values, season).any()


def test_something_that_is_nearly_always_the_same_gets_none():
    values = np.zeros(1200)
    values[::100] = 1.0
    assert not second_opinion(values, 24).any()


def test_where_nearly_all_is_unknown_none_is_given():
    values = prices()
    values[np.arange(1200) % 20 > 0] = np.nan
    assert not second_opinion(values, 24).any()
