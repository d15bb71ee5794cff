"""Who answers for an alert, and when it goes on to those who are next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.alerts import escalation
from core.alerts.alert import Stage
from core.alerts.event import Event
from core.routing.hours import is_working, next_start, working_after
from core.routing.owner import find_next, find_owner, stand_in
from core.routing.pace import WorkingTime
from core.routing.trace import Line

if TYPE_CHECKING:
    from core.routing.desk import Desk


def route(desk: Desk) -> None:
    """Find who answers for it, and start the clock of those who are next."""
    alert = desk.change.after
    desk.lines += [Line("matched", {"route": route.id}) for route in desk.taken] or [Line("matched-none")]
    if alert.owner is not None:
        desk.lines.append(Line("owner-kept", {"person": alert.owner}))
    owner = present(desk, alert.owner)
    if owner is None:
        orphan = Event(alert.id, alert.version, desk.now, "orphan", facts={"role": desk.role})
        desk.change = replace(desk.change, events=(*desk.change.events, orphan))
    owner = _there_when_told(desk, owner)
    steps = next((route.steps for route in desk.taken if route.steps), ())
    begun = escalation.start(steps, desk.now)
    if alert.handling.stage is not Stage.OPEN:
        begun = escalation.paused(begun)
        desk.lines.append(Line("escalation-waits", {"by": alert.handling.by or ""}))
    elif begun.next_at and steps:
        desk.lines.append(Line("escalates", {"to": steps[0].to, "at": begun.next_at.isoformat()}))
    desk.set(owner=owner, route=desk.taken[0].id if desk.taken else None, escalation=begun)


def present(desk: Desk, owner: str | None) -> str | None:
    """Return who answers for it now: whoever does, who stands in for them, or whom the chain of owners finds."""
    if owner is not None:
        found = stand_in(owner, desk.people, desk.now)
        desk.lines += found.lines
        desk.passed += found.lines
        if found.person is not None:
            return found.person
    found = find_owner(desk.role, desk.labels, desk.taken, desk.routes, desk.people, desk.now)
    desk.lines += found.lines
    desk.passed += tuple(line for line in found.lines if line.code == "skipped")
    return found.person


def _there_when_told(desk: Desk, owner: str | None) -> str | None:
    """Return who is there when it would be said: whose leave begins before they next work hears of nothing."""
    person = desk.people.get(owner or "")
    if desk.is_loud or person is None or is_working(person, desk.now, desk.calendar):
        return owner
    start = next_start(replace(person, leave=()), desk.now, desk.calendar)
    if start is None or not person.is_away(start.astimezone(person.zone).date()):
        return owner
    found = stand_in(person.id, desk.people, start)
    desk.lines += found.lines
    desk.passed += found.lines
    return found.person or owner


def keep_hours(desk: Desk) -> None:
    """Let an escalation that calls nobody at night go on the working time of whom it reaches next."""
    alert, before = desk.change.after, desk.change.before
    due, level = alert.escalation.next_at, alert.escalation.level
    if desk.is_loud or due is None or (before is not None and before.escalation.next_at == due):
        return
    if level >= len(alert.escalation.steps):
        if owner := desk.people.get(alert.owner or ""):
            due = WorkingTime(desk.people, desk.calendar).a_day_after(owner.id, desk.now)
            desk.set(escalation=replace(alert.escalation, next_at=due))
        return
    step = alert.escalation.steps[level]
    found = find_next(step.to, alert.owner, desk.labels, desk.routes, desk.people, desk.now)
    if found.person is None:
        return
    due = working_after(desk.people[found.person], desk.now, step.after, desk.calendar)
    desk.set(escalation=replace(alert.escalation, next_at=due))
    desk.lines.append(Line("escalates-in-hours", {"to": step.to, "at": due.isoformat()}))
