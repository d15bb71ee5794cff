"""Like is held against like: the same weekdays, whole weeks and months, promotions beside promotions."""

from __future__ import annotations

from datetime import date

import pytest

from core.calendar.calendar import Calendar
from core.calendar.events import builtin_events
from core.calendar.grain import Grain, Window
from core.calendar.likes import back, likes

CHINA = Calendar(builtin_events(), keeps_holidays=True)


def window(first, last=None):
    return Window.days(date(*first), date(*(last or first)))


@pytest.mark.parametrize(
    ("grain", "told", "nearest"),
    [
        (Grain.DAY, window((2026, 7, 15)), window((2026, 7, 8))),
        (Grain.DAY, window((2026, 7, 17), (2026, 7, 19)), window((2026, 7, 10), (2026, 7, 12))),  # Friday to Sunday
        (Grain.WEEK, window((2026, 7, 13), (2026, 7, 19)), window((2026, 7, 6), (2026, 7, 12))),
        (Grain.MONTH, window((2026, 7, 1), (2026, 7, 31)), window((2026, 4, 1), (2026, 4, 30))),  # 618 is aside
    ],
)
def test_it_is_held_against_the_nearest_like_it(grain, told, nearest):
    found = likes(told, grain, CHINA)
    assert found.windows[0] == nearest
    assert found.is_alike


def test_a_promotion_whose_like_nobody_knows_is_held_against_the_window_before_openly():
    found = likes(window((2026, 6, 15), (2026, 6, 21)), Grain.WEEK, CHINA)
    assert (found.is_alike, found.events) == (False, ("618", "dragon_boat"))
    assert found.windows == (window((2026, 6, 8), (2026, 6, 14)),)


def test_a_long_leave_is_held_against_as_many_days_that_do_not_overlap():
    leave = window((2026, 9, 30), (2026, 10, 7))
    assert back(leave, Grain.DAY, 1) == window((2026, 9, 16), (2026, 9, 23))


def test_a_month_that_is_still_running_is_held_against_as_many_days():
    assert back(window((2026, 3, 1), (2026, 3, 30)), Grain.MONTH, 1) == window((2026, 2, 1), (2026, 2, 28))
    assert back(window((2026, 5, 1), (2026, 5, 18)), Grain.MONTH, 1) == window((2026, 4, 1), (2026, 4, 18))


def test_a_single_feast_makes_no_week_a_special_one():
    valentine = window((2026, 8, 17), (2026, 8, 23))  # 七夕 is one day of seven
    assert likes(valentine, Grain.WEEK, CHINA).events == ()
