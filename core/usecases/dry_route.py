"""Who would hear of a number's alert, without one: the same decision, on an alert that is not there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from core.alerts.alert import Alert, Condition, Escalation, Handling, Phase, Stage
from core.alerts.event import BEACON, Change, Event
from core.calendar.grain import Period
from core.errors import Missing
from core.routing.budget import Spent, budget
from core.routing.decide import decide
from core.routing.mute import Mute, hush
from core.routing.trace import Line, lines_of
from core.rules.finding import Finding, State
from core.rules.rule import Fingerprint, Rule
from core.usecases.explain import define
from core.usecases.tell import spent_by

if TYPE_CHECKING:
    from core.labels import Labels
    from core.ports import World
    from core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Course:
    """One rule that watches the number, and line by line who would be told."""

    rule: Rule
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Present:
    """What holds back or counts calls at the moment: the mutes in force, and what was spent of people's budgets."""

    mutes: tuple[Mute, ...] = ()
    spent: Spent = field(default_factory=Spent)


async def present(workspace: Workspace, world: World) -> Present:
    now = world.clock.now()
    limited = [person.id for person in workspace.people.values() if person.budget is not None]
    async with world.store.begin() as tx:
        return Present(tuple(await tx.mutes()), await spent_by(limited, tx, now))


def dry_route(
    metric: str, labels: Labels, workspace: Workspace, now: datetime, present: Present | None = None
) -> tuple[Course, ...]:
    """Return the course of an alert of each rule that watches this metric, were it to fire on this slice now."""
    rules = define(metric, workspace).rules
    if not rules:
        raise Missing("no-rule-watches", metric=metric)
    return tuple(Course(rule, _lines(rule, labels, workspace, now, present or Present())) for rule in rules)


def _lines(rule: Rule, labels: Labels, workspace: Workspace, now: datetime, present: Present) -> tuple[Line, ...]:
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
    changes, held = hush([fired], (), present.mutes, workspace.rules, (), now)
    decision = decide(changes, workspace.rules, workspace.routes, held, workspace.people, now, workspace.calendar)
    within = budget(decision.changes, decision.notices, present.spent, workspace.people, now)
    return tuple(line for change in within.changes for event in change.events for line in lines_of(event))
