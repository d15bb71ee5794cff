import numpy as np
import pytest

from core.review.sensitivity import LEAST, swing

WEEK = np.array([100.0, 101, 99, 100, 102, 60, 50])


def noisy(weeks, spread=0.05, seed=7):
    return np.tile(WEEK, weeks) * (1 + np.random.default_rng(seed).normal(0, spread, weeks * 7))


def test_noise_is_found_whatever_the_week_does():
    found = swing(noisy(60))
    assert found.noise == pytest.approx(0.05, rel=0.15)
    assert found.rhythm > 0.9


def test_a_number_without_a_week_has_no_rhythm():
    assert swing(100 * (1 + np.random.default_rng(3).normal(0, 0.05, 420))).rhythm < 0.1


def test_the_monthly_threshold_would_have_been_passed_about_once_a_month_and_the_quarterly_less():
    values = noisy(60)
    found = swing(values)
    drops = values[7:] / values[:-7] - 1 < -found.monthly
    runs = int(drops[0]) + int((drops[1:] & ~drops[:-1]).sum())
    assert 8 <= runs <= 14
    assert found.quarterly > found.monthly


def test_for_what_is_better_low_it_is_the_rise_that_counts():
    values = np.tile(WEEK, 9)
    values[45] *= 3
    assert swing(values).monthly is not None  # the week after, it falls back
    values = np.tile(WEEK, 9)
    values[-1] *= 3
    assert swing(values).monthly is None
    assert swing(values, is_rise_bad=True).monthly == pytest.approx(0.01)


@pytest.mark.parametrize("values", [noisy(4)[: LEAST - 1], np.full(60, np.nan), np.zeros(60)])
def test_of_too_little_nothing_is_said(values):
    assert swing(values) is None


def test_below_a_quarter_no_quarterly_is_claimed():
    assert swing(noisy(8)).quarterly is None
