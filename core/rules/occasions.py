"""The days that promotions and lunar feasts lay over each other: 618 over 618, 春节 over 春节.

A sentence names an event by any of its names; a team's own campaign goes by the code or the title that it has in
`events.yaml`. A day without a counterpart has nothing to be held against, and is not guessed at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

import numpy as np

from core.calendar.events import Event, builtin_events, by_name, matching_day
from core.calendar.grain import Grain, Period
from core.cube.cube import Columns
from core.document import fold, suggesting
from core.errors import Mistake
from core.rules.tree import LastTime, Sentence, SoFar, operands

NOWHERE = -(10**9)  # a column that no cube has


@cache
def known() -> Mapping[str, Event]:
    """Return the events that every team has, by their folded names."""
    return by_name(builtin_events())


def code_of(name: str) -> str:
    """Return the code of an event that every team has; another name is a team's own."""
    event = known().get(fold(name))
    return name.strip() if event is None else event.code


def find(name: str, events: Mapping[str, Event]) -> Event | None:
    return events.get(name) or by_name(events).get(fold(name))


def unknown_events(sentence: Sentence, events: Mapping[str, Event]) -> list[Mistake]:
    """Return a mistake for each event that a sentence names and the calendar does not, with the nearest it does."""
    named = [getattr(operand, "against", None) for operand in operands(sentence.condition)]
    helds = [held.held if isinstance(held, SoFar) else held for held in named]
    names = dict.fromkeys(held.event for held in helds if isinstance(held, LastTime) and held.event is not None)
    return [unknown_event(name, events) for name in names if find(name, events) is None]


def unknown_event(name: str, events: Mapping[str, Event]) -> Mistake:
    return Mistake("rule-unknown-event", suggesting(name, by_name(events), name=name))


def last_time(periods: Iterable[int], grain: Grain, name: str | None, events: Mapping[str, Event]) -> Columns:
    """Return for each period the same one of the event's last occurrence; without a name, of whatever event is on."""
    per_day = 24 if grain is Grain.HOUR else 1
    found: dict[int, int | None] = {}
    result = []
    for period in periods:
        day, hour = divmod(period, per_day)
        if day not in found:
            found[day] = _matching(Period(Grain.DAY, day).start.date(), name, events)
        then = found[day]
        result.append(NOWHERE if then is None else then * per_day + hour)
    return np.array(result, dtype=np.int64)


def occasion(day: date, events: Mapping[str, Event]) -> tuple[Event, date] | None:
    """Return the event that shapes a day, and the day of its last run that this one lies over."""
    # Of several that collide, the shorter one shapes the day: 520 within 618.
    candidates = sorted((each for each in events.values() if each.year_of(day)), key=lambda each: _length(each, day))
    return next(((each, one) for each in candidates if (one := matching_day(each, day))), None)


def _matching(day: date, name: str | None, events: Mapping[str, Event]) -> int | None:
    if name is None:
        found = occasion(day, events)
        then = None if found is None else found[1]
    else:
        named = find(name, events)
        then = None if named is None else matching_day(named, day)
    return None if then is None else Period.holding(then, Grain.DAY).index


def _length(event: Event, day: date) -> int:
    first, last = event.days[event.year_of(day) or day.year]
    return (last - first).days
