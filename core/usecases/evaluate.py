"""The first road, walked: from the facts of a period to the queue of what must be said.

`evaluate` is one batch at one period; `evaluate_due` asks the clock which those are. A replay, a backtest and the
demo call the same functions with another clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.alerts.condition import observe
from core.alerts.consequence import follow
from core.alerts.event import Change
from core.calendar.grain import Period
from core.errors import Problem
from core.metrics.source import Source
from core.ports import Arrival, World
from core.quality.trust import judge
from core.routing.decide import decide
from core.rules.evaluate import findings
from core.rules.needs import Batch, batches
from core.usecases.act import pace_of
from core.usecases.inspect import faults_of, inspect
from core.usecases.tell import inhibited, tell
from core.workspace import Workspace

CATCH_UP = 31  # periods at most, after a stop; what is older is history, and no news


async def evaluate(
    batch: Batch, period: Period, workspace: Workspace, world: World, *, name: str | None = None
) -> tuple[Change, ...]:
    """Walk all rules that ask one question of the warehouse down the whole road, to the outbox."""
    now = world.clock.now()
    query = batch.query(period, events=workspace.events)
    cube = await world.warehouse.fetch(query)  # read: once, for every rule of the batch
    faults = await faults_of(workspace.catalog.sources[batch.source], period, workspace, world)
    trust = judge(cube, period, workspace.catalog, source=batch.source, faults=faults)
    seen = findings(batch.rules, cube, workspace.catalog, trust, period, workspace.events)  # think: all slices at once
    async with world.store.begin() as tx:
        changes = observe(await tx.latest(rule.id for rule in batch.rules), seen, now)
        changes = follow(changes, workspace.rules, now, pace_of(workspace))
        changes, causes, holds = await inhibited(tx, changes, await tx.holds(), workspace, now)
        rules = (*workspace.rules, *batch.rules)
        decision = decide(changes, rules, workspace.routes, holds, workspace.people, now, workspace.calendar)
        await tell(tx, decision, now, causes)  # write: all or nothing
        await tx.mark_evaluated(name or batch.key, period, now)
    return decision.changes


async def evaluate_due(
    workspace: Workspace, world: World, arrivals: Iterable[Arrival] = (), *, scheduled: str | None = None
) -> tuple[Change, ...]:
    """Evaluate what time has completed and what new facts have touched, oldest period first.

    Rules with a cron line of their own are evaluated only when `scheduled` names that line. What cannot be read is
    raised once all else has been evaluated: a file that is missing silences no rule over another.
    """
    fresh = tuple(arrivals)
    changes: list[Change] = []
    problems: list[Problem] = []
    if scheduled is None:
        for source in _sources(workspace):
            try:
                changes += await inspect(source, workspace, world, fresh)
            except Problem as problem:
                problems.append(problem)
    for batch in batches((rule for rule in workspace.rules if rule.schedule == scheduled), workspace.catalog):
        try:
            changes += await _catch_up(batch, workspace, world, fresh, scheduled)
        except Problem as problem:
            problems.append(problem)
    if problems:
        raise problems[0]
    return tuple(changes)


async def _catch_up(
    batch: Batch, workspace: Workspace, world: World, arrivals: Iterable[Arrival], scheduled: str | None
) -> list[Change]:
    """Evaluate one batch at every period that is due."""
    name = f"{batch.key} {scheduled or ''}".strip()
    last = batch.last_complete(world.clock.now().astimezone(workspace.zone).replace(tzinfo=None))
    async with world.store.begin() as tx:
        done = await tx.evaluated(name)
    changes: list[Change] = []
    for period in _periods(batch, done, last, arrivals, always=scheduled is not None):
        changes += await evaluate(batch, period, workspace, world, name=name)
    return changes


def _sources(workspace: Workspace) -> tuple[Source, ...]:
    """Return the sources that any rule needs."""
    needed = dict.fromkeys(batch.source for batch in batches(workspace.rules, workspace.catalog))
    return tuple(workspace.catalog.sources[name] for name in needed)


def _periods(
    batch: Batch, done: Period | None, last: Period, arrivals: Iterable[Arrival], *, always: bool
) -> Iterable[Period]:
    """Return what has not been judged yet, and the newest period again when its facts changed.

    What was judged longer ago is not judged again: only the newest verdict is anybody's news.
    """
    if done is None:
        return (last,)
    is_touched = any(
        arrival.source == batch.source and arrival.first.start < last.end and last.start < arrival.last.end
        for arrival in arrivals
    )
    first = max(done.index + 1, last.index - CATCH_UP + 1)
    if always or is_touched:
        first = min(first, last.index)
    return tuple(Period(last.grain, index) for index in range(first, last.index + 1))


def moment_of(batch: Batch, period: Period, workspace: Workspace) -> datetime:
    """Return when that period of the batch is complete: the moment at which it should be judged."""
    return (period.end + batch.delay).replace(tzinfo=workspace.zone)
