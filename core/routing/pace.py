"""A team's own pace: what takes working time, in each one's hours, holidays and leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from core.routing.hours import working_after, working_before

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.calendar.calendar import Calendar
    from core.people.person import Person

_ANY_DAY = date(2026, 1, 5)


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """Somebody whom nobody knows keeps no hours: for them time is the clock's."""

    people: Mapping[str, Person]
    calendar: Calendar

    def after(self, person: str | None, now: datetime, length: timedelta) -> datetime:
        who = self.people.get(person or "")
        return working_after(who, now, length, self.calendar) if who else now + length

    def a_day_after(self, person: str | None, now: datetime) -> datetime:
        who = self.people.get(person or "")
        return working_after(who, now, _day_of(who), self.calendar) if who else now + timedelta(days=1)

    def a_day_before(self, person: str | None, moment: datetime) -> datetime:
        who = self.people.get(person or "")
        return working_before(who, moment, _day_of(who), self.calendar) if who else moment - timedelta(days=1)


def _day_of(person: Person) -> timedelta:
    """Return how long their working day is on the wall; a day on which the clocks change is no shorter a promise."""
    begin, end = (datetime.combine(_ANY_DAY, hour) for hour in person.workday)
    return end - begin
