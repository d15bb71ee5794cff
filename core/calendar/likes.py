"""The windows that are fair to hold one against: the same weekdays, as many of them, and promotions beside promotions.

A week of 618 is held against no ordinary week, nor a day after a holiday against one within it. Where nothing alike is
left, the promotion's last run is taken, and where nobody knows it the window just before, openly: `is_alike` is False.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from core.calendar.calendar import Calendar
from core.calendar.grain import Grain, Period, Window

BACK = {Grain.DAY: 6, Grain.WEEK: 8, Grain.MONTH: 6}  # how many earlier windows are looked at
TELLS = 0.2  # of a window: an event on fewer of its days makes it no special one
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Likes:
    """`windows` begin with the nearest, against which a change is told; `events` are what makes the window special."""

    windows: tuple[Window, ...]
    events: tuple[str, ...] = ()
    is_alike: bool = True


def likes(window: Window, grain: Grain, calendar: Calendar) -> Likes:
    """Return the earlier windows like this one, the nearest first; there is always one."""
    own = special(window, calendar)
    earlier = [back(window, grain, steps) for steps in range(1, BACK[grain] + 1)]
    alike = tuple(one for one in earlier if special(one, calendar) == own)
    if alike:
        return Likes(alike, own)
    run = _last_run(window, own, calendar)
    return Likes((run,), own) if run else Likes((earlier[0],), own, is_alike=False)


def back(window: Window, grain: Grain, steps: int) -> Window:
    """Return the window so many steps before: whole months or weeks, and of days the same weekdays.

    >>> from datetime import date
    >>> back(Window.days(date(2026, 6, 12), date(2026, 6, 14)), Grain.DAY, 1).first_day.isoformat()
    '2026-06-05'
    """
    if grain is Grain.MONTH:
        month = Period.holding(window.first_day, Grain.MONTH).shift(-steps)
        days = min((window.end - window.start).days, (month.end - month.start).days)
        whole = window.end == Period.holding(window.first_day, Grain.MONTH).end
        return Window(month.start, month.end if whole else month.start + days * _DAY)
    weeks = -(-(window.end - window.start).days // 7) * steps
    return Window(window.start - weeks * 7 * _DAY, window.end - weeks * 7 * _DAY)


def special(window: Window, calendar: Calendar) -> tuple[str, ...]:
    """Return the promotions, leaves and incidents on a good part of a window's days, by code."""
    days = (window.end - window.start) / _DAY
    return tuple(
        sorted(
            event.code
            for event in calendar.events.values()
            if event.kind != "season"
            and any(_shared(window, first, last) >= max(1, TELLS * days) for first, last in event.days.values())
        )
    )


def _shared(window: Window, first: date, last: date) -> int:
    return (min(last, window.last_day) - max(first, window.first_day)).days + 1


def _last_run(window: Window, own: tuple[str, ...], calendar: Calendar) -> Window | None:
    """Return the days of the promotion's last run that lie where these lie in this one."""
    for code in own:
        first, last = calendar.matching(code, window.first_day), calendar.matching(code, window.last_day)
        if first and last and last - first == window.last_day - window.first_day:
            return Window.days(first, last)
    return None
