"""Who hears of a change, and a reason for each who does not.

Whatever moved an alert - the evaluator, a person, the clock - ends here, and nothing is dropped in silence: each
change becomes notices, or leaves a line that says why not. What is decided is written into the change itself.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.alerts import escalation
from core.alerts.alert import Stage
from core.alerts.event import BEACON, Change, Event
from core.alerts.holds import Hold, HoldKind, is_quiet
from core.notices.notice import EVERYWHERE, Kind, Notice
from core.routing.owner import find_next, find_owner, stand_in
from core.routing.route import Route, labels_of, matching
from core.routing.trace import ROUTED, Line, packed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.errors import Fact
    from core.notices.notice import Place
    from core.people.person import Person
    from core.rules.rule import Rule

# What each happening is to its hearers, the weightiest first; whatever is not named here only changes what is shown.
_SAYS = {
    "worse": Kind.WORSE,
    "fired": Kind.FIRST,
    "reopened": Kind.REOPENED,
    "escalated": Kind.ESCALATION,
    "assigned": Kind.ASSIGNED,
    "hold-ended": Kind.HOLD_ENDED,
    "ack-asked": Kind.REMINDER,
    "ack-ended": Kind.REMINDER,
    "overdue": Kind.REMINDER,
    "recovered": Kind.RECOVERED,
}
_HELD = (Kind.FIRST, Kind.REOPENED, Kind.ESCALATION, Kind.REMINDER)  # what a hold keeps back; the rest passes
_OVERDUE_FOR_LEAD = 2  # days after which what is overdue is told to the owner's lead too


@dataclass(frozen=True, slots=True)
class Decision:
    """What to keep, all in one transaction. `holds` are those that a worse severity ended."""

    changes: tuple[Change, ...]
    notices: tuple[Notice, ...]
    holds: tuple[Hold, ...] = ()


def decide(
    changes: Iterable[Change],
    rules: Iterable[Rule],
    routes: Sequence[Route],
    holds: Iterable[Hold],
    people: Mapping[str, Person],
    now: datetime,
) -> Decision:
    """Return the changes with owner, escalation and reasons filled in, and what must be said because of them."""
    by_rule = {rule.id: rule for rule in rules}
    held: dict[str, list[Hold]] = defaultdict(list)
    for hold in holds:
        if is_quiet(hold, now):
            held[hold.alert].append(hold)
    kept: list[Change] = []
    notices: list[Notice] = []
    ended: list[Hold] = []
    for change in changes:
        desk = _Desk(change, by_rule.get(change.after.fingerprint.rule), routes, people, now)
        desk.consider(held.get(change.after.id, []))
        kept.append(desk.change)
        notices += desk.notices
        ended += desk.ended
    return Decision(tuple(kept), tuple(notices), tuple(ended))


class _Desk:
    """One change on its way through: gathers notices, and lines for the trace."""

    def __init__(
        self,
        change: Change,
        rule: Rule | None,
        routes: Sequence[Route],
        people: Mapping[str, Person],
        now: datetime,
    ) -> None:
        self.change = change
        self.routes = routes
        self.people = people
        self.now = now
        alert = change.after
        self.role = rule.owner if rule else ""
        self.labels = alert.fingerprint.labels
        self.taken = matching(routes, labels_of(alert.fingerprint.rule, self.role, alert.severity, self.labels))
        self.lines: list[Line] = []
        self.notices: list[Notice] = []
        self.ended: list[Hold] = []

    def consider(self, holds: Sequence[Hold]) -> None:
        # Of two holds that end at once the one that kept people from being called has more to say.
        weighed = sorted(self.change.events, key=lambda event: event.facts.get("hold") != HoldKind.STORM)
        alert, events = self.change.after, {event.kind: event for event in weighed}
        spoken = [(kind, events[happening]) for happening, kind in _SAYS.items() if happening in events]
        if alert.fired_at is None:
            self._silent("not-fired", phase=str(alert.condition.phase))
        elif not spoken:
            self._show_state(alert)
        elif not alert.is_open:
            # The clock may recover what people have closed: they are told on the card, and not called again.
            self._silent("closed", kind=str(spoken[0][0]))
            self._show_state(alert)
        else:
            if spoken[0][0] in (Kind.FIRST, Kind.REOPENED, Kind.WORSE):
                self._route()
            for kind, event in spoken:
                self._speak(kind, event, holds)
            if spoken[0][0] is not Kind.FIRST:
                self._show_state(self.change.after)
        if self.lines:
            event = Event(alert.id, alert.version, self.now, ROUTED, facts=packed(self.lines))
            self.change = replace(self.change, events=(*self.change.events, event))

    def _speak(self, kind: Kind, event: Event, holds: Sequence[Hold]) -> None:
        if kind is Kind.WORSE:
            # Whoever snoozed it had not seen this; what the business itself holds back stays back.
            self.ended = [replace(hold, ended=self.now) for hold in holds if hold.kind is HoldKind.SNOOZE]
            self.lines += [Line("hold-voided", {"hold": str(hold.kind), "by": hold.by}) for hold in self.ended]
            holds = [hold for hold in holds if hold.kind is not HoldKind.SNOOZE]
        alert = self.change.after
        if holds and kind in _HELD and event.actor == BEACON:  # what a person asks for, they get
            for hold in holds:
                self._silent("held", kind=str(kind), hold=str(hold.kind), by=hold.by, until=hold.until.isoformat())
            self._set(escalation=escalation.paused(alert.escalation))
        else:
            self._tell(kind, event)

    def _route(self) -> None:
        """Find who answers for it, and start the clock of those who are next."""
        alert = self.change.after
        self.lines += [Line("matched", {"route": route.id}) for route in self.taken] or [Line("matched-none")]
        owner = alert.owner
        if owner is not None:
            self.lines.append(Line("owner-kept", {"person": owner}))
            found = stand_in(owner, self.people, self.now)
            self.lines += found.lines
            owner = found.person
        if owner is None:
            found = find_owner(self.role, self.labels, self.taken, self.routes, self.people, self.now)
            owner = found.person
            self.lines += found.lines
            if owner is None:
                orphan = Event(alert.id, alert.version, self.now, "orphan", facts={"role": self.role})
                self.change = replace(self.change, events=(*self.change.events, orphan))
        steps = next((route.steps for route in self.taken if route.steps), ())
        begun = escalation.start(steps, self.now)
        if alert.handling.stage is not Stage.OPEN:
            begun = escalation.paused(begun)
            self.lines.append(Line("escalation-waits", {"by": alert.handling.by or ""}))
        elif begun.next_at:
            self.lines.append(Line("escalates", {"to": steps[0].to, "at": begun.next_at.isoformat()}))
        self._set(owner=owner, route=self.taken[0].id if self.taken else None, escalation=begun)

    def _tell(self, kind: Kind, event: Event) -> None:
        alert = self.change.after
        match kind:
            case Kind.FIRST | Kind.REOPENED | Kind.WORSE:
                self._say(kind, event, alert.owner, "owner")
                self._say_in_chats(kind, event)
                self._set(told_at=alert.told_at or self.now)
            case Kind.RECOVERED if alert.told_at is None:
                self._silent("never-told", kind=str(kind))
            case Kind.RECOVERED:
                self._say(kind, event, alert.owner, "owner")
                self._say_in_chats(kind, event)
            case Kind.ESCALATION:
                found = find_next(str(event.facts["to"]), alert.owner, self.labels, self.routes, self.people, self.now)
                self.lines += found.lines
                self._say(kind, event, found.person, "escalation")
                if found.person is None:
                    self._say_in_chats(kind, event)
            case Kind.ASSIGNED if event.actor == alert.owner:
                self._silent("own-doing", kind=str(kind), person=event.actor)
            case Kind.ASSIGNED:
                self._say(kind, event, alert.owner, "owner")
            case Kind.HOLD_ENDED if event.facts.get("hold") == HoldKind.STORM:
                self._silent("storm-over", kind=str(kind))
            case Kind.HOLD_ENDED if event.facts.get("others"):
                self._silent("held-still", kind=str(kind), holds=event.facts["others"])
            case Kind.HOLD_ENDED if not event.facts.get("firing"):
                self._silent("calm-meanwhile", kind=str(kind))
            case Kind.HOLD_ENDED:
                self._say(kind, event, alert.owner, "owner")
                self._say_in_chats(kind, event)
                self._set(told_at=alert.told_at or self.now)
            case _:
                self._remind(kind, event)

    def _remind(self, kind: Kind, event: Event) -> None:
        alert = self.change.after
        asked = str(event.facts.get("by") or alert.owner or "") or None
        self._say(kind, event, asked, "owner")
        if event.kind == "ack-ended":
            self._say(kind, event, alert.owner if alert.owner != asked else None, "owner")
            self._say_in_chats(kind, event)
        elif event.kind == "overdue" and int(event.facts.get("days", 0)) >= _OVERDUE_FOR_LEAD:
            owner = self.people.get(alert.owner or "")
            self._say(kind, event, owner.lead if owner else None, "lead")

    def _say(self, kind: Kind, event: Event, to: str | None, reason: str) -> None:
        if to is not None:
            self._notice(kind, event, to, reason)

    def _say_in_chats(self, kind: Kind, event: Event) -> None:
        for place in dict.fromkeys(place for route in self.taken for place in route.chats):
            self._notice(kind, event, place, "route")

    def _notice(self, kind: Kind, event: Event, to: Place | str, reason: str) -> None:
        alert = self.change.after
        facts: dict[str, Fact] = {"severity": alert.severity.name.lower(), **event.facts}
        facts |= {"happening": event.kind, "why": reason}
        if event.actor != BEACON:
            facts["actor"] = event.actor
        self.notices.append(Notice(f"{alert.id}:{kind}:{alert.version}:{to}", kind, alert.id, to, facts))
        self.lines.append(Line("told", {"kind": str(kind), "to": str(to), "why": reason}))

    def _show_state(self, alert: Alert) -> None:
        """Have it edited wherever it is shown, if it is shown anywhere."""
        if alert.told_at is None:
            if not self.lines:
                self._silent("never-told", kind=str(Kind.STATE))
            return
        key = f"{alert.id}:{Kind.STATE}:{alert.version}"
        self.notices.append(Notice(key, Kind.STATE, alert.id, EVERYWHERE))

    def _silent(self, why: str, **facts: Fact) -> None:
        self.lines.append(Line("silent", {"why": why} | facts))

    def _set(self, **fields: object) -> None:
        self.change = replace(self.change, after=replace(self.change.after, **fields))  # type: ignore[arg-type]
