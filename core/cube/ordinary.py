"""Which days are like the one that is judged: what a historical mean is taken over when nobody says how far back.

Days of a promotion or a feast are left out, unless the judged day belongs to it as well, and days of an incident
always are; older ordinary days take their places. Seasons are ordinary: in summer, summer is what is usual.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

import numpy as np

from core.calendar.grain import Grain, Period
from core.cube.cube import Columns

if TYPE_CHECKING:
    from datetime import date

    from core.calendar.events import Event

REACH = 62  # days further back at most, in search of ordinary ones: the longest promotion and what stands around it
HOURS, WEEK = 24, 7


def is_all(first: date, last: date, events: Mapping[str, Event]) -> bool:
    """Return whether every day from `first` through `last` is ordinary, so that no mean looks beyond its span."""
    runs = (run for each in events.values() if each.kind != "season" for run in each.days.values())
    return not any(begins <= last and first <= ends for begins, ends in runs)


class Days:
    """Which events each day belongs to."""

    def __init__(self, events: Mapping[str, Event]) -> None:
        every = [each for each in events.values() if each.kind != "season"]
        self.incidents = {each.code for each in every if each.kind == "incident"}
        self.on: dict[int, set[str]] = defaultdict(set)
        for each in every:
            for first, last in each.days.values():
                for day in range(Period.holding(first, Grain.DAY).index, Period.holding(last, Grain.DAY).index + 1):
                    self.on[day].add(each.code)

    def of(self, day: int) -> AbstractSet[str]:
        return self.on.get(day, frozenset())

    def like(self, judged: int, span: int, stride: int) -> list[int]:
        """Return the last `span` days, every `stride`-th of them, that are like the judged one; the nearest first."""
        own = self.of(judged) - self.incidents
        found: list[int] = []
        back = stride
        while len(found) < span // stride and back <= span + REACH:
            if not self.of(judged - back) - own:
                found.append(judged - back)
            back += stride
        return found


def picked(
    periods: Iterable[int], grain: Grain, span: int, stride: int, events: Mapping[str, Event]
) -> list[Columns | None]:
    """Return for each period those that its mean is taken over; None where these are just the last ones."""
    days = Days(events)
    if grain is Grain.DAY:
        return [_unless_plain(each, days.like(each, span, stride), span, stride) for each in periods]
    return [_hours(each, days, span, stride) for each in periods]


def alike(judged: range, span: int, events: Mapping[str, Event]) -> set[int]:
    """Return every day that the mean of one of these days is taken over, by all days or by one weekday's."""
    days = Days(events)
    return {each for day in judged for stride in (1, WEEK) for each in days.like(day, span, stride)}


def beyond(judged: range, span: int, events: Mapping[str, Event]) -> int:
    """Return how many days further back than its span the mean of one of these days looks, by all days or by one
    weekday's.
    """
    days = Days(events)
    oldest = (min(days.like(day, span, stride), default=day) - day for day in judged for stride in (1, WEEK))
    return max(0, -min(oldest, default=0) - span)


def _hours(period: int, days: Days, span: int, stride: int) -> Columns | None:
    day, hour = divmod(period, HOURS)
    whole = span // HOURS
    if stride != 1:  # the same hour of the same weekday
        found = [each * HOURS + hour for each in days.like(day, whole, stride // HOURS)]
        return _unless_plain(period, found, span, stride)
    alike = days.like(day, whole, 1)
    hours = [day * HOURS + each for each in range(hour)] + [
        each * HOURS + one for each in alike for one in reversed(range(HOURS))
    ]
    return _unless_plain(period, sorted(hours, reverse=True)[:span], span, stride)


def _unless_plain(period: int, found: list[int], span: int, stride: int) -> Columns | None:
    plain = list(range(period - stride, period - span // stride * stride - 1, -stride))
    return None if found == plain else np.array(found, dtype=np.int64)
