"""What people call expected again and again while one event is on: the rule should ask otherwise on those days.

An alert that was true and expected is no noise, and says nothing against the rule on any other day. So only the days of
that event change: by another bound, just beyond all that was expected, or where no bound can be moved without losing
what was useful, by a lower severity. Never by silence: a promotion is watched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from core.alerts.alert import Feedback
from core.calendar.grain import Period
from core.review.bounds import bound_of, bounded, movable, rounded, side_of
from core.rules.occasions import find
from core.rules.rule import During, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.calendar.events import Event
    from core.review.backtest import Episode
    from core.review.record import Record
    from core.review.tuning import Candidate
    from core.rules.rule import Rule

LEAST_EXPECTED = 3  # of one event
_OCCASIONS = frozenset({"season", "incident"})  # these are no occasions: one is half a year, the other no plan


def is_expected(record: Record) -> bool:
    return record.verdict is Feedback.EXPECTED


def occasion_of(candidate: Candidate, records: Sequence[Record]) -> tuple[Event, tuple[Record, ...]] | None:
    """Return the event that most of what was expected fell into, and those alerts; None of too few of them."""
    spoken = {known.code for one in candidate.rule.during if (known := find(one.event, candidate.sides.events))}
    found: list[tuple[Event, tuple[Record, ...]]] = []
    for event in candidate.sides.events.values():
        mine = tuple(one for one in records if is_expected(one) and event.year_of(one.began.start.date()) is not None)
        if event.kind not in _OCCASIONS and event.code not in spoken and len(mine) >= LEAST_EXPECTED:
            found.append((event, mine))
    # Of two that hold the same alerts the shorter one says more: 520 within 618.
    return max(found, key=_weight) if found else None


def quieter(
    candidate: Candidate, event: Event, told: Sequence[tuple[Episode, Record | None]]
) -> Iterator[tuple[Rule, bool]]:
    """Yield rules that ask less during an event, the nearest to what stands first, and whether that is by a bound."""
    rule, leaf = candidate.rule, movable(candidate.rule)
    if leaf is not None:
        side, bound, values = side_of(leaf), bound_of(leaf), candidate.sides.operand(leaf.left)
        rows, start = candidate.sides.reader.cube.slice_index, candidate.sides.periods.start
        places = [
            (rows[one.fingerprint.labels], index - start)
            for one, record in told
            if record and is_expected(record) and event.year_of(record.began.start.date()) is not None
            for index in range(one.finding.period.index, one.last.index + 1)
            if event.year_of(Period(one.last.grain, index).start.date()) is not None
        ]
        numbers = [side * float(values[place]) for place in places if not np.isnan(values[place])]
        if numbers:
            beyond = rounded(side * max(numbers), side, bound)
            if side * (beyond.value - bound.value) > 0:
                yield _during(rule, During(event.code, bounded(rule, leaf, beyond).sentence)), True
    if rule.severity > Severity.INFO and not rule.sizes:
        yield _during(rule, During(event.code, severity=Severity(rule.severity - 1))), False


def _during(rule: Rule, during: During) -> Rule:
    return replace(rule, during=(*rule.during, during))


def _weight(found: tuple[Event, tuple[Record, ...]]) -> tuple[int, timedelta]:
    event, records = found
    day = records[0].began.start.date()
    first, last = event.days[event.year_of(day) or day.year]
    return len(records), first - last
