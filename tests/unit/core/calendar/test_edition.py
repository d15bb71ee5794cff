"""On which day a digest is posted, what it tells of, and when it is due: weekends, leave, 调休, month ends and DST."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.calendar.calendar import Calendar
from core.calendar.edition import due, edition, latest
from core.calendar.events import builtin_events
from core.calendar.grain import Grain

SHANGHAI, LONDON, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
CHINA = Calendar(builtin_events(), keeps_holidays=True)
PLAIN = Calendar()


def told(grain, day, calendar=CHINA, **more):
    found = edition(grain, day, calendar, **more)
    return found and (found.window.first_day, found.window.last_day)


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (date(2026, 6, 17), (date(2026, 6, 16), date(2026, 6, 16))),
        (date(2026, 6, 13), None),  # a Saturday
        (date(2026, 6, 15), (date(2026, 6, 12), date(2026, 6, 14))),  # Friday and the weekend
        (date(2026, 10, 1), None),
        (date(2026, 10, 8), (date(2026, 9, 30), date(2026, 10, 7))),  # after a week of leave
        (date(2026, 10, 10), (date(2026, 10, 9), date(2026, 10, 9))),  # a Saturday worked in return (调休)
        (date(2028, 2, 29), (date(2028, 2, 28), date(2028, 2, 28))),
    ],
)
def test_a_day_is_told_on_the_next_one_that_is_worked_and_none_is_left_out(day, days):
    assert told(Grain.DAY, day) == days


def test_who_asks_for_it_is_told_on_holidays_too():
    assert told(Grain.DAY, date(2026, 10, 3), holidays=True) == (date(2026, 10, 2), date(2026, 10, 2))


@pytest.mark.parametrize(
    ("day", "on", "days"),
    [
        (date(2026, 6, 15), 0, (date(2026, 6, 8), date(2026, 6, 14))),
        (date(2026, 6, 16), 0, None),
        (date(2026, 6, 17), 2, (date(2026, 6, 8), date(2026, 6, 14))),
        (date(2026, 10, 5), 0, None),  # a Monday of leave: put off to Thursday
        (date(2026, 10, 8), 0, (date(2026, 9, 28), date(2026, 10, 4))),
        (date(2026, 10, 9), 0, None),
    ],
)
def test_a_week_is_told_on_its_weekday_or_the_next_one_that_is_worked(day, on, days):
    assert told(Grain.WEEK, day, on=on) == days


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (date(2026, 3, 2), (date(2026, 2, 1), date(2026, 2, 28))),  # the 1st is a Sunday
        (date(2026, 3, 1), None),
        (date(2028, 3, 1), (date(2028, 2, 1), date(2028, 2, 29))),
        (date(2026, 10, 8), (date(2026, 9, 1), date(2026, 9, 30))),
        (date(2026, 1, 4), (date(2025, 12, 1), date(2025, 12, 31))),  # a Sunday worked in return
    ],
)
def test_a_month_is_told_on_the_next_ones_first_workday(day, days):
    assert told(Grain.MONTH, day, on=1) == days


def test_each_week_of_two_years_is_told_once():
    days = (date(2025, 1, 6) + timedelta(days=step) for step in range(2 * 365))
    weeks = [found.period.index for day in days if (found := edition(Grain.WEEK, day, CHINA))]
    missed = set(range(weeks[0], weeks[-1])) - set(weeks)
    assert len(set(weeks)) == len(weeks)
    # Two Mondays within one leave are put off to one day, and the newer week is told then.
    assert len(missed) <= 2


def test_whoever_asks_on_a_sunday_is_told_what_came_since_fridays():
    window = latest(Grain.DAY, date(2026, 6, 14), CHINA).window
    assert (window.first_day, window.last_day) == (date(2026, 6, 12), date(2026, 6, 13))
    assert latest(Grain.WEEK, date(2026, 6, 14), CHINA).day == date(2026, 6, 8)


def moments(zone, start, days, at=time(9), home=SHANGHAI):
    """Return every moment at which something newly became due, looked at each quarter of an hour."""
    found = {}
    now = start
    while now < start + timedelta(days=days):
        for own, moment in due(Grain.DAY, at, zone, home, now, PLAIN, holidays=True):
            found.setdefault(own.day, moment)
        now += timedelta(minutes=15)
    return found


@pytest.mark.parametrize(
    ("zone", "sunday"),
    [
        (NEW_YORK, date(2026, 3, 8)),
        (NEW_YORK, date(2026, 11, 1)),
        (LONDON, date(2026, 3, 29)),
        (LONDON, date(2026, 10, 25)),
    ],
)
@pytest.mark.parametrize("at", [time(9), time(1, 30), time(2, 30)])
def test_it_comes_once_a_day_at_its_readers_hour_while_the_clocks_change(zone, sunday, at):
    start = datetime.combine(sunday - timedelta(days=2), time(0), zone).astimezone(UTC)
    found = moments(zone, start, 4, at, home=zone)
    days = [sunday + timedelta(days=step) for step in (-1, 0, 1)]
    assert set(days) <= set(found)
    for day in days:
        here = found[day].astimezone(zone)
        # An hour that the clocks leap over is the one after it.
        assert here.date() == day
        assert here.time() in (at, (datetime.combine(day, at) + timedelta(hours=1)).time())


def test_it_never_comes_before_its_days_are_over_where_the_business_is():
    tokyo = datetime(2026, 6, 16, 0, 30, tzinfo=UTC)  # 9:30 there, and still Monday in New York
    assert not list(due(Grain.DAY, time(9), ZoneInfo("Asia/Tokyo"), NEW_YORK, tokyo, PLAIN))
    ((own, moment),) = due(Grain.DAY, time(9), ZoneInfo("Asia/Tokyo"), NEW_YORK, tokyo + timedelta(hours=4), PLAIN)
    assert own.window.last_day == date(2026, 6, 15)
    assert moment == datetime(2026, 6, 16, 4, tzinfo=UTC)  # midnight in New York


@pytest.mark.parametrize(("hours", "is_news"), [(0, True), (11, True), (12, False)])
def test_what_was_due_while_we_were_down_is_news_for_half_a_day(hours, is_news):
    now = datetime(2026, 6, 17, 1 + hours, tzinfo=UTC)
    assert bool(list(due(Grain.DAY, time(9), SHANGHAI, SHANGHAI, now, CHINA))) is is_news
