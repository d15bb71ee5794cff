"""Working hours: one's own zone, workdays, leave, and days on which the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.calendar.calendar import Calendar
from core.calendar.events import builtin_events
from core.people.person import Leave
from core.routing.hours import is_working, next_start, working_after
from tests.builders import a_person

WEEK = Calendar()
CHINA = Calendar(builtin_events(), keeps_holidays=True)
ALICE = a_person("alice")  # Shanghai, 09:00 to 18:00
HOUR = timedelta(hours=1)


def shanghai(*moment):
    return datetime(*moment, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "works"),
    [
        ((2026, 6, 18, 9, 0), True),
        ((2026, 6, 18, 17, 59), True),
        ((2026, 6, 18, 18, 0), False),
        ((2026, 6, 18, 3, 0), False),
        ((2026, 6, 20, 11, 0), False),  # a Saturday
    ],
)
def test_a_person_works_on_workdays_within_their_hours(moment, works):
    assert is_working(ALICE, shanghai(*moment), WEEK) is works


def test_the_next_working_day_passes_over_a_weekend_and_leave():
    friday_night = shanghai(2026, 6, 12, 22, 0)
    assert next_start(ALICE, friday_night, WEEK) == shanghai(2026, 6, 15, 9, 0)
    away = a_person("alice", leave=(Leave(date(2026, 6, 15), date(2026, 6, 16)),))
    assert next_start(away, friday_night, WEEK) == shanghai(2026, 6, 17, 9, 0)


def test_a_holiday_on_a_weekday_is_no_workday_and_a_made_up_saturday_is():
    assert not is_working(ALICE, shanghai(2026, 6, 19, 11, 0), CHINA), "端午 2026 is a Friday"
    assert is_working(ALICE, shanghai(2026, 2, 14, 11, 0), CHINA), "a Saturday worked for 春节 (调休)"


def test_a_timer_runs_on_working_time():
    assert working_after(ALICE, shanghai(2026, 6, 18, 10, 0), HOUR, WEEK) == shanghai(2026, 6, 18, 11, 0)
    assert working_after(ALICE, shanghai(2026, 6, 18, 17, 30), HOUR, WEEK) == shanghai(2026, 6, 19, 9, 30)
    assert working_after(ALICE, shanghai(2026, 6, 18, 2, 0), HOUR, WEEK) == shanghai(2026, 6, 18, 10, 0)
    assert working_after(ALICE, shanghai(2026, 6, 19, 12, 0), 12 * HOUR, WEEK) == shanghai(2026, 6, 22, 15, 0)


@pytest.mark.parametrize(("day", "worked"), [(date(2026, 3, 30), 8), (date(2026, 10, 26), 8), (date(2028, 2, 29), 8)])
def test_a_day_is_as_long_as_its_wall_says_across_dst_and_a_leap_day(day, worked):
    anna = a_person("anna", zone=ZoneInfo("Europe/Berlin"), workday=(time(9), time(17)))
    begin = next_start(anna, datetime.combine(day, time(), UTC) - timedelta(hours=3), WEEK)
    assert begin.astimezone(anna.zone).time() == time(9)
    assert working_after(anna, begin, worked * HOUR, WEEK).astimezone(anna.zone).time() == time(17)


def test_who_works_through_the_night_the_clocks_change_works_an_hour_less():
    sunday = a_person("eve", zone=ZoneInfo("Europe/Berlin"), workday=(time(0), time(6)))
    every = Calendar()
    friday = datetime(2026, 3, 27, 0, 0, tzinfo=sunday.zone).astimezone(UTC)
    assert is_working(sunday, friday, every)
    assert working_after(sunday, friday, 6 * HOUR, every) - friday == 6 * HOUR


def test_who_keeps_no_hours_is_waited_for_by_the_clock():
    gone = a_person("gone", leave=(Leave(date(2020, 1, 1), date.max),))
    now = shanghai(2026, 6, 18, 10, 0)
    assert next_start(gone, now, WEEK) is None
    assert working_after(gone, now, HOUR, WEEK) == now + HOUR
