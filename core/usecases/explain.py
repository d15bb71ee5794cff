"""What stands behind a number or an alert: the metric's definition, and the trail that a decision left.

Nothing is worked out anew here: `why` shows what was stored when it was decided.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING

from core.alerts.alert import Alert
from core.alerts.event import Event
from core.alerts.holds import Hold, HoldKind
from core.errors import Missing
from core.metrics.metric import Metric
from core.metrics.source import Source
from core.notices.outbox import Delivery
from core.people.roster import Roster
from core.routing.trace import Line, lines_of
from core.rules.rule import Rule

if TYPE_CHECKING:
    from core.ports import Transaction, World
    from core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Explanation:
    """One alert and all that was written down about it; `rule` is None once its rule is gone."""

    alert: Alert
    rule: Rule | None
    events: tuple[Event, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """A metric, the base metrics it rests on, the source that holds them all, and the rules that watch it."""

    metric: Metric
    bases: tuple[Metric, ...]
    source: Source | None
    rules: tuple[Rule, ...]


async def explain(name: str, workspace: Workspace, world: World) -> Explanation:
    """Return what is known of the alert of that handle; Missing if there is none."""
    async with world.store.begin() as tx:
        alert = await find(name, tx)
        return Explanation(
            alert,
            next((rule for rule in workspace.rules if rule.id == alert.fingerprint.rule), None),
            tuple(await tx.events(alert.id)),
            tuple(await tx.deliveries(alert.id)),
            tuple(await tx.holds(alert.id)),
        )


async def find(name: str, tx: Transaction) -> Alert:
    """Return the alert of that handle, or raise Missing."""
    if alert := await tx.find(name):
        return alert
    raise Missing("unknown-alert", handle=name)


def about(explanation: Explanation, who: str, workspace: Workspace) -> tuple[Line, ...]:
    """Return, from what was stored, why somebody was told of an alert, or was not; never nothing."""
    lines = [line for event in explanation.events for line in lines_of(event)]
    mine = tuple(line for line in lines if _is_of(line, who))
    if any(line.code in ("told", "throttled", "skipped", "silent") for line in mine):
        return mine
    found = [line for line in lines if line.code == "silent" and line.facts.get("why") in ("held", "digest-only")]
    rule, alert, roster = explanation.rule, explanation.alert, Roster.of(workspace.people)
    if who in roster and not roster[who].is_reachable:
        found.append(Line("skipped", {"person": who, "why": "unreachable"}))
    role, labels = rule.owner if rule else "", alert.fingerprint.labels
    if role and who in roster.holders(role, labels):
        found.append(Line("not-nearest", {"person": who, "role": role, "owner": alert.owner or ""}))
    return (*found, Line("not-theirs", {"person": who, "owner": alert.owner or ""}))


def _is_of(line: Line, who: str) -> bool:
    """Return whether a line is of this person: they were told, passed over, or it waited for their working hours."""
    if line.code == "silent":
        return line.facts.get("hold") == HoldKind.QUIET_HOURS and line.facts.get("by") == who
    return who in (line.facts.get("to"), line.facts.get("person"))


def define(name: str, workspace: Workspace) -> Definition:
    """Return what a metric means here; Missing, with the nearest, if nothing goes by that name."""
    catalog = workspace.catalog
    metric = catalog.metric(name)
    bases = catalog.bases(metric.code)
    holding = (source for source in catalog.sources.values() if all(base in source.measures for base in bases))
    return Definition(
        metric=metric,
        bases=tuple(catalog.metric(base) for base in bases if base != metric.code),
        source=next(holding, None),
        rules=tuple(rule for rule in workspace.rules if metric.code in set(_metrics(rule.sentence))),
    )


def _metrics(tree: object) -> Iterator[str]:
    """Return every metric that a rule's tree names."""
    if isinstance(tree, tuple):
        for part in tree:
            yield from _metrics(part)
    elif is_dataclass(tree):
        if named := getattr(tree, "metric", None):
            yield named
        for field in fields(tree):
            yield from _metrics(getattr(tree, field.name))
