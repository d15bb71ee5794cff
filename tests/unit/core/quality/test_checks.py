"""Each check by itself, on facts that break it and on facts that nearly do."""

import numpy as np
import pytest

from core.calendar.grain import Grain
from core.quality import checks
from core.quality.checks import beyond_whole, bounds, is_expected, is_quiet, out_of_range, spikes, usual
from core.quantity import Unit
from tests.shop import a_catalog, a_metric


def flags(*rows: str) -> np.ndarray:
    """Return rows of `x` (facts came) and `.` (none)."""
    return np.array([[each == "x" for each in row] for row in rows])


WORKDAYS = "xxxxx.." * 4


@pytest.mark.parametrize(
    ("before", "grain", "due"),
    [
        ("x" * 28, Grain.DAY, True),
        ("." * 14 + "x" * 14, Grain.DAY, True),
        ("." * 15 + "x" * 13, Grain.DAY, False),  # a campaign too young to be missed
        (WORKDAYS, Grain.DAY, True),  # the next day is a Monday
        (WORKDAYS[5:] + WORKDAYS[:5], Grain.DAY, False),  # a Saturday, on which nobody works
        ("x" * 3, Grain.WEEK, True),
    ],
)
def test_facts_are_due_where_they_usually_come_on_such_a_day(before, grain, due):
    assert is_expected(flags(before), grain).tolist() == [due]


@pytest.mark.parametrize(
    ("before", "quiet"),
    [
        (WORKDAYS[5:] + WORKDAYS[:5], True),
        (WORKDAYS, False),
        ("." * 28, False),  # nothing came for a month: that is no rest
        ("x" * 3, False),
    ],
)
def test_no_facts_at_all_are_no_news_on_a_day_of_rest(before, quiet):
    assert is_quiet(flags(before), Grain.DAY) is quiet


def test_months_have_no_day_of_rest():
    assert not is_quiet(flags("." * 12), Grain.MONTH)


@pytest.mark.parametrize(
    ("code", "is_finest", "limits"),
    [
        ("clicks", True, (0.0, np.inf)),
        ("spend", False, (0.0, np.inf)),
        ("revenue", True, None),  # refunds may be more than sales
        ("share", True, (0.0, 1.0)),
        ("share", False, (0.0, np.inf)),
        ("unheard_of", True, None),
    ],
)
def test_a_number_has_the_bounds_of_its_nature(code, is_finest, limits):
    catalog = a_catalog(a_metric("share", "占比", "share", Unit.PERCENT))
    assert bounds(code, catalog, is_finest=is_finest) == limits


def test_a_bound_itself_is_in_range_and_no_value_is_neither():
    found = out_of_range(np.array([0.0, 1.0, 1.0001, -0.0001, np.nan]), 0.0, 1.0)
    assert found.tolist() == [False, False, True, True, False]


def test_a_part_may_be_the_whole_and_no_more():
    assert beyond_whole(np.array([5.0, 6.0, np.nan]), np.array([5.0, 5.0, 5.0])).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        ([100.0] * 28, 2000.0, False),  # twenty times, and no more
        ([100.0] * 28, 2001.0, True),
        ([100.0] * 27 + [10000.0], 2500.0, True),  # a spike before it hides nothing
        ([np.nan] * 22 + [100.0] * 6, 9000.0, False),  # six values are no habit
        ([np.nan] * 21 + [100.0] * 7, 9000.0, True),
        ([0.0] * 28, 50.0, False),  # nothing is usual here
        ([100.0] * 28, np.nan, False),
        ([-100.0] * 28, -5000.0, False),
    ],
)
def test_a_spike_is_more_than_twenty_times_the_usual(before, now, found):
    assert spikes(np.array([before]), np.array([now])).tolist() == [found]


def test_how_many_times_is_a_spike_can_be_said():
    before, now = np.array([[10.0] * 10]), np.array([35.0])
    assert spikes(before, now, 3).tolist() == [True]
    assert spikes(before, now, 4).tolist() == [False]


def test_the_usual_is_a_median_and_nothing_of_too_little():
    assert usual(np.array([[1.0, 2, 3, 4, 5, 6, 700], [np.nan] * 7])).tolist()[0] == 4.0
    assert np.isnan(usual(np.array([[np.nan] * 7]))).all()


def test_what_is_counted_among_something_is_named_once():
    assert len(set(checks.PARTS)) == len(checks.PARTS)
    assert all(part != whole for part, whole in checks.PARTS)
