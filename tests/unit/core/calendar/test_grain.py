# ruff: noqa: DTZ001 - a wall clock has no zone
"""Hours, days, weeks and months as whole numbers of the wall clock."""

from datetime import date, datetime

import pytest

from core.calendar.grain import Grain, Period, Window

MOMENT = datetime(2026, 6, 19, 14, 35)


@pytest.mark.parametrize(
    ("grain", "start", "end", "shown"),
    [
        (Grain.HOUR, datetime(2026, 6, 19, 14), datetime(2026, 6, 19, 15), "2026-06-19T14"),
        (Grain.DAY, datetime(2026, 6, 19), datetime(2026, 6, 20), "2026-06-19"),
        (Grain.WEEK, datetime(2026, 6, 15), datetime(2026, 6, 22), "2026-W25"),
        (Grain.MONTH, datetime(2026, 6, 1), datetime(2026, 7, 1), "2026-06"),
    ],
)
def test_a_moment_lies_in_its_period(grain, start, end, shown):
    period = Period.holding(MOMENT, grain)
    assert (period.start, period.end, str(period)) == (start, end, shown)


@pytest.mark.parametrize("grain", Grain)
@pytest.mark.parametrize("index", [-700, -1, 0, 1, 20_000])
def test_a_periods_own_start_lies_in_it_and_its_end_in_the_next(grain, index):
    period = Period(grain, index)
    assert Period.holding(period.start, grain) == period
    assert Period.holding(period.end, grain) == period.shift(1)


def test_a_day_without_an_hour_is_its_first_hour():
    assert str(Period.holding(date(2026, 6, 19), Grain.HOUR)) == "2026-06-19T00"


def test_the_first_period_holds_the_first_of_january_1970():
    assert {Period.holding(date(1970, 1, 1), grain).index for grain in Grain} == {0}


def test_a_week_belongs_to_the_year_of_its_thursday():
    assert str(Period.holding(date(2027, 1, 1), Grain.WEEK)) == "2026-W53"


def test_grains_go_from_fine_to_coarse():
    assert [grain.rank for grain in (Grain.HOUR, Grain.DAY, Grain.WEEK, Grain.MONTH)] == [0, 1, 2, 3]


def test_a_window_counts_the_periods_it_touches_and_none_beyond_its_end():
    window = Window.days(date(2026, 6, 1), date(2026, 6, 14))
    assert {grain: len(window.periods(grain)) for grain in Grain} == {
        Grain.HOUR: 14 * 24,
        Grain.DAY: 14,
        Grain.WEEK: 2,
        Grain.MONTH: 1,
    }
    assert (window.first_day, window.last_day) == (date(2026, 6, 1), date(2026, 6, 14))


def test_the_window_before_is_as_long_and_ends_where_this_one_starts():
    window = Window.days(date(2026, 6, 8), date(2026, 6, 14))
    assert window.previous() == Window.days(date(2026, 6, 1), date(2026, 6, 7))


def test_a_window_of_periods_runs_from_the_firsts_start_to_the_lasts_end():
    first = Period.holding(date(2026, 2, 1), Grain.MONTH)
    assert Window.of(first, first.shift(1)) == Window.days(date(2026, 2, 1), date(2026, 3, 31))


@pytest.mark.parametrize("grain", Grain)
def test_a_period_is_read_back_from_what_it_writes(grain: Grain) -> None:
    for day in (date(1970, 1, 1), date(2024, 2, 29), date(2026, 12, 31), date(2027, 1, 1)):
        period = Period.holding(day, grain).shift(5)
        assert Period.read(str(period)) == period


def test_what_is_no_period_is_not_read() -> None:
    for text in ("", "2026", "2026-13", "tomorrow", "2026-W60"):
        with pytest.raises(ValueError, match=r"(?i)invalid|in 1|unpack"):
            Period.read(text)
