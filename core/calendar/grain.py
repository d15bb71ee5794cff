"""Hours, days, weeks and months as whole numbers, so that a cube's time axis is a range.

All of it is wall-clock time in the business's own zone, without a zone attached: a marketing day is
the day on the wall. Index 0 is the period that holds 1970-01-01 00:00; weeks begin on Monday.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

EPOCH = date(1970, 1, 1)
_WEEK_OFFSET = 3  # 1970-01-01 was a Thursday


class Grain(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def rank(self) -> int:
        """Return how coarse it is, hour first."""
        return list(Grain).index(self)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One hour, day, week or month of the business's wall clock."""

    grain: Grain
    index: int

    @classmethod
    def holding(cls, moment: datetime | date, grain: Grain) -> Period:
        """Return the period of that grain in which a wall-clock moment lies."""
        day = moment.date() if isinstance(moment, datetime) else moment
        days = (day - EPOCH).days
        match grain:
            case Grain.HOUR:
                hour = moment.hour if isinstance(moment, datetime) else 0
                return cls(grain, days * 24 + hour)
            case Grain.DAY:
                return cls(grain, days)
            case Grain.WEEK:
                return cls(grain, (days + _WEEK_OFFSET) // 7)
            case Grain.MONTH:
                return cls(grain, (day.year - 1970) * 12 + day.month - 1)

    @classmethod
    def read(cls, text: str) -> Period:
        """Return the period that `str` wrote; ValueError for anything else."""
        day, hour = text[:10], text[11:]
        if "W" in text:
            year, week = text.split("-W")
            return cls.holding(date.fromisocalendar(int(year), int(week), 1), Grain.WEEK)
        if hour:
            return cls.holding(datetime.combine(date.fromisoformat(day), time(int(hour))), Grain.HOUR)
        if len(day) == len("2026-06"):
            return cls.holding(date.fromisoformat(f"{day}-01"), Grain.MONTH)
        return cls.holding(date.fromisoformat(day), Grain.DAY)

    @property
    def start(self) -> datetime:
        """Return its first moment on the wall clock."""
        match self.grain:
            case Grain.HOUR:
                return datetime.combine(EPOCH, time()) + timedelta(hours=self.index)
            case Grain.DAY:
                return datetime.combine(EPOCH + timedelta(days=self.index), time())
            case Grain.WEEK:
                return datetime.combine(EPOCH + timedelta(days=self.index * 7 - _WEEK_OFFSET), time())
            case Grain.MONTH:
                return datetime(1970 + self.index // 12, self.index % 12 + 1, 1)  # noqa: DTZ001 - wall clock

    @property
    def end(self) -> datetime:
        """Return the first moment after it."""
        return self.shift(1).start

    def shift(self, by: int) -> Period:
        return Period(self.grain, self.index + by)

    def __str__(self) -> str:
        """Return `2026-06-18`, `2026-06-18T09`, `2026-W25` or `2026-06`: sortable, and ISO 8601."""
        match self.grain:
            case Grain.HOUR:
                return f"{self.start:%Y-%m-%dT%H}"
            case Grain.DAY:
                return f"{self.start:%Y-%m-%d}"
            case Grain.WEEK:
                year, week, _ = self.start.isocalendar()
                return f"{year}-W{week:02}"
            case Grain.MONTH:
                return f"{self.start:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to, and without, `end`, on the business's wall clock."""

    start: datetime
    end: datetime

    @classmethod
    def days(cls, first: date, last: date) -> Window:
        """Return the window of whole days from `first` through `last`, both included."""
        return cls(datetime.combine(first, time()), datetime.combine(last + timedelta(days=1), time()))

    @classmethod
    def of(cls, first: Period, last: Period) -> Window:
        return cls(first.start, last.end)

    def periods(self, grain: Grain) -> range:
        """Return the indices of all periods that lie in it at least in part."""
        first = Period.holding(self.start, grain)
        last = Period.holding(self.end - timedelta(microseconds=1), grain)
        return range(first.index, last.index + 1)

    def previous(self) -> Window:
        """Return the window of the same length that ends where this one starts."""
        return Window(self.start - (self.end - self.start), self.start)

    @property
    def first_day(self) -> date:
        return self.start.date()

    @property
    def last_day(self) -> date:
        return (self.end - timedelta(microseconds=1)).date()
