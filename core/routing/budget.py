"""How much one person is called in a day, and what of it waits for the digest.

A budget counts alerts and not messages, so that a card of thirty is thirty. Within it everything calls; beyond it
the most useful of what comes calls as long as there is room, and the rest goes to the digest, openly: its trace says
so, and its owner is told once a day that there is more. What is critical always calls, and is counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.alerts.alert import Reason
from core.notices.notice import CALLS, Kind, Notice
from core.routing.trace import ROUTED, Line, lines_of, packed
from core.rules.rule import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from core.alerts.alert import Alert
    from core.alerts.event import Change, Event
    from core.errors import Fact
    from core.people.person import Person

READS_WITHIN = timedelta(days=1)  # by then their digest has come
_USEFUL = (Reason.REAL_ACTED, Reason.REAL_EXPECTED, Reason.DATA_ISSUE)
_NOISE = (Reason.FALSE_ALARM, Reason.NOT_ACTIONABLE, Reason.DUPLICATE)


@dataclass(frozen=True, slots=True)
class Record:
    """What people said of a rule's alerts when they closed them."""

    useful: int = 0
    noise: int = 0

    @property
    def precision(self) -> float:
        """Return the share that was useful; a rule of which little is known stands in the middle."""
        return (self.useful + 1) / (self.useful + self.noise + 2)

    def with_reason(self, reason: Reason, many: int = 1) -> Record:
        return Record(self.useful + many * (reason in _USEFUL), self.noise + many * (reason in _NOISE))


@dataclass(frozen=True, slots=True)
class Call:
    """That somebody was called for an alert, or that it was put off to their digest of that day."""

    alert: str
    person: str
    at: datetime
    is_put_off: bool = False
    digest: date | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """What is known when a budget is asked for: today's calls of its people, and the rules' records."""

    calls: tuple[Call, ...] = ()
    records: Mapping[str, Record] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Budgeted:
    changes: tuple[Change, ...]
    notices: tuple[Notice, ...]
    calls: tuple[Call, ...] = ()


def day_of(person: Person, now: datetime) -> datetime:
    """Return when their own day began."""
    midnight = now.astimezone(person.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(now.tzinfo)


def budget(
    changes: Sequence[Change],
    notices: Iterable[Notice],
    spent: Spent,
    people: Mapping[str, Person],
    now: datetime,
) -> Budgeted:
    """Return what still calls, what was counted, and the changes with the reason of each call that was put off."""
    alerts = {change.after.id: change.after for change in changes}
    limited = {id for id, person in people.items() if person.budget is not None}
    unheard = _unheard(spent.calls)
    calling: dict[str, list[Notice]] = defaultdict(list)
    kept: list[Notice] = []
    over: dict[str, set[str]] = defaultdict(set)
    for notice in notices:
        if notice.to not in limited or notice.alert not in alerts:
            kept.append(notice)
        elif notice.kind in CALLS:
            calling[str(notice.to)].append(notice)
        elif notice.kind is Kind.RECOVERED and (notice.to, notice.alert) in unheard:
            over[str(notice.alert)].add(str(notice.to))
        else:
            kept.append(notice)
    calls: list[Call] = []
    for to, crowd in calling.items():
        today = [call for call in spent.calls if call.person == to and call.at >= day_of(people[to], now)]
        put_off = _put_off(crowd, alerts, today, spent.records, people[to].budget or 0)
        kept += [notice for notice in crowd if notice not in put_off]
        calls += [Call(str(notice.alert), to, now, notice in put_off) for notice in crowd]
        for notice in put_off:
            over[str(notice.alert)].add(to)
        if put_off:
            kept.append(_news(to, len(put_off), people[to], now))
    told = {notice.alert for notice in kept if notice.kind in CALLS}
    explained = (_explained(change, over[change.after.id], people, told) for change in changes)
    return Budgeted(tuple(explained), tuple(kept), tuple(calls))


def _unheard(calls: Iterable[Call]) -> set[tuple[str, str]]:
    """Return whom an alert was last put off for: they need not hear that it is over."""
    last = {(call.person, call.alert): call.is_put_off for call in sorted(calls, key=lambda call: call.at)}
    return {key for key, is_put_off in last.items() if is_put_off}


def _put_off(
    crowd: Sequence[Notice],
    alerts: Mapping[str, Alert],
    today: Sequence[Call],
    records: Mapping[str, Record],
    most: int,
) -> list[Notice]:
    """Return what is beyond the budget: the least useful of what is not critical."""
    called = Counter(call.alert for call in today if not call.is_put_off)
    others = [notice for notice in crowd if alerts[str(notice.alert)].severity is not Severity.CRITICAL]
    room = max(0, most - called.total() - (len(crowd) - len(others)))

    def use(notice: Notice) -> tuple[int, float, int]:
        alert = alerts[str(notice.alert)]
        record = records.get(alert.fingerprint.rule, Record())
        return alert.severity, record.precision, -called[alert.id]

    return sorted(others, key=use, reverse=True)[room:]


def _news(to: str, count: int, person: Person, now: datetime) -> Notice:
    """Return the word that there is more; its key lets it be said once a day."""
    day = now.astimezone(person.zone).date()
    facts: dict[str, Fact] = {"news": "budget", "count": count, "budget": person.budget or 0}
    return Notice(f"budget:{to}:{day}", Kind.NEWS, None, to, facts)


def _explained(
    change: Change, put_off: AbstractSet[str], people: Mapping[str, Person], told: AbstractSet[str | None]
) -> Change:
    """Return the change whose trace says who was not called after all.

    Where that was its owner nobody is called over their head before they have read of it; where it was everybody it has
    not been told.
    """
    if not put_off:
        return change
    after, before = change.after, change.before
    if after.owner in put_off and after.escalation.next_at:
        after = replace(after, escalation=replace(after.escalation, next_at=after.escalation.next_at + READS_WITHIN))
    if after.id not in told:
        after = replace(after, told_at=before.told_at if before else None)
    events = tuple(_retold(event, put_off, people) for event in change.events)
    return replace(change, after=after, events=events)


def _retold(event: Event, put_off: AbstractSet[str], people: Mapping[str, Person]) -> Event:
    if event.kind != ROUTED:
        return event
    lines = []
    for line in lines_of(event):
        to = str(line.facts.get("to"))
        if line.code == "told" and to in put_off:
            budget = people[to].budget or 0
            lines.append(Line("throttled", {"to": to, "budget": budget, "kind": line.facts["kind"]}))
        else:
            lines.append(line)
    return replace(event, facts=packed(lines))
