"""A team's calendar: which days are worked, where its fiscal year begins, and its events.

In China the government moves weekends about: a week of leave is paid for with Saturdays and Sundays at work (调休),
announced each November for the year to come. A year that has not been announced is answered by the weekdays and the
leave that the law names, and `missing` says so; nothing here fails for want of data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from core.calendar.events import Event, matching_day
from core.calendar.grain import Window
from core.calendar.wording import begun, month_later
from core.errors import Missing

SATURDAY = 5
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Calendar:
    """`keeps_holidays`: whether statutory leave among the events is leave here; elsewhere every weekday is worked."""

    events: Mapping[str, Event] = field(default_factory=dict)
    keeps_holidays: bool = False
    fiscal_starts: int = 1  # the month

    def is_workday(self, day: date) -> bool:
        if self.keeps_holidays:
            for event in self.events.values():
                if event.is_leave and any(day in days for days in event.makeup.values()):
                    return True
                if event.is_leave and any(first <= day <= last for first, last in event.days.values()):
                    return False
        return day.weekday() < SATURDAY

    def next_workday(self, day: date) -> date:
        """Return the first day after it that is worked."""
        following = day + timedelta(days=1)
        while not self.is_workday(following):
            following += timedelta(days=1)
        return following

    def missing(self, day: date) -> Missing | None:
        """Return what is not known of a day's year, so that who reads `is_workday` can say it; None if nothing is."""
        if not self.keeps_holidays:
            return None
        known = {year for event in self.events.values() if event.is_leave for year in event.makeup}
        lacking = sorted(
            event.code for event in self.events.values() if event.is_leave and day.year not in event.makeup
        )
        if not lacking:
            return None
        span = f"{min(known)}–{max(known)}" if known else "—"
        return Missing("workdays-year-unknown", year=day.year, known=span, events=", ".join(lacking))

    def on(self, day: date) -> tuple[Event, ...]:
        """Return the events that a day belongs to, several where they collide."""
        return tuple(event for event in self.events.values() if event.year_of(day) is not None)

    def matching(self, event: str, day: date) -> date | None:
        """Return the day to compare with in that event's last occurrence, if there is one."""
        return matching_day(self.events[event], day) if event in self.events else None

    def fiscal_year(self, day: date) -> Window:
        first = begun(day, MONTHS, self.fiscal_starts)
        return Window.days(first, month_later(first, MONTHS) - timedelta(days=1))


WEEKDAYS_WORKED = Calendar()  # where nothing is known but the days of the week
