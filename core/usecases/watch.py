"""What the clock brings by itself: escalations, the end of an ack or a hold, a pending alert grown ripe, a reminder."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from core.alerts.consequence import follow
from core.alerts.event import Change
from core.alerts.holds import Hold
from core.alerts.wake import wake
from core.ports import Conflict, World
from core.routing.decide import decide
from core.usecases.act import pace_of, usual_of
from core.usecases.mute import next_mute, tend
from core.usecases.tell import inhibited, tell
from core.workspace import Workspace

_TRIES = 3


async def watch(workspace: Workspace, world: World) -> tuple[Change, ...]:
    """Do all that is due by now, and return what it changed."""
    tended = await tend(workspace, world)  # first, so that what is muted from now on escalates no more
    for _ in range(_TRIES):
        try:
            return (*tended, *await _watch_once(workspace, world))
        except Conflict:
            continue  # somebody acted meanwhile: what is due may have changed
    return tended  # all else is still due, and is looked at again


async def next_due(world: World) -> datetime | None:
    """Return when `watch` next has something to do."""
    async with world.store.begin() as tx:
        return min(filter(None, (await tx.next_due(), await next_mute(tx))), default=None)


async def _watch_once(workspace: Workspace, world: World) -> tuple[Change, ...]:
    now = world.clock.now()
    async with world.store.begin() as tx:
        due = await tx.due(now)
        if not due:
            return ()
        holds: dict[str, list[Hold]] = defaultdict(list)
        for hold in await tx.holds():
            holds[hold.alert].append(hold)
        pace = pace_of(workspace)
        woken = [wake(alert, holds[alert.id], now, pace) for alert in due]
        ended = [hold for _, over in woken for hold in over]
        still = [hold for kept in holds.values() for hold in kept if hold.id not in {over.id for over in ended}]
        changes = follow([change for change, _ in woken if change], workspace.rules, now, pace, usual_of(workspace))
        every, causes, held = await inhibited(tx, changes, still, workspace, now)
        decision = decide(every, workspace.rules, workspace.routes, held, workspace.people, now, workspace.calendar)
        await tell(tx, decision, now, (*ended, *causes))
    return decision.changes
