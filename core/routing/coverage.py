"""Which alerts nobody would answer for: now, or when somebody is away and nobody nearer than the last resort is left.

It asks the chain of owners itself, for each rule, the slices that the workspace names, and the days on which a known
leave begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice, product
from typing import TYPE_CHECKING

from core.labels import Labels, all_match
from core.people.roster import Roster
from core.routing.owner import LAST_RESORTS, find_owner
from core.routing.route import labels_of, matching

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from core.people.person import Person
    from core.routing.owner import Found
    from core.routing.route import Route
    from core.rules.rule import Rule

AHEAD = timedelta(days=60)
MOST_SLICES = 40  # of one rule: the first values of each dimension stand for the rest


@dataclass(frozen=True, slots=True)
class Gap:
    """A rule's slices for which nobody answers on a day, or (`to`) only whom everything falls to."""

    rule: str
    day: date
    slices: tuple[Labels, ...]
    to: str | None = None


def gaps(
    rules: Sequence[Rule],
    routes: Sequence[Route],
    people: Mapping[str, Person],
    values: Mapping[str, Iterable[str]],
    now: datetime,
) -> tuple[Gap, ...]:
    """Return what is not covered today, and what is less covered on a day of leave. `values` are by dimension."""
    roster = Roster.of(people)
    found: dict[tuple[str, date, str | None], list[Labels]] = {}
    for rule in rules:
        for labels in _slices(rule, roster, values):
            today = _owner(rule, labels, routes, roster, now)
            if today.person is None:
                found.setdefault((rule.id, now.date(), None), []).append(labels)
                continue
            for moment in _leaves(roster, now):
                then = _owner(rule, labels, routes, roster, moment)
                if then.person is None or (then.link in LAST_RESORTS and today.link not in LAST_RESORTS):
                    found.setdefault((rule.id, moment.date(), then.person), []).append(labels)
    return tuple(Gap(rule, day, tuple(slices), to) for (rule, day, to), slices in found.items())


def _owner(rule: Rule, labels: Labels, routes: Sequence[Route], roster: Roster, now: datetime) -> Found:
    seen = labels_of(rule.id, rule.owner, rule.severity, labels, is_opportunity=rule.is_opportunity)
    taken = matching(routes, seen)
    return find_owner(rule.owner, labels, taken, routes, roster, now)


def _slices(rule: Rule, roster: Roster, values: Mapping[str, Iterable[str]]) -> Iterator[Labels]:
    parts = [
        [(name, value) for value in dict.fromkeys((*_named(name, roster), *values.get(name, ())))] or [(name, "*")]
        for name in rule.sentence.by
    ]
    every = (Labels.of(dict(pairs)) for pairs in product(*parts))
    yield from islice((labels for labels in every if all_match(rule.where, labels)), MOST_SLICES)


def _named(dimension: str, roster: Roster) -> Iterator[str]:
    """Yield the values of a dimension that somebody is said to answer for."""
    matches = (*(row.match for row in roster.owned), *(duty.over for one in roster.values() for duty in one.duties))
    for match in matches:
        for matcher in match:
            if matcher.dimension == dimension and not matcher.negated:
                yield from (value.replace("*", "") for value in matcher.values)


def _leaves(roster: Roster, now: datetime) -> list[datetime]:
    """Return noon of each day within sight on which somebody's leave begins: only then can there be less people."""
    moments = {
        datetime.combine(leave.first, time(12), person.zone).astimezone(now.tzinfo)
        for person in roster.values()
        for leave in person.leave
    }
    return sorted(moment for moment in moments if now < moment <= now + AHEAD)
