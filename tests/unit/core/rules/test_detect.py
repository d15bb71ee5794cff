"""Sudden or not: what a series usually does, and what it does not."""

from __future__ import annotations

import numpy as np
import pytest

from core.rules.detect import LINE, STRETCH, Borrowed, detect, detect_and_lend

WEEK = np.array([1.0, 1.0, 1.0, 1.0, 1.1, 0.45, 0.4])


def days(number, level=1000.0, noise=0.05, seed=1, series=1):
    """Return the days of a business week, from a Monday."""
    dice = np.random.default_rng(seed)
    return level * np.resize(WEEK, number) * dice.normal(1, noise, (series, number))


def hours(number, level=200.0, seed=2):
    dice = np.random.default_rng(seed)
    return dice.poisson(level * (1 + 0.4 * np.sin(np.arange(number) / 24 * 2 * np.pi)), (1, number)).astype(float)


def test_nothing_is_said_before_two_seasons_are_known():
    scores = detect(days(30), 7)
    for array in (scores.expected, scores.low, scores.high, scores.score):
        assert np.isnan(array[:, :14]).all()
        assert not np.isnan(array[:, 14:]).any()


def test_gaps_are_no_history():
    values = days(40)
    values[0, 3:9] = np.nan
    assert np.flatnonzero(~np.isnan(detect(values, 7).score[0]))[0] == 20


def test_a_weekend_of_a_business_is_not_sudden():
    scores = detect(days(26 * 7), 7)
    weekends = np.arange(26 * 7) % 7 >= 5
    assert np.nanmax(scores.score[0, weekends]) < LINE


def test_a_weekday_like_a_weekend_is_sudden():
    values = days(10 * 7)
    values[0, 58] *= 0.45
    score = detect(values, 7).score[0]
    assert score[58] >= LINE
    assert np.flatnonzero(score >= LINE).tolist() == [58]


def test_a_spike_at_night_and_a_hole_at_noon_are_sudden_and_the_way_back_is_not():
    values = hours(24 * 14)
    values[0, 200] *= 3
    values[0, 270] *= 0.2
    assert np.flatnonzero(detect(values, 24).score[0] >= LINE).tolist() == [200, 270]


def test_what_is_sudden_lies_outside_of_the_band_and_the_band_around_what_was_expected():
    values = hours(24 * 14)
    values[0, 200] *= 3
    scores = detect(values, 24)
    assert values[0, 200] > scores.high[0, 200]
    known = ~np.isnan(scores.expected)
    assert (scores.low[known] <= scores.expected[known]).all()
    assert (scores.expected[known] <= scores.high[known]).all()
    assert (scores.low[known] >= 0).all()


def test_an_anomaly_does_not_drag_what_is_expected_after_it():
    calm = hours(24 * 14)
    struck = calm.copy()
    struck[0, 200:204] *= 10
    expected, dragged = detect(calm, 24).expected[0], detect(struck, 24).expected[0]
    assert dragged[204:] == pytest.approx(expected[204:], rel=0.25)
    assert dragged[228:] == pytest.approx(expected[228:], rel=0.1)


def test_a_new_level_is_said_once_and_then_believed():
    values = hours(24 * 21)
    values[0, 300:] = np.round(values[0, 300:] * 2)
    scores = detect(values, 24)
    assert scores.score[0, 300] >= LINE
    assert np.count_nonzero(scores.shift) == 1
    (moved,) = np.flatnonzero(scores.shift[0])
    assert 300 < moved <= 312
    assert np.nanmax(scores.score[0, moved + 1 :]) < LINE
    assert scores.expected[0, 350:].mean() == pytest.approx(values[0, 350:].mean(), rel=0.1)


def test_an_ordinary_series_has_no_new_level():
    assert not detect(hours(24 * 30), 24).shift.any()


def test_units_do_not_matter():
    values = days(60)
    values[0, 40] *= 0.5
    once, many = detect(values, 7), detect(values * 1e6, 7)
    assert many.score == pytest.approx(once.score, nan_ok=True)
    assert many.expected == pytest.approx(once.expected * 1e6, nan_ok=True)


def test_series_do_not_know_each_other():
    values = np.concatenate([days(60), days(60, level=3, seed=4), np.full((1, 60), np.nan)])
    values[1, 5:20] = np.nan
    together = detect(values, 7)
    for row in range(3):
        alone = detect(values[row : row + 1], 7)
        np.testing.assert_array_equal(together.score[row], alone.score[0])


@pytest.mark.parametrize("level", [0.0, 5.0, -3.0, 1e12, 1e-12])
def test_what_never_changes_is_never_sudden(level):
    scores = detect(np.full((1, 60), level), 7)
    assert (scores.score[0, 14:] == 0).all()
    assert scores.expected[0, 14:] == pytest.approx(level)


def test_a_hair_off_a_constant_is_not_sudden_and_a_fall_to_nothing_is():
    values = np.full((1, 60), 100.0)
    values[0, 40], values[0, 50] = 101.0, 0.0
    assert np.flatnonzero(detect(values, 7, counts=np.array([False])).score[0] >= LINE).tolist() == [50]


def test_sparse_counts_do_not_blow_up():
    values = np.random.default_rng(3).poisson(0.3, (50, 24 * 14)).astype(float)
    scores = detect(values, 24)
    assert np.nanmax(scores.score) < LINE
    assert np.isfinite(scores.high[:, 48:]).all()
    values[:, 200] = 30
    assert (detect(values, 24).score[:, 200] >= LINE).all()


def test_whole_numbers_count_until_one_is_not():
    values = np.full((1, 60), 1.0)
    values[0, 30] = 4.0
    assert detect(values, 7).score[0, 30] < LINE
    values[0, 20] = 1.5
    assert detect(values, 7).score[0, 30] >= LINE


def test_a_value_that_is_not_there_has_no_score_and_teaches_nothing():
    values = days(60)
    values[0, 30:33] = np.nan
    scores = detect(values, 7)
    assert np.isnan(scores.score[0, 30:33]).all()
    assert not np.isnan(scores.expected[0, 30:33]).any()
    assert np.nanmax(scores.score) < LINE


@pytest.mark.parametrize("shape", [(0, 30), (3, 0), (1, 1), (2, 13)])
def test_too_little_to_judge_is_unknown(shape):
    scores = detect(np.ones(shape), 7)
    assert scores.score.shape == shape
    assert np.isnan(scores.score).all()


# --- the young -----------------------------------------------------------------------------------------------------


def lend(values, season):
    """Return what all of these days have taught."""
    end = values.shape[1]
    return detect_and_lend(np.pad(values, ((0, 0), (0, 1)), constant_values=np.nan), season, {end})[1][end]


def test_a_fall_by_40_percent_on_day_3_is_sudden_by_a_borrowed_scale():
    parent = lend(days(90, level=50_000), 7)
    campaign = days(8, level=300, seed=5)
    campaign[0, 2] *= 0.6
    score = detect(campaign, 7, borrowed=parent).score[0]
    assert np.isnan(score[:2]).all()
    assert np.flatnonzero(score >= LINE).tolist() == [2]


def test_the_first_weekend_of_a_campaign_is_no_fall_when_its_parent_has_them():
    campaign = days(14, level=300, seed=5)
    score = detect(campaign, 7, borrowed=lend(days(90), 7)).score[0]
    assert np.nanmax(score) < LINE


def test_who_has_nobody_to_borrow_from_waits():
    values = days(20, series=2)
    parent = lend(days(90), 7)
    one_only = Borrowed(np.array([parent.noise[0], np.nan]), np.repeat(parent.shape, 2, axis=0))
    score = detect(values, 7, borrowed=one_only).score
    assert not np.isnan(score[0, 2:]).any()
    assert np.isnan(score[1, :14]).all()
    assert not np.isnan(score[1, 14:]).any()


def test_the_too_young_have_nothing_to_lend():
    assert np.isnan(lend(days(10), 7).noise).all()
    assert lend(days(90), 7).noise == pytest.approx(0.045, abs=0.03)


# --- events --------------------------------------------------------------------------------------------------------


def promoted(third):
    """Return weeks with three runs of one promotion, two days each at three times the level, the last as told."""
    values, events = days(140, noise=0.04), np.zeros(140, dtype=np.int64)
    for start, lift in ((30, 3.0), (72, 3.1), (114, third)):
        values[0, start : start + 2] *= lift
        events[start : start + 2] = (1, 2)
    return values, events


def test_an_event_is_held_against_the_last_of_its_kind():
    values, events = promoted(3.0)
    scores = detect(values, 7, events=events)
    assert np.isnan(scores.score[0, [30, 31]]).all()
    assert np.nanmax(scores.score) < LINE
    assert scores.expected[0, 114] == pytest.approx(values[0, 114], rel=0.2)


def test_a_fall_inside_of_an_event_is_found():
    values, events = promoted(1.6)
    score = detect(values, 7, events=events).score[0]
    assert np.flatnonzero(score >= LINE).tolist() == [114, 115]


def test_an_event_teaches_nothing_about_ordinary_days():
    values, events = promoted(3.0)
    ordinary = np.where(events > 0, np.nan, values[0])[None, :]
    kept = events == 0
    np.testing.assert_allclose(detect(values, 7, events=events).score[0, kept], detect(ordinary, 7).score[0, kept])


def test_at_level_nothing_an_event_has_no_share():
    values, events = np.zeros((1, 60)), np.zeros(60, dtype=np.int64)
    events[[20, 40]] = 1
    values[0, [20, 40]] = 50
    assert np.isnan(detect(values, 7, events=events).score[0, [20, 40]]).all()


# --- the very long -------------------------------------------------------------------------------------------------


def test_a_very_long_series_is_judged_as_a_long_one_is():
    values = hours(STRETCH + 3000)
    values[0, STRETCH + 100] *= 3
    long, short = detect(values, 24), detect(values[:, -6000:][:, : 6000 // 24 * 24], 24)
    assert np.flatnonzero(long.score[0] >= LINE).tolist() == [STRETCH + 100]
    assert short.score.shape == (1, 6000)
    flagged = detect(values, 24, counts=np.array([True])).score
    np.testing.assert_array_equal(flagged, long.score)


def test_phases_may_be_told_where_points_do_not_follow_one_another():
    values = hours(24 * 20)
    shop = np.arange(24 * 20) % 24
    open_hours = (shop >= 9) & (shop < 18)
    told = detect(values[:, open_hours], 24, phase=shop[open_hours])
    assert np.nanmax(told.score) < LINE
    assert told.expected[0, -9:] == pytest.approx(values[0, open_hours][-9:], rel=0.25)
