"""Who hears of a change, and a reason for each who does not.

Whatever moved an alert - the evaluator, a person, the clock - ends here, and nothing is dropped in silence: each
change becomes notices, or leaves a line that says why not. What is decided is written into the change itself.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from core.alerts import escalation
from core.alerts.alert import Escalation, Stage
from core.alerts.event import BEACON, Change, Event
from core.alerts.holds import Hold, HoldKind, end, flapping, got_worse, is_active, quiet_hours
from core.calendar.calendar import Calendar
from core.notices.notice import CALLS, EVERYWHERE, TICKETS, Kind, Notice, Place
from core.routing.hours import is_working, next_start, working_after
from core.routing.nature import DEFAULTS, nature_of
from core.routing.owner import find_next, find_owner, stand_in
from core.routing.pace import WorkingTime
from core.routing.route import Route, for_orphans, labels_of, matching
from core.routing.trace import ROUTED, Line, packed
from core.rules.rule import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.alerts.alert import Alert
    from core.errors import Fact
    from core.people.person import Person
    from core.rules.rule import Rule

# What each happening is to its hearers, the weightiest first; whatever is not named here only changes what is shown.
_SAYS = {
    "worse": Kind.WORSE,
    "fired": Kind.FIRST,
    "reopened": Kind.REOPENED,
    "escalated": Kind.ESCALATION,
    "assigned": Kind.ASSIGNED,
    "adopted": Kind.ASSIGNED,
    "handed-off": Kind.ASSIGNED,
    "declined": Kind.ASSIGNED,
    "handed-back": Kind.ASSIGNED,
    "hold-ended": Kind.HOLD_ENDED,
    "ack-asked": Kind.REMINDER,
    "ack-ended": Kind.REMINDER,
    "unanswered": Kind.REMINDER,
    "flapping": Kind.REMINDER,
    "restated": Kind.CORRECTED,
    "recovered": Kind.RECOVERED,
    "proposed": Kind.REQUEST,
    "approved": Kind.REQUEST,
    "rejected": Kind.REQUEST,
    "ticket-opened": Kind.TICKET,
}
_PROMISED = ("due-soon", "due", "overdue")  # there may be several at once; no hold on the alert keeps a promise back
# What a hold keeps back; the rest passes.
_HELD = (Kind.FIRST, Kind.REOPENED, Kind.ESCALATION, Kind.REMINDER, Kind.CORRECTED)
# What nobody is called for while it is only for their information: it stands in the digest.
_IN_DIGEST = (*CALLS, Kind.ESCALATION, Kind.HOLD_ENDED)
_ANY_WEEK = Calendar()
_OVERDUE_FOR_LEAD = 2  # times that it was asked for in vain, after which the owner's lead hears of it too


@dataclass(frozen=True, slots=True)
class Decision:
    """What to keep, all in one transaction. `holds` are those that ended here, and those of people not at work."""

    changes: tuple[Change, ...]
    notices: tuple[Notice, ...]
    holds: tuple[Hold, ...] = ()
    people: Mapping[str, Person] = field(default_factory=dict)  # those among whom it was decided


def decide(
    changes: Iterable[Change],
    rules: Iterable[Rule],
    routes: Sequence[Route],
    holds: Iterable[Hold],
    people: Mapping[str, Person],
    now: datetime,
    calendar: Calendar | None = None,
) -> Decision:
    """Return the changes with owner, escalation and reasons filled in, and what must be said because of them."""
    by_rule = {rule.id: rule for rule in rules}
    held: dict[str, list[Hold]] = defaultdict(list)
    for hold in holds:
        if is_active(hold, now):
            held[hold.alert].append(hold)
    kept: list[Change] = []
    notices: list[Notice] = []
    ended: list[Hold] = []
    for changed in changes:
        change, over = _unheld(changed, held.get(changed.after.id, []), now)
        ended += over
        held[change.after.id] = [hold for hold in held.get(change.after.id, []) if hold.id not in {o.id for o in over}]
        desk = _Desk(change, by_rule.get(change.after.fingerprint.rule), routes, people, now, calendar)
        desk.consider(held.get(change.after.id, []))
        kept.append(desk.change)
        notices += desk.notices
        ended += [*desk.ended, *desk.begun]
    return Decision(tuple(kept), tuple(notices), tuple(ended), people)


def _unheld(change: Change, holds: list[Hold], now: datetime) -> tuple[Change, list[Hold]]:
    """End what was to be quiet until the number is worse, now that it is, and what keeps a closed alert quiet."""
    over: list[Hold] = []
    if change.before is not None and change.before.is_open and not change.after.is_open:
        return change, [replace(hold, ended=now) for hold in holds if hold.kind is HoldKind.SNOOZE]
    for hold in holds:
        if got_worse(hold, change.after, now):
            later, ended = end(change.after, hold, [one for one in holds if one not in over], now)
            change = change.then(later)
            over.append(ended)
    return change, over


class _Desk:
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

    def consider(self, holds: Sequence[Hold]) -> None:
        self.asleep = {hold.by: hold for hold in holds if hold.kind is HoldKind.QUIET_HOURS}
        holds = [hold for hold in holds if hold.kind.is_quiet]
        # Of two holds that end at once the one that kept people from being called has more to say.
        mornings = [event for event in self.change.events if event.facts.get("hold") == HoldKind.QUIET_HOURS]
        others = [event for event in self.change.events if event not in mornings]
        weighed = sorted(others, key=lambda event: event.facts.get("hold") != HoldKind.STORM)
        alert, events = self.change.after, {event.kind: event for event in weighed}
        if (flaps := events.get("flapping")) and alert.fired_at and alert.is_open:
            until = datetime.fromisoformat(str(flaps.facts["until"]))
            hold = flapping(alert, holds, until, self.now)
            self.begun.append(hold)
            if any(one.id == hold.id for one in holds):
                del events["flapping"]  # it has been said
            holds = [*(one for one in holds if one.id != hold.id), hold]
        spoken = [(kind, events[happening]) for happening, kind in _SAYS.items() if happening in events]
        promised = [event for event in self.change.events if event.kind in _PROMISED]
        if alert.fired_at is None:
            self._silent("not-fired", phase=str(alert.condition.phase))
        elif not spoken and not mornings and not promised:
            self._show_state(alert)
        elif not alert.is_open and not self._closes_itself():
            # The clock may recover what people have closed: they are told on the card, and not called again.
            self._silent("closed", kind=str(spoken[0][0] if spoken else Kind.HOLD_ENDED))
            self._show_state(alert)
        else:
            if spoken and spoken[0][0] in CALLS:
                self._route()
            for event in mornings:
                self._begin_day(event, holds)
            for kind, event in spoken:
                self._speak(kind, event, holds)
            for event in promised:
                self._ask_for(event)
            if not spoken or spoken[0][0] is not Kind.FIRST:
                self._show_state(self.change.after)
        self._keep_hours()
        if self.lines:
            event = Event(alert.id, alert.version, self.now, ROUTED, facts=packed(self.lines))
            self.change = replace(self.change, events=(*self.change.events, event))

    def _closes_itself(self) -> bool:
        """Return whether it was open until now: an alert that its facts take back says so."""
        return self.change.before is not None and self.change.before.is_open

    def _begin_day(self, event: Event, holds: Sequence[Hold]) -> None:
        """Tell somebody who begins to work what is still so; of what is over they are told how much it was."""
        kind, person = Kind.HOLD_ENDED, str(event.facts["by"])
        if holds:
            self._silent("held-still", kind=str(kind), holds=len(holds))
        elif event.facts.get("firing"):
            if person == self.change.after.owner and (owner := self._present(person)):
                person = owner  # whose leave began since that night
                self._set(owner=owner)
            self._notice(kind, event, person, "owner")
            self._set(told_at=self.change.after.told_at or self.now)
        else:
            self._notice(kind, event, person, "count")
            self.lines.pop()  # it will only be counted on the card of what is still so
            self._silent("calm-meanwhile", kind=str(kind))

    def _keep_hours(self) -> None:
        """Let an escalation that calls nobody at night go on the working time of whom it reaches next."""
        alert, before = self.change.after, self.change.before
        due, level = alert.escalation.next_at, alert.escalation.level
        if self.is_loud or due is None or (before is not None and before.escalation.next_at == due):
            return
        if level >= len(alert.escalation.steps):
            if owner := self.people.get(alert.owner or ""):
                due = WorkingTime(self.people, self.calendar).a_day_after(owner.id, self.now)
                self._set(escalation=replace(alert.escalation, next_at=due))
            return
        step = alert.escalation.steps[level]
        found = find_next(step.to, alert.owner, self.labels, self.routes, self.people, self.now)
        if found.person is None:
            return
        due = working_after(self.people[found.person], self.now, step.after, self.calendar)
        self._set(escalation=replace(alert.escalation, next_at=due))
        self.lines.append(Line("escalates-in-hours", {"to": step.to, "at": due.isoformat()}))

    def _speak(self, kind: Kind, event: Event, holds: Sequence[Hold]) -> None:
        if kind is Kind.WORSE:
            # Whoever snoozed it had not seen this; what the business itself holds back stays back.
            self.ended = [replace(hold, ended=self.now) for hold in holds if hold.kind is HoldKind.SNOOZE]
            self.lines += [Line("hold-voided", {"hold": str(hold.kind), "by": hold.by}) for hold in self.ended]
            holds = [hold for hold in holds if hold.kind is not HoldKind.SNOOZE]
        alert = self.change.after
        if alert.severity is Severity.INFO and kind in _IN_DIGEST and event.actor == BEACON:
            self._silent("digest-only", kind=str(kind))
            self._set(escalation=Escalation())  # there is nobody to whom it would go on
            return
        flaps = any(hold.kind is HoldKind.FLAPPING for hold in holds)
        is_held = (kind in _HELD or (flaps and kind is Kind.RECOVERED)) and event.kind != "flapping"
        if holds and is_held and event.actor == BEACON:  # what a person asks for, they get
            for hold in holds:
                self._silent("held", kind=str(kind), hold=str(hold.kind), by=hold.by, until=hold.until.isoformat())
            self._set(escalation=escalation.paused(alert.escalation))
        else:
            self._tell(kind, event)

    def _route(self) -> None:
        """Find who answers for it, and start the clock of those who are next."""
        alert = self.change.after
        self.lines += [Line("matched", {"route": route.id}) for route in self.taken] or [Line("matched-none")]
        if alert.owner is not None:
            self.lines.append(Line("owner-kept", {"person": alert.owner}))
        owner = self._present(alert.owner)
        if owner is None:
            orphan = Event(alert.id, alert.version, self.now, "orphan", facts={"role": self.role})
            self.change = replace(self.change, events=(*self.change.events, orphan))
        owner = self._there_when_told(owner)
        steps = next((route.steps for route in self.taken if route.steps), ())
        begun = escalation.start(steps, self.now)
        if alert.handling.stage is not Stage.OPEN:
            begun = escalation.paused(begun)
            self.lines.append(Line("escalation-waits", {"by": alert.handling.by or ""}))
        elif begun.next_at and steps:
            self.lines.append(Line("escalates", {"to": steps[0].to, "at": begun.next_at.isoformat()}))
        self._set(owner=owner, route=self.taken[0].id if self.taken else None, escalation=begun)

    def _present(self, owner: str | None) -> str | None:
        """Return who answers for it now: whoever does, who stands in for them, or whom the chain of owners finds."""
        if owner is not None:
            found = stand_in(owner, self.people, self.now)
            self.lines += found.lines
            self.passed += found.lines
            if found.person is not None:
                return found.person
        found = find_owner(self.role, self.labels, self.taken, self.routes, self.people, self.now)
        self.lines += found.lines
        self.passed += tuple(line for line in found.lines if line.code == "skipped")
        return found.person

    def _there_when_told(self, owner: str | None) -> str | None:
        """Return who is there when it would be said: whose leave begins before they next work hears of nothing."""
        person = self.people.get(owner or "")
        if self.is_loud or person is None or is_working(person, self.now, self.calendar):
            return owner
        start = next_start(replace(person, leave=()), self.now, self.calendar)
        if start is None or not person.is_away(start.astimezone(person.zone).date()):
            return owner
        found = stand_in(person.id, self.people, start)
        self.lines += found.lines
        self.passed += found.lines
        return found.person or owner

    def _tell(self, kind: Kind, event: Event) -> None:
        alert = self.change.after
        match kind:
            case Kind.FIRST | Kind.REOPENED | Kind.WORSE:
                self._say(kind, event, alert.owner, "owner")
                self._say_by_nature(kind, event)
                self._say_in_chats(kind, event)
                self._mark_told()
            case Kind.RECOVERED | Kind.CORRECTED if alert.told_at is None:
                self._silent("never-told", kind=str(kind))
            case Kind.RECOVERED | Kind.CORRECTED:
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
                self._set(owner=self._present(alert.owner))  # who was here when it began may be away by now
                self._say(kind, event, self.change.after.owner, "owner")
                self._say_in_chats(kind, event)
                self._mark_told()
            case Kind.REQUEST if event.kind == "proposed":
                to = str(event.facts["approve"])
                found = find_next(to, alert.owner, self.labels, self.routes, self.people, self.now)
                self.lines += found.lines
                self._say(kind, event, found.person, "approves")
                self._say_in_chats(kind, event)
            case Kind.REQUEST:
                self._say(kind, event, alert.owner if alert.owner != event.actor else None, "owner")
                self._say_in_chats(kind, event)
                if event.facts.get("webhook"):
                    self._file(event)
            case Kind.TICKET if event.facts.get("webhook"):
                self._file(event)
            case Kind.TICKET:
                self._silent("ticket-here", kind=str(kind))
            case _:
                self._remind(kind, event)

    def _file(self, event: Event) -> None:
        """Tell the ticket system, with all that it is to know: it cannot ask us later."""
        about = {"owner": self.change.after.owner or "", "slice": str(self.labels)}
        self._notice(Kind.TICKET, replace(event, facts={**event.facts, **about}), TICKETS, "rule")

    def _remind(self, kind: Kind, event: Event) -> None:
        alert = self.change.after
        asked = str(event.facts.get("by") or alert.owner or "") or None
        self._say(kind, event, asked, "owner")
        if event.kind == "ack-ended":
            self._say(kind, event, alert.owner if alert.owner != asked else None, "owner")
            self._say_in_chats(kind, event)
        elif event.kind == "flapping":
            self._say_in_chats(kind, event)
        elif event.kind == "unanswered" and int(event.facts.get("days", 0)) >= _OVERDUE_FOR_LEAD:
            owner = self.people.get(alert.owner or "")
            self._say(kind, event, owner.lead if owner else None, "lead")

    def _ask_for(self, event: Event) -> None:
        """Ask for what was promised; whoever promised something for the evening is asked in the evening."""
        owner = str(event.facts.get("owner") or self.change.after.owner or "") or None
        if event.kind == "due" and owner is not None:
            self._notice(Kind.REMINDER, event, owner, "promise")
        else:
            self._say(Kind.REMINDER, event, owner, "promise")
        if event.kind == "overdue" and int(event.facts.get("count", 0)) >= _OVERDUE_FOR_LEAD:
            person = self.people.get(owner or "")
            self._say(Kind.REMINDER, event, person.lead if person else None, "lead")

    def _mark_told(self) -> None:
        if self.notices:
            self._set(told_at=self.change.after.told_at or self.now)

    def _say(self, kind: Kind, event: Event, to: str | None, reason: str) -> None:
        """Tell a person now, or when they begin to work; what a person asks for passes at any hour."""
        until = None if to is None or self.is_loud or event.actor != BEACON else self._off_until(to)
        if to is None:
            return
        if until is None:
            self._notice(kind, event, to, reason)
            return
        if to not in self.asleep and kind is not Kind.RECOVERED:
            self.asleep[to] = quiet_hours(self.change.after, to, until, self.now)
            self.begun.append(self.asleep[to])
        self._silent("held", kind=str(kind), hold=str(HoldKind.QUIET_HOURS), by=to, until=until.isoformat())

    def _say_by_nature(self, kind: Kind, event: Event) -> None:
        """Tell them where the table of rule types says so too; of an owner at rest nobody else is told louder."""
        alert, owner = self.change.after, self.people.get(self.change.after.owner or "")
        if owner is None or owner.id in self.asleep or self.rule is None or not any(one.usual for one in self.taken):
            return
        default = DEFAULTS[nature_of(self.rule.sentence)]
        first = next(iter(owner.chats), None)
        for platform in default.also:
            if platform in owner.chats and platform != first:
                self._notice(kind, event, Place(platform, owner.chats[platform]), "owner")
        if default.leads and owner.lead != alert.owner:
            self._say(kind, event, owner.lead, "lead")

    def _off_until(self, to: str) -> datetime | None:
        """Return when somebody who is not at work next is; None for who is, or who keeps no hours."""
        person = self.people.get(to)
        if person is None or is_working(person, self.now, self.calendar):
            return None
        return next_start(person, self.now, self.calendar)

    def _say_in_chats(self, kind: Kind, event: Event) -> None:
        for place in dict.fromkeys(place for route in self.taken for place in route.chats):
            self._notice(kind, event, place, "route")

    def _notice(self, kind: Kind, event: Event, to: Place | str, reason: str) -> None:
        alert = self.change.after
        facts: dict[str, Fact] = {"severity": alert.severity.name.lower(), **event.facts}
        facts |= {"happening": event.kind, "why": reason}
        if event.actor != BEACON:
            facts["actor"] = event.actor
        number = f":{event.facts['number']}" if event.kind in _PROMISED else ""  # each promise is asked for by itself
        if self.passed and kind in (*CALLS, Kind.HOLD_ENDED):
            facts |= packed(self.passed)
        self.notices.append(Notice(f"{alert.id}:{kind}:{alert.version}:{to}{number}", kind, alert.id, to, facts))
        self.lines.append(Line("told", {"kind": str(kind), "to": str(to), "why": reason}))

    def _show_state(self, alert: Alert) -> None:
        """Have it edited wherever it is shown, if it is shown anywhere."""
        if alert.told_at is None:
            if not self.lines:
                self._silent("never-told", kind=str(Kind.STATE))
            return
        key = f"{alert.id}:{Kind.STATE}:{alert.version}"
        actor = self.change.events[-1].actor if self.change.events else BEACON
        facts: dict[str, Fact] = {} if actor == BEACON else {"actor": actor}  # who acted wants to see it at once
        self.notices.append(Notice(key, Kind.STATE, alert.id, EVERYWHERE, facts))

    def _silent(self, why: str, **facts: Fact) -> None:
        self.lines.append(Line("silent", {"why": why} | facts))

    def _set(self, **fields: object) -> None:
        self.change = replace(self.change, after=replace(self.change.after, **fields))  # type: ignore[arg-type]
