"""The facts' own alert: whoever mends a source is told once that it cannot be trusted, and once more when it can.

It walks the same road as any rule's: observed, routed, queued. What it finds is also what keeps the rules of that
source from speaking, so a business alert and the alert on its data never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.condition import observe
from core.calendar.grain import Grain, Period, Window
from core.errors import Problem
from core.labels import Labels
from core.ports import Attests
from core.quality.examine import examine, question, schema
from core.quality.fault import Check, Fault, Verdict
from core.quality.provenance import UNKNOWN, Provenance
from core.routing.decide import decide
from core.rules.finding import Finding, State
from core.rules.rule import DATA, Fingerprint, Rule, Severity
from core.rules.tree import All, Sentence
from core.text import Text
from core.usecases.tell import inhibited, tell

if TYPE_CHECKING:
    from core.alerts.event import Change
    from core.metrics.source import Source
    from core.ports import Arrival, World
    from core.workspace import Workspace

ROLES = ("data_owner", "data_team", "tech")  # who mends a source that names nobody, the first that anybody holds
# How long after a period facts are waited for where a source names no delay: until people are at work.
PATIENCE = {Grain.HOUR: timedelta(hours=1), Grain.DAY: timedelta(hours=9)}


@dataclass(frozen=True, slots=True)
class Inspected:
    """What was found in one source and one period; the data's own `Seen`."""

    rules: tuple[Rule, ...]
    period: Period
    faults: tuple[Fault, ...]

    @property
    def finding(self) -> Finding:
        (rule,) = self.rules
        state = State.BREACHED if any(fault.verdict.freezes for fault in self.faults) else State.CALM
        return Finding(Fingerprint(rule.id, Labels()), self.period, state, faults=self.faults)

    def breached(self) -> Iterator[Finding]:
        if self.finding.state is State.BREACHED:
            yield self.finding

    def of(self, fingerprint: Fingerprint) -> Finding | None:
        return self.finding if fingerprint == self.finding.fingerprint else None


async def faults_of(source: Source, period: Period, workspace: Workspace, world: World) -> tuple[Fault, ...]:
    """Return what is wrong with a source in one period."""
    provenance = await _provenance(source, period, world)
    try:
        cube = await world.warehouse.fetch(question(source, workspace.catalog, period))
    except Problem:
        if provenance.trouble is None:
            raise
        return (schema(provenance.trouble),)
    return examine(cube, source, workspace.catalog, period, provenance)


async def inspect(
    source: Source, workspace: Workspace, world: World, arrivals: Iterable[Arrival] = ()
) -> tuple[Change, ...]:
    """Look at a source's newest complete period, and tell its owner what is wrong with it, or no more.

    What is only late is waited for, where the source names no delay of its own.
    """
    now = world.clock.now()
    wall = now.astimezone(workspace.zone).replace(tzinfo=None)
    period = Period.holding(wall - source.delay, source.grain).shift(-1)
    rule = data_rule(source, workspace)
    async with world.store.begin() as tx:
        done = await tx.evaluated(rule.id)
    is_seen = done == period and all(arrival.source != source.name for arrival in arrivals)
    if is_seen and (await _provenance(source, period, world)).trouble is None:
        return ()
    faults = await faults_of(source, period, workspace, world)
    patience = PATIENCE.get(source.grain) if not source.delay else None
    if patience and wall < period.end + patience and any(fault.verdict is Verdict.LATE for fault in faults):
        return ()
    seen = Inspected((rule,), period, faults)
    async with world.store.begin() as tx:
        changes = observe(await tx.latest([rule.id]), seen, now)
        every, causes, held = await inhibited(tx, changes, await tx.holds(), workspace, now)
        decision = decide(every, (*workspace.rules, rule), workspace.routes, held, workspace.people, now)
        await tell(tx, decision, now, causes)
        if not any(fault.check is Check.SCHEMA for fault in faults):  # that may mend without a single new fact
            await tx.mark_evaluated(rule.id, period, now)
    return decision.changes


def data_rule(source: Source, workspace: Workspace) -> Rule:
    """Return the rule that every source is under without anybody's writing it: that its facts may be believed."""
    held = {duty.role for person in workspace.people.values() for duty in person.duties}
    owner = source.owner or next((role for role in ROLES if role in held), ROLES[0])
    return Rule(
        id=f"{DATA}{source.name}",
        title=Text.same(source.name),
        sentence=Sentence(All(())),
        said="",
        owner=owner,
        severity=Severity.WARNING,
        grain=source.grain,
    )


async def _provenance(source: Source, period: Period, world: World) -> Provenance:
    if not isinstance(world.warehouse, Attests):
        return UNKNOWN
    return await world.warehouse.provenance(source.name, Window.of(period, period))
