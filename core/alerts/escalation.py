"""Who is told next when nobody answers, and when. Only the clock moves this side, and a person in a hurry.

The steps are the route's text as it stood when the episode began; whom `lead` or `role:director` means is found
when the step is taken.
"""

from __future__ import annotations

from dataclasses import replace
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


def start(steps: tuple[Step, ...], now: datetime) -> Escalation:
    return Escalation(steps, 0, now + steps[0].after if steps else None)


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
    return (
        next_at is not None
        and next_at <= now
        and alert.handling.stage is Stage.OPEN
        and alert.condition.is_bad
        and alert.escalation.level < len(alert.escalation.steps)
    )


def advance(alert: Alert, now: datetime, *, actor: str = BEACON, via: str | None = None) -> Change:
    """Take the next step now."""
    escalation = alert.escalation
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


def _after(steps: tuple[Step, ...], level: int, now: datetime) -> datetime | None:
    return now + steps[level].after if level < len(steps) else None
