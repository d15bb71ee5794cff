"""Where an axis has its marks, and what stands at them."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar.grain import Grain, Period
from core.charts.axis import mark_labels, period_labels, period_marks, span
from core.charts.sparkline import spark
from core.quantity import Unit


def day(number):
    return Period.holding(date(2026, 6, number), Grain.DAY).index


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40), st.booleans())
def test_every_value_lies_on_the_axis_and_the_marks_are_few(values, whole):
    low, high, marks = span(values, whole=whole)
    assert low <= min(values)
    assert max(values) <= high
    assert all(low - 1e-6 * (high - low) <= mark <= high + 1e-6 * (high - low) for mark in marks)
    assert 1 <= len(marks) <= 7


def test_marks_step_by_round_numbers():
    assert span([0.021, 0.034])[2] == pytest.approx([0.02, 0.025, 0.03, 0.035])


def test_an_axis_that_begins_low_begins_at_nothing():
    assert span([10, 100])[0] == 0
    assert span([80, 100])[0] > 0


def test_a_flat_line_lies_in_the_middle_and_no_half_person_is_marked():
    low, high, marks = span([5.0, 5.0], whole=True)
    assert (low + high) / 2 == 5
    assert marks == [4, 5, 6]


def test_nothing_at_all_has_an_axis_without_marks():
    assert span([]) == (0.0, 1.0, [])
    assert span([float("nan")]) == (0.0, 1.0, [])
    assert mark_labels([], Unit.COUNT, "en", "¥") == []


@pytest.mark.parametrize(
    ("marks", "unit", "en", "zh"),
    [
        ([0, 0.025, 0.05], Unit.PERCENT, ["0%", "2.5%", "5.0%"], ["0%", "2.5%", "5.0%"]),
        ([0, 50_000, 100_000], Unit.COUNT, ["0", "50K", "100K"], ["0", "5万", "10万"]),
        ([-500_000, 0, 500_000], Unit.MONEY, ["−¥500K", "¥0", "¥500K"], ["−¥50万", "¥0", "¥50万"]),
        ([1.0, 1.25, 1.5], Unit.TIMES, ["1.00×", "1.25×", "1.50×"], ["1.00×", "1.25×", "1.50×"]),
        ([0, 60, 120], Unit.SECONDS, ["0", "1 min", "2 min"], ["0", "1分", "2分"]),
        ([10, 20], Unit.SECONDS, ["10 s", "20 s"], ["10秒", "20秒"]),
        ([4.0, 4.5], Unit.SCORE, ["4.0", "4.5"], ["4.0", "4.5"]),
        ([0.01, 0.02], Unit.POINTS, ["1 pp", "2 pp"], ["1 pp", "2 pp"]),
        ([3.0], Unit.COUNT, ["3"], ["3"]),
    ],
)
def test_marks_share_one_scale_and_one_unit(marks, unit, en, zh):
    assert (mark_labels(marks, unit, "en", "¥"), mark_labels(marks, unit, "zh", "¥")) == (en, zh)


@given(st.integers(0, 500), st.integers(1, 20), st.sampled_from(Grain))
def test_no_more_periods_are_named_than_there_is_room_for(count, room, grain):
    marks = period_marks(0, count, grain, room)
    assert len(marks) <= room + 1
    assert all(0 <= mark < count for mark in marks)
    if count and grain is not Grain.HOUR:
        assert marks[-1] == count - 1


def test_days_are_named_from_the_newest_back_by_weeks():
    assert period_labels(day(1), 18, Grain.DAY, "zh", 4) == [(3, "6月4日"), (10, "6月11日"), (17, "6月18日")]


def test_midnight_has_its_day_and_other_hours_their_clock():
    first = Period.holding(datetime(2026, 6, 17, 22), Grain.HOUR).index  # noqa: DTZ001 - wall clock
    assert period_labels(first, 9, Grain.HOUR, "en", 5) == [
        (0, "22:00"),
        (2, "Jun 18"),
        (4, "02:00"),
        (6, "04:00"),
        (8, "06:00"),
    ]


def test_a_month_has_its_year_when_that_is_news():
    first = Period.holding(date(2025, 11, 1), Grain.MONTH).index
    labels = [label for _, label in period_labels(first, 4, Grain.MONTH, "en", 6)]
    assert labels == ["Nov 2025", "Dec", "Jan 2026", "Feb"]


def test_weeks_are_named_by_their_monday():
    first = Period.holding(date(2026, 6, 18), Grain.WEEK).index
    assert period_labels(first, 1, Grain.WEEK, "zh", 3) == [(0, "6月15日")]


def test_a_spark_is_lifted_where_a_value_is_missing():
    assert spark([1, 2, None, 1], 32, 12) == "M1 11L11 1M31 11h0"
    assert spark([None, 1, None], 32, 12) == "M16 6h0"


def test_a_flat_spark_lies_in_the_middle_and_an_empty_one_is_nothing():
    assert spark([3, 3], 12, 12) == "M1 6L11 6"
    assert spark([None, float("nan")], 12, 12) == ""
    assert spark([], 12, 12) == ""
