"""One change on its way to whoever hears of it: what is said of it so far, to whom, and the lines of its trace.

What a rule of routing decides is written here, and nowhere else; each saying leaves a line, and so does each silence.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from core.alerts.event import BEACON, Change, Event
from core.alerts.holds import Hold, HoldKind, quiet_hours
from core.calendar.calendar import Calendar
from core.notices.notice import CALLS, EVERYWHERE, Kind, Notice, Place
from core.routing.hours import is_working, next_start
from core.routing.route import Route, for_orphans, labels_of, matching
from core.routing.trace import Line, packed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.alerts.alert import Alert
    from core.errors import Fact
    from core.people.person import Person
    from core.rules.rule import Rule

PROMISED = ("due-soon", "due", "overdue")  # there may be several at once; no hold on the alert keeps a promise back
_ANY_WEEK = Calendar()


class Desk:
    """One change on its way through: gathers notices, and lines for the trace."""

    def __init__(
        self,
        change: Change,
        rule: Rule | None,
        routes: Sequence[Route],
        people: Mapping[str, Person],
        now: datetime,
        calendar: Calendar | None,
    ) -> None:
        self.change = change
        self.calendar = calendar or _ANY_WEEK
        self.routes = routes
        self.people = people
        self.now = now
        alert = change.after
        self.rule = rule
        self.role = rule.owner if rule else ""
        self.labels = alert.fingerprint.labels
        is_good = rule is not None and rule.is_opportunity
        seen = labels_of(alert.fingerprint.rule, self.role, alert.severity, self.labels, is_opportunity=is_good)
        self.taken = for_orphans(routes) if alert.fingerprint.orphan else matching(routes, seen)
        self.lines: list[Line] = []
        self.passed: tuple[Line, ...] = ()  # whom the chain of owners went past, and why
        self.notices: list[Notice] = []
        self.ended: list[Hold] = []
        self.begun: list[Hold] = []
        policy = next((route.passes for route in self.taken if route.passes), None)
        self.is_loud = policy is None or alert.severity >= policy  # whether it calls people who are not at work
        self.asleep: dict[str, Hold] = {}

    def say(self, kind: Kind, event: Event, to: str | None, reason: str) -> None:
        """Tell a person now, or when they begin to work; what a person asks for passes at any hour."""
        if to is None:
            return
        until = None if self.is_loud or event.actor != BEACON else self.off_until(to)
        if until is None:
            self.notice(kind, event, to, reason)
            return
        if to not in self.asleep and kind is not Kind.RECOVERED:
            self.asleep[to] = quiet_hours(self.change.after, to, until, self.now)
            self.begun.append(self.asleep[to])
        self.silent("held", kind=str(kind), hold=str(HoldKind.QUIET_HOURS), by=to, until=until.isoformat())

    def off_until(self, to: str) -> datetime | None:
        """Return when somebody who is not at work next is; None for who is, or who keeps no hours."""
        person = self.people.get(to)
        if person is None or is_working(person, self.now, self.calendar):
            return None
        return next_start(person, self.now, self.calendar)

    def say_in_chats(self, kind: Kind, event: Event) -> None:
        for place in dict.fromkeys(place for route in self.taken for place in route.chats):
            self.notice(kind, event, place, "route")

    def notice(self, kind: Kind, event: Event, to: Place | str, reason: str) -> None:
        alert = self.change.after
        facts: dict[str, Fact] = {"severity": alert.severity.name.lower(), **event.facts}
        facts |= {"happening": event.kind, "why": reason}
        if event.actor != BEACON:
            facts["actor"] = event.actor
        number = f":{event.facts['number']}" if event.kind in PROMISED else ""  # each promise is asked for by itself
        if self.passed and kind in (*CALLS, Kind.HOLD_ENDED):
            facts |= packed(self.passed)
        self.notices.append(Notice(f"{alert.id}:{kind}:{alert.version}:{to}{number}", kind, alert.id, to, facts))
        self.lines.append(Line("told", {"kind": str(kind), "to": str(to), "why": reason}))

    def show_state(self, alert: Alert) -> None:
        """Have it edited wherever it is shown, if it is shown anywhere."""
        if alert.told_at is None:
            if not self.lines:
                self.silent("never-told", kind=str(Kind.STATE))
            return
        key = f"{alert.id}:{Kind.STATE}:{alert.version}"
        actor = self.change.events[-1].actor if self.change.events else BEACON
        facts: dict[str, Fact] = {} if actor == BEACON else {"actor": actor}  # who acted wants to see it at once
        self.notices.append(Notice(key, Kind.STATE, alert.id, EVERYWHERE, facts))

    def silent(self, why: str, **facts: Fact) -> None:
        self.lines.append(Line("silent", {"why": why} | facts))

    def mark_told(self) -> None:
        if self.notices:
            self.set(told_at=self.change.after.told_at or self.now)

    def set(self, **fields: object) -> None:
        self.change = replace(self.change, after=replace(self.change.after, **fields))  # type: ignore[arg-type]
