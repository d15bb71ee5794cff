"""Hours of the wall that were not there just once: the one that a clock leaps over in spring, the one it repeats.

A period is an hour on the wall, so each day has 24 of them, and on two days a year that is not so.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from core.calendar.grain import Grain, Period

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

HOUR, NEVER = timedelta(hours=1), timedelta(0)
_FIRST, _LAST = Period.read("1900-01-01").index, Period.read("2199-12-31").index  # a column may lie beyond all days


@lru_cache(maxsize=4096)
def odd_hours(day: int, zone: tzinfo) -> Mapping[int, timedelta]:
    """Return which hours of a day last longer or shorter than one, and how long: not at all, twice.

    >>> from zoneinfo import ZoneInfo
    >>> {
    ...     hour: str(length)
    ...     for hour, length in odd_hours(Period.read("2026-03-08").index, ZoneInfo("US/Eastern")).items()
    ... }
    {2: '0:00:00'}
    >>> {
    ...     hour: str(length)
    ...     for hour, length in odd_hours(Period.read("2026-11-01").index, ZoneInfo("US/Eastern")).items()
    ... }
    {1: '2:00:00'}
    """
    if not _FIRST <= day <= _LAST:
        return {}
    whole = Period(Grain.DAY, day)
    if _moment(whole.end, zone) - _moment(whole.start, zone) == 24 * HOUR:
        return {}
    starts = [_moment(Period(Grain.HOUR, day * 24 + hour).start, zone) for hour in range(25)]
    return {hour: starts[hour + 1] - starts[hour] for hour in range(24) if starts[hour + 1] - starts[hour] != HOUR}


def _moment(wall: datetime, zone: tzinfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)
