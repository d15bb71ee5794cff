"""Who is on duty: people in turn, by day or by week, from one handover to the next.

A turn is counted in days on the wall of the rota's own zone, never in hours, so that a night on which the clocks
change moves nobody's turn. A rota that keeps only some days or hours is off at all others, and answers nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from core.text import Text

WEEK = 7


class Turn(StrEnum):
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody else's days, both included: each is the day on which a shift begins."""

    first: date
    last: date
    person: str


@dataclass(frozen=True, slots=True)
class Rota:
    """`first` is the day on which the first of `people` begins. `days` are weekdays from Monday, 0; all when empty."""

    id: str
    title: Text
    people: tuple[str, ...]
    first: date
    zone: ZoneInfo
    turn: Turn = Turn.WEEK
    handover: time = time(9)
    days: tuple[int, ...] = ()
    hours: tuple[time, time] | None = None
    overrides: tuple[Override, ...] = ()
    swaps: tuple[tuple[date, date], ...] = ()  # two days that change places

    def is_on(self, now: datetime) -> bool:
        """Return whether anybody is on duty at all, on that day and at that hour."""
        if self.days and self.day(now).weekday() not in self.days:
            return False
        if self.hours is None:
            return True
        begin, end = self.hours
        clock = now.astimezone(self.zone).time()
        return begin <= clock < end if begin < end else clock >= begin or clock < end

    def line(self, now: datetime) -> tuple[str, ...]:
        """Return who is on duty, and after them those whose turn comes next; nobody while it is off."""
        if not self.is_on(now):
            return ()
        day = self.day(now)
        place = self._place(day)
        following = (self.people[(place + step) % len(self.people)] for step in range(len(self.people)))
        return tuple(dict.fromkeys((self.on(day), *following)))

    def on(self, day: date) -> str:
        """Return whose the shift is that begins on a day: an override's, that of a day swapped for it, or in turn."""
        return self._overridden(day) or self._in_turn(self._swapped(day))

    def day(self, now: datetime) -> date:
        """Return the day on which the present shift began."""
        local = now.astimezone(self.zone)
        return local.date() if local.time() >= self.handover else local.date() - timedelta(days=1)

    def until(self, now: datetime) -> datetime:
        """Return when whoever is on duty hands over to somebody else, four weeks ahead at most."""
        day = self.day(now)
        days = [day + timedelta(days=ahead) for ahead in range(1, 4 * WEEK + 1)]
        others = (following for following in days if self.on(following) != self.on(day))
        return datetime.combine(next(others, days[-1]), self.handover, self.zone)

    def _overridden(self, day: date) -> str | None:
        # The last word counts: who corrects an override writes another below it.
        return next((one.person for one in reversed(self.overrides) if one.first <= day <= one.last), None)

    def _swapped(self, day: date) -> date:
        for one, other in self.swaps:
            if day in (one, other):
                return other if day == one else one
        return day

    def _in_turn(self, day: date) -> str:
        return self.people[self._place(day)]

    def _place(self, day: date) -> int:
        if self.turn is Turn.WEEK:
            return (day - self.first).days // WEEK % len(self.people)
        return (self._counted(day) - self._counted(self.first)) % len(self.people)

    def _counted(self, day: date) -> int:
        """Return how many days of this rota come before a day, since the calendar's own beginning."""
        if not self.days:
            return day.toordinal()
        weeks, weekday = divmod(day.toordinal() - 1, WEEK)
        return weeks * len(self.days) + sum(one < weekday for one in self.days)
