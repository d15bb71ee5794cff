"""When somebody works: in their own zone, on their own hours, on the team's workdays, and not while on leave.

All moments are UTC; only the ends of a working day are put together on the wall of its person, so that a day on
which the clocks change is as long as it is.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from core.calendar.calendar import Calendar
    from core.people.person import Person

_HORIZON = 400  # days: whoever does not work within them keeps no hours that one could wait for


def is_working(person: Person, now: datetime, calendar: Calendar) -> bool:
    shift = _shift(person, now.astimezone(person.zone).date(), calendar)
    return shift is not None and shift[0] <= now < shift[1]


def next_start(person: Person, now: datetime, calendar: Calendar) -> datetime | None:
    """Return when they next begin to work, None if that is nowhere in sight."""
    today = now.astimezone(person.zone).date()
    for ahead in range(_HORIZON):
        shift = _shift(person, today + timedelta(days=ahead), calendar)
        if shift and shift[0] > now:
            return shift[0]
    return None


def working_after(person: Person, now: datetime, length: timedelta, calendar: Calendar) -> datetime:
    """Return when they have worked for that long from now on; the plain moment for whoever keeps no hours."""
    today, left = now.astimezone(person.zone).date(), length
    for ahead in range(_HORIZON):
        shift = _shift(person, today + timedelta(days=ahead), calendar)
        if shift is None or shift[1] <= now:
            continue
        begin = max(now, shift[0])
        if begin + left <= shift[1]:
            return begin + left
        left -= shift[1] - begin
    return now + length


def working_before(person: Person, moment: datetime, length: timedelta, calendar: Calendar) -> datetime:
    """Return the moment from which they work for that long until this one; the mirror of `working_after`."""
    today, left = moment.astimezone(person.zone).date(), length
    for back in range(_HORIZON):
        shift = _shift(person, today - timedelta(days=back), calendar)
        if shift is None or shift[0] >= moment:
            continue
        end = min(moment, shift[1])
        if end - left >= shift[0]:
            return end - left
        left -= end - shift[0]
    return moment - length


def _shift(person: Person, day: date, calendar: Calendar) -> tuple[datetime, datetime] | None:
    if person.is_away(day) or not calendar.is_workday(day):
        return None
    begin, end = (datetime.combine(day, hour, person.zone).astimezone(UTC) for hour in person.workday)
    return begin, end
