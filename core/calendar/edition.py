"""On which day what recurs is posted, and which days it tells of: each working day, the week's first, the month's.

A day that nobody works puts it off to the next that is worked, and what it tells of grows by as much: a Monday's tells
of Friday and the weekend, so that no day is ever left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.calendar.calendar import Calendar
from core.calendar.grain import Grain, Period, Window

LONGEST_LEAVE = 16  # days; a new year's with the weekends around it has ten
STILL_NEWS = {Grain.DAY: timedelta(hours=12), Grain.WEEK: timedelta(days=2), Grain.MONTH: timedelta(days=7)}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Edition:
    """`day` is when it is posted; `period` names what it tells of, `window` are its days on the business's calendar."""

    day: date
    period: Period
    window: Window


def edition(grain: Grain, day: date, calendar: Calendar, *, on: int = 0, holidays: bool = False) -> Edition | None:
    """Return what is posted on that day, if anything is: of several that a long leave put off, the newest."""
    if not holidays and not calendar.is_workday(day):
        return None
    if grain is Grain.DAY:
        return _daily(day, calendar, holidays=holidays)
    own = Period.holding(day, grain)
    for period in (own, own.shift(-1), own.shift(-2)):
        nominal = _nominal(period, on)
        if nominal == day or (not holidays and nominal < day and _put_off(nominal, calendar) == day):
            told = period.shift(-1)
            return Edition(day, told, Window.of(told, told))
    return None


def latest(grain: Grain, today: date, calendar: Calendar, *, on: int = 0, holidays: bool = False) -> Edition:
    """Return the newest edition there is by that day, for whoever asks for it now, be it on a Sunday."""
    if grain is Grain.DAY:
        return _daily(today, calendar, holidays=holidays)
    for back in range(2 * LONGEST_LEAVE + 31):
        if found := edition(grain, today - back * _DAY, calendar, on=on, holidays=holidays):
            return found
    told = Period.holding(today, grain).shift(-1)
    return Edition(today, told, Window.of(told, told))


def due(
    grain: Grain,
    at: time,
    zone: ZoneInfo,
    home: ZoneInfo,
    now: datetime,
    calendar: Calendar,
    *,
    on: int = 0,
    holidays: bool = False,
) -> Iterator[tuple[Edition, datetime]]:
    """Yield what has become due and is still news, with when it did."""
    today = now.astimezone(zone).date()
    for back in range(STILL_NEWS[grain].days + 2):
        found = edition(grain, today - back * _DAY, calendar, on=on, holidays=holidays)
        if found is None:
            continue
        moment = moment_of(found, at, zone, home)
        if moment <= now < moment + STILL_NEWS[grain]:
            yield found, moment


def moment_of(own: Edition, at: time, zone: ZoneInfo, home: ZoneInfo) -> datetime:
    """Return when it is due: at that hour of its reader's, and not before its last day is over at the business's."""
    said = datetime.combine(own.day, at, zone).astimezone(UTC)
    return max(said, own.window.end.replace(tzinfo=home).astimezone(UTC))


def _daily(day: date, calendar: Calendar, *, holidays: bool) -> Edition:
    """Return what there is to tell since the last working day's."""
    first = day - _DAY
    while not holidays and not calendar.is_workday(first) and day - first < timedelta(days=LONGEST_LEAVE):
        first -= _DAY
    return Edition(day, Period.holding(day, Grain.DAY), Window.days(first, day - _DAY))


def _nominal(period: Period, on: int) -> date:
    first = period.start.date()
    return first + on * _DAY if period.grain is Grain.WEEK else first + max(on - 1, 0) * _DAY


def _put_off(day: date, calendar: Calendar) -> date:
    return day if calendar.is_workday(day) else calendar.next_workday(day)
