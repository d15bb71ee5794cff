"""Who is told next when nobody answers, and when. Only the clock moves this side, and a person in a hurry.

The steps are the route's text as it stood when the episode began; whom `lead` or `role:director` means is found
when the step is taken. When they are used up, its owner is asked each day, so that no alert is ever left to itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.alert import Alert, Escalation, Stage
from core.alerts.event import BEACON, Change, moved
from core.alerts.guards import must_be_open
from core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.alerts.alert import Step
    from core.alerts.event import Event
    from core.errors import Fact


ASK_EVERY = timedelta(days=1)  # once everybody has been told; a working day, of whom it calls in working hours only


def start(steps: tuple[Step, ...], now: datetime) -> Escalation:
    return Escalation(steps, 0, _after(steps, 0, now))


def paused(escalation: Escalation) -> Escalation:
    return replace(escalation, next_at=None)


def resumed(alert: Alert, now: datetime) -> Escalation:
    """Return the escalation going on at its level, if the alert is still bad and nobody's."""
    escalation = alert.escalation
    if alert.handling.stage is not Stage.OPEN or not alert.condition.is_bad:
        return paused(escalation)
    return replace(escalation, next_at=_after(escalation.steps, escalation.level, now))


def is_due(alert: Alert, now: datetime) -> bool:
    next_at = alert.escalation.next_at
    return next_at is not None and next_at <= now and alert.handling.stage is Stage.OPEN and alert.condition.is_bad


def advance(alert: Alert, now: datetime, *, actor: str = BEACON, via: str | None = None) -> Change:
    """Take the next step now; when there is none, ask its owner once more."""
    escalation = alert.escalation
    if escalation.level >= len(escalation.steps):
        days = max(1, (now - (alert.fired_at or alert.opened_at)).days)
        asked = replace(escalation, next_at=now + ASK_EVERY)
        return moved(alert, now, [("unanswered", {"days": days})], actor=actor, via=via, escalation=asked)
    step, level = escalation.steps[escalation.level], escalation.level + 1
    facts: dict[str, Fact] = {"level": level, "to": step.to, "after": int(step.after.total_seconds())}
    further = resumed(replace(alert, escalation=replace(escalation, level=level)), now)
    return moved(alert, now, [("escalated", facts)], actor=actor, via=via, escalation=further)


def escalate(
    alert: Alert,
    by: str,
    seen: int | None,
    now: datetime,
    *,
    via: str | None = None,
    history: Iterable[Event] = (),
) -> Change:
    """Take the next step because somebody asks for it; not a second one for somebody who saw the level before."""
    must_be_open(alert)
    taken = [event for event in history if event.kind == "escalated" and seen is not None and event.version > seen]
    if taken:
        raise Problem("already-at-level", level=alert.escalation.level, to=str(taken[-1].facts["to"]))
    if alert.escalation.level >= len(alert.escalation.steps):
        raise Problem("no-further-level", level=alert.escalation.level)
    return advance(alert, now, actor=by, via=via)


def _after(steps: tuple[Step, ...], level: int, now: datetime) -> datetime:
    return now + (steps[level].after if level < len(steps) else ASK_EVERY)
