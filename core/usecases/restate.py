"""Periods judged before, judged again because their facts have changed.

The newest verdict on an alert stands whatever an older period turns out to have been. Three things can still be news:
the period that an alert last spoke of is another one now; an alert that is over was a false one; and a period that was
calm was bad, and nobody has heard of it. The last is told as what it is, a late find. What lies before the first
period that was ever judged is history and no news, and so is what lies further back than `CATCH_UP`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from core.alerts.condition import has_fired, observe
from core.alerts.consequence import follow
from core.alerts.correction import disproved, told_of
from core.alerts.event import BEACON, Change, Event
from core.cube.spoilt import among
from core.quality.trust import judge
from core.routing.decide import decide
from core.rules.evaluate import findings
from core.rules.finding import Finding
from core.usecases import incidents
from core.usecases.act import pace_of, usual_of
from core.usecases.facts import facts_of
from core.usecases.inspect import faults_of
from core.usecases.tell import inhibited, tell

if TYPE_CHECKING:
    from core.alerts.alert import Alert
    from core.calendar.grain import Period
    from core.ports import Transaction, Turn, World
    from core.rules.evaluate import Seen
    from core.rules.needs import Batch
    from core.rules.rule import Fingerprint, Rule
    from core.workspace import Workspace


async def restate(
    batch: Batch, periods: Sequence[Period], workspace: Workspace, world: World, mine: Turn | None = None
) -> tuple[Change, ...]:
    """Judge periods that were judged before, the oldest first, and tell what is news of them."""
    now, changes = world.clock.now(), list[Change]()
    said: dict[Period, Seen] = {}
    for period in periods:
        seen = await _seen(batch, period, workspace, world)
        said[period] = seen
        async with world.store.begin() as tx:
            latest = await tx.latest(rule.id for rule in batch.rules)
            again = _Again(seen, latest)
            found = observe(again.alerts, again, now)
            changes += await _told(tx, [_late(change, period, now) for change in found], batch, workspace, now, mine)
    async with world.store.begin() as tx:
        latest = await tx.latest(rule.id for rule in batch.rules)
        taken_back = []
        for alert in latest.values():
            if alert.finding.period.grain is not batch.grain or alert.finding.period <= periods[0]:
                continue
            told = told_of(await tx.events(alert.id))
            now_said = {period: said[period].of(alert.fingerprint) for period in told if period in said}
            if change := disproved(alert, told, now_said, now):
                taken_back.append(change)
        changes += await _told(tx, taken_back, batch, workspace, now, mine)
    return tuple(changes)


async def _seen(batch: Batch, period: Period, workspace: Workspace, world: World) -> Seen:
    spoilt = await incidents.spoilt(batch, period, world)
    cube = await facts_of(batch, period, among(workspace.events, spoilt), world.warehouse)
    faults = await faults_of(workspace.catalog.sources[batch.source], period, workspace, world)
    trust = judge(cube, period, workspace.catalog, source=batch.source, faults=faults)
    return findings(batch.rules, cube, workspace.catalog, trust, period, workspace.events, spoilt)


async def _told(
    tx: Transaction, changes: Sequence[Change], batch: Batch, workspace: Workspace, now: datetime, mine: Turn | None
) -> tuple[Change, ...]:
    if not changes:
        return ()
    followed = follow(changes, workspace.rules, now, pace_of(workspace), usual_of(workspace))
    every, causes, holds = await inhibited(tx, followed, await tx.holds(), workspace, now)
    rules = (*workspace.rules, *batch.rules)
    decision = decide(every, rules, workspace.routes, holds, workspace.people, now, workspace.calendar)
    await tell(tx, decision, now, causes)
    if mine is not None:
        await tx.keep_turn(mine, now)
    return decision.changes


def _late(change: Change, period: Period, now: datetime) -> Change:
    """Say of an alert that begins here that it does so late."""
    if not has_fired(change):
        return change
    after = change.after
    late = Event(after.id, after.version, now, "late-found", BEACON, None, {"period": str(period)})
    return replace(change, events=(*change.events, late))


@dataclass(frozen=True, slots=True, eq=False)
class _Again:
    """What is said of an old period, of those alerts alone that nothing newer is known of."""

    seen: Seen
    latest: Mapping[Fingerprint, Alert]

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.seen.rules

    @property
    def period(self) -> Period:
        return self.seen.period

    @property
    def alerts(self) -> dict[Fingerprint, Alert]:
        return {each: alert for each, alert in self.latest.items() if self._is_open_to(alert)}

    def breached(self) -> Iterator[Finding]:
        for finding in self.seen.breached():
            alert = self.latest.get(finding.fingerprint)
            if alert is None or self._is_open_to(alert):
                yield finding

    def of(self, fingerprint: Fingerprint) -> Finding | None:
        return self.seen.of(fingerprint)

    def _is_open_to(self, alert: Alert) -> bool:
        last = alert.finding.period
        if last.grain is not self.period.grain or last > self.period:
            return False
        return alert.is_open or last < self.period  # who closed it has seen this very period
