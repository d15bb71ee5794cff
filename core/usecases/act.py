"""One deed on one alert: read, think, decide who hears of it, write; and when somebody else wrote first, read again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from core.alerts.alert import Alert
from core.alerts.event import Change, Event
from core.alerts.holds import Hold
from core.errors import Missing, Problem
from core.ports import Conflict, World
from core.routing.decide import decide
from core.routing.nature import usual_ticket
from core.routing.pace import WorkingTime
from core.rules.rule import Rule, Ticket
from core.usecases.tell import inhibited, tell
from core.workspace import Workspace

_TRIES = 3

Thought = tuple[Change, Sequence[Hold]]
Think = Callable[[Alert, Sequence[Event], Sequence[Hold], datetime], Thought]


def pace_of(workspace: Workspace) -> WorkingTime:
    """Return how long the time of this team's people takes."""
    return WorkingTime(workspace.people, workspace.calendar)


def usual_of(workspace: Workspace) -> Callable[[Alert, Rule], Ticket | None]:
    """Return what gives the rules of this team's default route the ticket of their sort."""
    return partial(usual_ticket, routes=workspace.routes)


async def act(handle: str, think: Think, world: World, workspace: Workspace) -> Change:
    """Do to one alert what `think` says, and tell whom it concerns; again, when somebody else was first."""
    for _ in range(_TRIES):
        try:
            return await _act_once(handle, think, world, workspace)
        except Conflict:
            continue
    raise Problem("too-busy", handle=handle)


async def _act_once(handle: str, think: Think, world: World, workspace: Workspace) -> Change:
    now = world.clock.now()
    async with world.store.begin() as tx:
        alert = await tx.find(handle)
        if alert is None:
            raise Missing("unknown-alert", handle=handle)
        present = await tx.holds(alert.id)
        change, moved = think(alert, await tx.events(alert.id), present, now)
        if change.after.is_open and not alert.is_open:
            newest = (await tx.latest([alert.fingerprint.rule]))[alert.fingerprint]
            if newest.id != alert.id:
                raise Problem("newer-episode", handle=newest.handle)
        ids = {hold.id for hold in moved}
        rest = [hold for hold in await tx.holds() if hold.id not in ids]
        held = [*rest, *(hold for hold in moved if hold.ended is None)]
        every, causes, still = await inhibited(tx, [change], held, workspace, now)
        decision = decide(every, workspace.rules, workspace.routes, still, workspace.people, now, workspace.calendar)
        await tell(tx, decision, now, (*moved, *causes))
    return decision.changes[0]


def must_be_here(id: str, workspace: Workspace, now: datetime) -> None:
    """Refuse to give anything to somebody who is away, or whom nothing would reach."""
    person = workspace.people.get(id)
    if person is None:
        raise Missing("unknown-person", name=id)
    if not person.is_reachable:
        raise Problem("person-unreachable", person=id)
    day = now.astimezone(person.zone).date()
    leave = next((one for one in person.leave if one.first <= day <= one.last), None)
    if leave:
        raise Problem("person-away", person=id, until=leave.last.isoformat(), backup=leave.backup or "")
