"""What a period is held against when nobody says, and when somebody says so in a word (同比, `last year`).

A month that is still running is held against as many days of the month before, and a promotion against its last run:
thirteen days of June beside all of May, or 618 beside the quiet weeks before it, would only look like news.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from core.calendar.events import Event, coded
from core.calendar.grain import Window
from core.calendar.phrase import read_period
from core.calendar.wording import month_later, plain

WEEK = timedelta(days=7)
NEARLY = timedelta(days=3)  # by how much two windows may differ and still be alike: months do
YEAR = 12
QUARTER = 3

_BEFORE = frozenset(
    (
        *("环比", "上期", "上一期", "前期", "day before", "week before", "month before", "previous"),
        *("previous period", "the previous period", "before"),
    )
)
_YEAR_AGO = frozenset(
    (
        *("同比", "年同比", "去年", "去年同期", "yoy", "year over year", "year on year", "last year", "a year ago"),
        *("year ago", "same period last year"),
    )
)
_WEEK_AGO = frozenset(
    (
        *("周同比", "周环比", "上周同期", "wow", "week over week", "week on week", "a week ago", "week ago"),
        "same day last week",
    )
)
_MONTH_AGO = frozenset(
    (
        *("月同比", "月环比", "上月同期", "mom", "month over month", "month on month", "a month ago", "month ago"),
        "same period last month",
    )
)


def comparison(
    window: Window, said: str, now: datetime, events: Mapping[str, Event], *, event: str | None = None
) -> Window:
    """Return what to hold a window against; `event` is the promotion that the window is, if it is one."""
    words = plain(said).removeprefix("the same ").strip()
    if words in _YEAR_AGO:
        return months_back(window, YEAR)
    if words in _WEEK_AGO:
        return Window(window.start - WEEK, window.end - WEEK)
    if words in _MONTH_AGO:
        return months_back(window, 1)
    if words and words not in _BEFORE:
        named, like = read_period(said, now, events).window, usual(window, now)
        # This month so far `vs last month` means as much of last month.
        return like if named.start == like.start and named.end > like.end else named
    promotion = coded(events, event) if event else None
    return (_last_run(window, promotion) if promotion else None) or usual(window, now)


def usual(window: Window, now: datetime) -> Window:
    """Return the period just before: as many days, or so far of the last week, month, quarter or year."""
    first, after = window.first_day, window.last_day + timedelta(days=1)
    if first.day == after.day == 1:
        months = (after.year - first.year) * YEAR + after.month - first.month
        return months_back(window, months)
    is_running = window.last_day == now.date() and window.last_day > first
    if not is_running:
        return window.previous()
    if first.weekday() == 0 and window.end - window.start <= WEEK:
        return Window(window.start - WEEK, window.end - WEEK)
    if first.day != 1:
        return window.previous()
    if (first.year, first.month) == (now.year, now.month):
        return months_back(window, 1)
    return months_back(window, QUARTER if _quarter(first) == _quarter(now.date()) else YEAR)


def months_back(window: Window, months: int) -> Window:
    """Return the window so many months before: whole months stay whole, others keep their days where there are such."""
    last = window.last_day
    first = month_later(window.first_day, -months)
    if window.first_day.day == 1 and (last + timedelta(days=1)).day == 1:
        end = month_later(last + timedelta(days=1), -months)
        return Window.days(first, end - timedelta(days=1))
    return Window.days(first, month_later(last, -months))


def as_far(compare: Window, window: Window, reached: datetime) -> Window:
    """Return a comparison cut to as far as the facts of the window reach, if the two are alike in length."""
    are_alike = abs((compare.end - compare.start) - (window.end - window.start)) <= NEARLY
    if not are_alike or not window.start < reached < window.end:
        return compare
    return Window(compare.start, min(compare.end, compare.start + (reached - window.start)))


def _quarter(day: date) -> tuple[int, int]:
    return day.year, (day.month - 1) // QUARTER


def _last_run(window: Window, event: Event) -> Window | None:
    """Return the promotion's run before this one, or None in a house that does not know it."""
    before = [year for year, (_, last) in event.days.items() if last < window.first_day]
    return event.window(max(before)) if before else None
