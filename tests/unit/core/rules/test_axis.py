"""The grain, the season and the gaps of a column of times."""

from __future__ import annotations

import numpy as np
import pytest

from core.rules.axis import axis

HOUR, DAY = 3600, 86_400


@pytest.mark.parametrize(
    ("step", "season"),
    [(300, 288), (900, 96), (HOUR, 24), (4 * HOUR, 6), (6 * HOUR, 28), (12 * HOUR, 14), (DAY, 7), (7 * DAY, 1), (1, 1)],
)
def test_the_season_follows_from_how_far_apart_the_times_lie(step, season):
    found = axis(1_750_000_000 + np.arange(60) * step)
    assert (found.step, found.season, found.length, found.phase) == (step, season, 60, None)
    assert found.place.tolist() == list(range(60))


def test_months_are_not_equally_long_and_make_a_year():
    months = np.arange("2023-01", "2026-01", dtype="datetime64[M]").astype("datetime64[s]").astype(np.int64)
    found = axis(months)
    assert found.season == 12
    assert found.phase is not None
    assert (np.diff(found.phase) % 12 == 1).all()


def test_a_gap_keeps_its_place():
    found = axis(np.array([0, 1, 2, 5, 6, 7, 8, 9]) * HOUR)
    assert found.place.tolist() == [0, 1, 2, 5, 6, 7, 8, 9]
    assert found.length == 10


def test_times_are_put_in_order_and_keep_their_rows():
    found = axis(np.array([3, 0, 2, 1]) * DAY)
    assert found.order.tolist() == [1, 3, 2, 0]
    assert found.place.tolist() == [0, 1, 2, 3]


def test_a_time_that_comes_twice_is_two_points_of_one_phase():
    found = axis(np.array([0, 1, 2, 2, 3, 4, 5]) * HOUR)
    assert found.length == 7
    assert found.phase is not None
    assert found.phase.tolist() == [0, 1, 2, 2, 3, 4, 5]


def test_times_that_wobble_keep_the_hour_they_mean():
    wobble = np.random.default_rng(1).integers(-600, 600, 100)
    found = axis(np.arange(1, 101) * HOUR + wobble)
    assert found.season == pytest.approx(24, abs=1)
    assert found.phase is not None


def test_days_far_apart_are_not_laid_over_all_the_days_between():
    times = np.array([0, 1, 2, 3, 400]) * DAY
    assert axis(times).length == 5


def test_one_time_has_an_axis_too():
    found = axis(np.array([1_750_000_000]))
    assert (found.length, found.season) == (1, 7)
