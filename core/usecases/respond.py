"""What people do about an alert: ack, assign, escalate, snooze, close, reopen.

Read, think, decide who hears of it, write; and when somebody else wrote first, read again. Who may do it has been
asked before, by whoever took the command.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.alerts import escalation, handling, holds
from core.alerts.alert import Alert, Reason
from core.alerts.event import Change, Event
from core.alerts.holds import Hold
from core.errors import Missing, Problem
from core.people.person import Person
from core.ports import Conflict, World
from core.routing.decide import decide
from core.routing.hours import working_after
from core.rules.rule import Severity
from core.usecases.tell import inhibited, tell
from core.workspace import Workspace

_TRIES = 3

Thought = tuple[Change, Sequence[Hold]]
Think = Callable[[Alert, Sequence[Event], Sequence[Hold], datetime], Thought]


async def ack(
    handle: str, version: int | None, person: Person, via: str | None, world: World, workspace: Workspace
) -> Change:
    def think(alert: Alert, history: Sequence[Event], _: Sequence[Hold], now: datetime) -> Thought:
        return handling.ack(alert, person.id, version, now, via=via, history=history), ()

    return await _act(handle, think, world, workspace)


async def assign(
    handle: str,
    version: int | None,
    to: str,
    person: Person,
    via: str | None,
    world: World,
    workspace: Workspace,
    *,
    due: datetime | None = None,
) -> Change:
    """Give it to somebody who is here and can be told; `due` is when it is to be done."""

    def think(alert: Alert, history: Sequence[Event], _: Sequence[Hold], now: datetime) -> Thought:
        _must_be_here(to, workspace, now)
        # A person at rest has until they have worked for that long; what is critical does not wait.
        answer_by = now + handling.ANSWER_WITHIN
        if alert.severity is not Severity.CRITICAL:
            answer_by = working_after(workspace.people[to], now, handling.ANSWER_WITHIN, workspace.calendar)
        change = handling.assign(
            alert, to, person.id, version, now, due=due, answer_by=answer_by, via=via, history=history
        )
        return change, ()

    return await _act(handle, think, world, workspace)


async def accept(
    handle: str, version: int | None, person: Person, via: str | None, world: World, workspace: Workspace
) -> Change:
    def think(alert: Alert, history: Sequence[Event], _: Sequence[Hold], now: datetime) -> Thought:
        return handling.accept(alert, person.id, version, now, via=via, history=history), ()

    return await _act(handle, think, world, workspace)


async def decline(
    handle: str,
    version: int | None,
    person: Person,
    via: str | None,
    world: World,
    workspace: Workspace,
    *,
    note: str = "",
) -> Change:
    def think(alert: Alert, history: Sequence[Event], _: Sequence[Hold], now: datetime) -> Thought:
        return handling.decline(alert, person.id, version, now, note=note, via=via, history=history), ()

    return await _act(handle, think, world, workspace)


async def escalate(
    handle: str, version: int | None, person: Person, via: str | None, world: World, workspace: Workspace
) -> Change:
    def think(alert: Alert, history: Sequence[Event], _: Sequence[Hold], now: datetime) -> Thought:
        return escalation.escalate(alert, person.id, version, now, via=via, history=history), ()

    return await _act(handle, think, world, workspace)


async def snooze(
    handle: str,
    version: int | None,
    until: datetime,
    person: Person,
    via: str | None,
    world: World,
    workspace: Workspace,
) -> Change:
    """Keep it quiet until then; a snooze before it is replaced, so that the last word counts."""

    def think(alert: Alert, history: Sequence[Event], present: Sequence[Hold], now: datetime) -> Thought:
        change, hold = holds.snooze(alert, person.id, until, version, now, via=via, history=history)
        replaced = [replace(one, ended=now) for one in present if one.kind is hold.kind]
        return change, (*replaced, hold)

    return await _act(handle, think, world, workspace)


@dataclass(frozen=True, slots=True)
class Worse:
    """How bad a number must get: worse by a share of what it is now, or as far as `value`."""

    share: float = 0.1
    value: float | None = None


async def snooze_until_worse(
    handle: str,
    version: int | None,
    worse: Worse,
    person: Person,
    via: str | None,
    world: World,
    workspace: Workspace,
) -> Change:
    """Keep it quiet until its number gets worse, a month at most."""

    def think(alert: Alert, history: Sequence[Event], present: Sequence[Hold], now: datetime) -> Thought:
        beyond = worse.value if worse.value is not None else holds.worse_by(alert, worse.share)
        if beyond is None:
            raise Problem("no-worse", handle=alert.handle)
        if not holds.is_worse(alert, beyond):
            raise Problem("snooze-not-worse", handle=alert.handle)
        until = now + holds.LONGEST_SNOOZE
        change, hold = holds.snooze(alert, person.id, until, version, now, via=via, history=history, beyond=beyond)
        return change, (*(replace(one, ended=now) for one in present if one.kind is hold.kind), hold)

    return await _act(handle, think, world, workspace)


async def close(
    handle: str,
    version: int | None,
    reason: Reason,
    person: Person,
    via: str | None,
    world: World,
    workspace: Workspace,
    *,
    note: str = "",
) -> Change:
    """Close it with a reason; what held it quiet ends with it."""

    def think(alert: Alert, history: Sequence[Event], present: Sequence[Hold], now: datetime) -> Thought:
        change = handling.close(alert, person.id, reason, version, now, note=note, via=via, history=history)
        return change, [replace(hold, ended=now) for hold in present]

    return await _act(handle, think, world, workspace)


async def reopen(handle: str, person: Person, via: str | None, world: World, workspace: Workspace) -> Change:
    def think(alert: Alert, _: Sequence[Event], __: Sequence[Hold], now: datetime) -> Thought:
        return handling.reopen(alert, person.id, now, via=via), ()

    return await _act(handle, think, world, workspace)


async def _act(handle: str, think: Think, world: World, workspace: Workspace) -> Change:
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


def _must_be_here(id: str, workspace: Workspace, now: datetime) -> None:
    person = workspace.people.get(id)
    if person is None:
        raise Missing("unknown-person", name=id)
    if not person.is_reachable:
        raise Problem("person-unreachable", person=id)
    day = now.astimezone(person.zone).date()
    leave = next((one for one in person.leave if one.first <= day <= one.last), None)
    if leave:
        raise Problem("person-away", person=id, until=leave.last.isoformat(), backup=leave.backup or "")
