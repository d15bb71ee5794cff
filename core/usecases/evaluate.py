"""The first road, walked: from the facts of a period to the queue of what must be said.

`evaluate` is one batch at one period; `evaluate_due` asks the clock which those are. A replay, a backtest and the
demo call the same functions with another clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from core.alerts.condition import observe
from core.alerts.consequence import follow
from core.alerts.event import Change
from core.calendar.grain import Period
from core.cube.spoilt import among
from core.errors import Problem
from core.metrics.source import Source
from core.ports import Arrival, Conflict, Stamps, Turn, World
from core.quality.trust import judge
from core.routing.decide import decide
from core.rules.evaluate import findings
from core.rules.needs import Batch, batches
from core.usecases import incidents
from core.usecases.act import pace_of, usual_of
from core.usecases.facts import facts_of
from core.usecases.inspect import faults_of, inspect
from core.usecases.orphans import tend_orphans
from core.usecases.restate import restate
from core.usecases.tell import inhibited, tell
from core.usecases.turns import turn
from core.workspace import Workspace

_TRIES = 3
SINCE = "since"  # beside a batch's name: the first period that it was ever judged for
CATCH_UP = 31  # periods at most, after a stop; what is older is history, and no news


async def evaluate(
    batch: Batch,
    period: Period,
    workspace: Workspace,
    world: World,
    *,
    name: str | None = None,
    mine: Turn | None = None,
) -> tuple[Change, ...]:
    """Walk all rules that ask one question of the warehouse down the whole road, to the outbox.

    Under a turn that is somebody else's by the end, nothing is written: Conflict.
    """
    now = world.clock.now()
    spoilt = await incidents.spoilt(batch, period, world)
    # read: once, for every rule of the batch
    cube = await facts_of(batch, period, among(workspace.events, spoilt), world.warehouse)
    faults = await faults_of(workspace.catalog.sources[batch.source], period, workspace, world)
    trust = judge(cube, period, workspace.catalog, source=batch.source, faults=faults)
    # think: over all slices at once
    seen = findings(batch.rules, cube, workspace.catalog, trust, period, workspace.events, spoilt)
    async with world.store.begin() as tx:
        changes = observe(await tx.latest(rule.id for rule in batch.rules), seen, now)
        changes = follow(changes, workspace.rules, now, pace_of(workspace), usual_of(workspace))
        changes, causes, holds = await inhibited(tx, changes, await tx.holds(), workspace, now)
        rules = (*workspace.rules, *batch.rules)
        decision = decide(changes, rules, workspace.routes, holds, workspace.people, now, workspace.calendar)
        await tell(tx, decision, now, causes)  # write: all or nothing
        await tx.mark_evaluated(name or batch.key, period, now)
        if mine is not None:
            await tx.keep_turn(mine, now)
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
                changes += await _inspect(source, workspace, world, fresh)
            except Problem as problem:
                problems.append(problem)
    for batch in batches((rule for rule in workspace.rules if rule.schedule == scheduled), workspace.catalog):
        try:
            changes += await _catch_up(batch, workspace, world, fresh, scheduled)
        except Problem as problem:
            problems.append(problem)
    if scheduled is None:
        changes += await tend_orphans(workspace, world)
    if problems:
        raise problems[0]
    return tuple(changes)


async def _inspect(
    source: Source, workspace: Workspace, world: World, arrivals: Iterable[Arrival]
) -> tuple[Change, ...]:
    """Inspect one source, unless another process is at it."""
    async with turn(f"inspect {source.name}", world) as mine:
        if mine is None:
            return ()
        stamp = await _stamp(source.name, world)
        now = world.clock.now().astimezone(workspace.zone).replace(tzinfo=None)
        newest = Period.holding(now, source.grain)
        changes = await inspect(source, workspace, world, _news(source.name, newest, mine, stamp, arrivals))
        await _end(mine, stamp, world)
    return changes


async def _catch_up(
    batch: Batch, workspace: Workspace, world: World, arrivals: Iterable[Arrival], scheduled: str | None
) -> list[Change]:
    """Evaluate one batch at every period that is due, unless another process is at it."""
    name = f"{batch.key} {scheduled or ''}".strip()
    last = batch.last_complete(world.clock.now().astimezone(workspace.zone).replace(tzinfo=None))
    changes: list[Change] = []
    async with turn(f"evaluate {name}", world) as mine:
        if mine is None:
            return changes
        stamp = await _stamp(batch.source, world)
        async with world.store.begin() as tx:
            done, since = await tx.evaluated(name), await tx.evaluated(f"{name} {SINCE}")
            if since is None:
                since = done or last
                await tx.mark_evaluated(f"{name} {SINCE}", since, world.clock.now())
        news = _news(batch.source, last, mine, stamp, arrivals)
        if done is not None and (older := _restated(batch, since, done, last, news)):
            changes += await _restate(batch, older, workspace, world, mine)
        for period in _periods(batch, done, last, news, always=scheduled is not None):
            changes += await _evaluate(batch, period, workspace, world, name, mine)
        await _end(mine, stamp, world)
    return changes


async def _evaluate(
    batch: Batch, period: Period, workspace: Workspace, world: World, name: str, mine: Turn
) -> tuple[Change, ...]:
    for _ in range(_TRIES):
        try:
            return await evaluate(batch, period, workspace, world, name=name, mine=mine)
        except Conflict as lost:
            if str(lost) == mine.name:
                return ()  # we were silent for so long that another process does it
            # Somebody acted on an alert meanwhile: what was seen is held against what is so now.
    return ()  # it is due still, and tried again at the next look


async def _restate(
    batch: Batch, periods: tuple[Period, ...], workspace: Workspace, world: World, mine: Turn
) -> tuple[Change, ...]:
    for _ in range(_TRIES):
        try:
            return await restate(batch, periods, workspace, world, mine)
        except Conflict as lost:
            if str(lost) == mine.name:
                return ()
    return ()


async def _stamp(source: str, world: World) -> str:
    return await world.warehouse.stamp(source) if isinstance(world.warehouse, Stamps) else ""


def _news(source: str, newest: Period, mine: Turn, stamp: str, arrivals: Iterable[Arrival]) -> tuple[Arrival, ...]:
    """Return what arrived and was not judged yet, by whichever process.

    Facts that were taken in before a crash, while nobody ran or by another process arrive here for nobody: that they
    are not those which were judged is all that tells.
    """
    arrived = tuple(arrival for arrival in arrivals if arrival.source == source)
    if stamp and mine.done == stamp:
        return ()
    return arrived or ((Arrival(source, newest, newest),) if stamp and mine.done else ())


async def _end(mine: Turn, stamp: str, world: World) -> None:
    with suppress(Conflict):
        async with world.store.begin() as tx:
            await tx.end_turn(mine, stamp)


def _sources(workspace: Workspace) -> tuple[Source, ...]:
    """Return the sources that any rule needs."""
    needed = dict.fromkeys(batch.source for batch in batches(workspace.rules, workspace.catalog))
    return tuple(workspace.catalog.sources[name] for name in needed)


def _restated(
    batch: Batch, since: Period, done: Period, last: Period, arrivals: Iterable[Arrival]
) -> tuple[Period, ...]:
    """Return the periods before the newest that were judged once, from the first whose facts have changed.

    Those after it too: what a day is held against is one of the days before.
    """
    touched = [
        Period.holding(arrival.first.start, batch.grain).index
        for arrival in arrivals
        if arrival.source == batch.source and arrival.first.start < last.start
    ]
    if not touched or since.grain is not batch.grain:
        return ()
    first = max(min(touched), since.index, last.index - CATCH_UP + 1)
    return tuple(Period(batch.grain, index) for index in range(first, min(done.index + 1, last.index)))


def _periods(
    batch: Batch, done: Period | None, last: Period, arrivals: Iterable[Arrival], *, always: bool
) -> Iterable[Period]:
    """Return what has not been judged yet, and the newest period again when facts changed that it may rest on."""
    if done is None:
        return (last,)
    is_touched = any(arrival.source == batch.source and arrival.first.start < last.end for arrival in arrivals)
    first = max(done.index + 1, last.index - CATCH_UP + 1)
    if always or is_touched:
        first = min(first, last.index)
    return tuple(Period(last.grain, index) for index in range(first, last.index + 1))


def moment_of(batch: Batch, period: Period, workspace: Workspace) -> datetime:
    """Return when that period of the batch is complete: the moment at which it should be judged."""
    return (period.end + batch.delay).replace(tzinfo=workspace.zone)
