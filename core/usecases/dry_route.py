"""Who would hear of a number's alert, without one: the same decision, on an alert that is not there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from core.alerts.alert import Alert, Condition, Escalation, Handling, Phase, Stage
from core.alerts.event import BEACON, Change, Event
from core.calendar.grain import Period
from core.errors import Missing
from core.routing.decide import decide
from core.routing.trace import Line, lines_of
from core.rules.finding import Finding, State
from core.rules.rule import Fingerprint, Rule
from core.usecases.explain import define

if TYPE_CHECKING:
    from core.labels import Labels
    from core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Course:
    """One rule that watches the number, and line by line who would be told."""

    rule: Rule
    lines: tuple[Line, ...]


def dry_route(metric: str, labels: Labels, workspace: Workspace, now: datetime) -> tuple[Course, ...]:
    """Return the course of an alert of each rule that watches this metric, were it to fire on this slice now."""
    rules = define(metric, workspace).rules
    if not rules:
        raise Missing("no-rule-watches", metric=metric)
    return tuple(Course(rule, _lines(rule, labels, workspace, now)) for rule in rules)


def _lines(rule: Rule, labels: Labels, workspace: Workspace, now: datetime) -> tuple[Line, ...]:
    fingerprint = Fingerprint(rule.id, labels)
    last = Period.holding(now.astimezone(workspace.zone).replace(tzinfo=None), rule.grain).shift(-1)
    alert = Alert(
        id="dry",
        handle="dry",
        fingerprint=fingerprint,
        severity=rule.severity,
        condition=Condition(Phase.FIRING, now),
        handling=Handling(Stage.OPEN),
        escalation=Escalation(),
        finding=Finding(fingerprint, last, State.BREACHED),
        opened_at=now,
        fired_at=now,
    )
    fired = Change(None, alert, (Event(alert.id, alert.version, now, "fired", BEACON),))
    decision = decide([fired], workspace.rules, workspace.routes, (), workspace.people, now, workspace.calendar)
    return tuple(line for change in decision.changes for event in change.events for line in lines_of(event))
