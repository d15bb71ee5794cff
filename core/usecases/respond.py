"""What people do about an alert: ack, assign, hand off, escalate, snooze, close, judge, reopen.

Who may do it has been asked before, by whoever took the command.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.alerts import escalation, handling, holds
from core.alerts.alert import Alert, Feedback, Reason
from core.alerts.event import Change, Event
from core.alerts.holds import Hold
from core.alerts.work import Loss
from core.errors import Missing, Problem
from core.people.person import Person
from core.ports import World
from core.routing.owner import find_next
from core.usecases import incidents
from core.usecases.act import Thought, act, must_be_here, pace_of
from core.workspace import Workspace


async def ack(
    handle: str, version: int | None, person: Person, via: str | None, world: World, workspace: Workspace
) -> Change:
    def think(alert: Alert, history: Sequence[Event], _: Sequence[Hold], now: datetime) -> Thought:
        return handling.ack(alert, person.id, version, now, pace=pace_of(workspace), via=via, history=history), ()

    return await act(handle, think, world, workspace)


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
        must_be_here(to, workspace, now)
        change = handling.assign(
            alert, to, person.id, version, now, due=due, pace=pace_of(workspace), via=via, history=history
        )
        return change, ()

    return await act(handle, think, world, workspace)


async def hand_off(
    handle: str,
    version: int | None,
    role: str,
    person: Person,
    via: str | None,
    world: World,
    workspace: Workspace,
    *,
    note: str = "",
) -> Change:
    """Pass it to another trade, with what happened so far; who that is, is found now."""

    def think(alert: Alert, history: Sequence[Event], _: Sequence[Hold], now: datetime) -> Thought:
        found = find_next(
            f"role:{role}", alert.owner, alert.fingerprint.labels, workspace.routes, workspace.people, now
        )
        if found.person is None:
            raise Missing("unknown-role", name=role)
        pace = pace_of(workspace)
        change = handling.assign(
            alert,
            found.person,
            person.id,
            version,
            now,
            role=role,
            note=note,
            pace=pace,
            via=via,
            history=history,
        )
        return change, ()

    return await act(handle, think, world, workspace)


async def accept(
    handle: str, version: int | None, person: Person, via: str | None, world: World, workspace: Workspace
) -> Change:
    def think(alert: Alert, history: Sequence[Event], _: Sequence[Hold], now: datetime) -> Thought:
        return handling.accept(alert, person.id, version, now, via=via, history=history), ()

    return await act(handle, think, world, workspace)


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

    return await act(handle, think, world, workspace)


async def escalate(
    handle: str, version: int | None, person: Person, via: str | None, world: World, workspace: Workspace
) -> Change:
    def think(alert: Alert, history: Sequence[Event], _: Sequence[Hold], now: datetime) -> Thought:
        return escalation.escalate(alert, person.id, version, now, via=via, history=history), ()

    return await act(handle, think, world, workspace)


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

    return await act(handle, think, world, workspace)


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

    return await act(handle, think, world, workspace)


async def close(
    handle: str,
    version: int | None,
    reason: Reason,
    person: Person,
    via: str | None,
    world: World,
    workspace: Workspace,
    *,
    cause: str = "",
    action: str = "",
) -> Change:
    """Close it with a reason, a cause and an action; what held it quiet ends with it.

    Days that it was rightly told of, or whose facts were wrong, are no part of what is usual from now on.
    """
    told: list[Event] = []

    def think(alert: Alert, history: Sequence[Event], present: Sequence[Hold], now: datetime) -> Thought:
        change = handling.close(
            alert, person.id, reason, version, now, cause=cause, action=action, via=via, history=history
        )
        told[:] = history
        return change, [replace(hold, ended=now) for hold in present]

    change = await act(handle, think, world, workspace)
    await incidents.write_closed(change.after, told, person, workspace, world)
    return change


async def reopen(handle: str, person: Person, via: str | None, world: World, workspace: Workspace) -> Change:
    def think(alert: Alert, _: Sequence[Event], __: Sequence[Hold], now: datetime) -> Thought:
        return handling.reopen(alert, person.id, now, via=via), ()

    change = await act(handle, think, world, workspace)
    await incidents.drop_closed(change.after, person, world)
    return change


async def note_cause(
    handle: str, cause: str, person: Person, via: str | None, world: World, workspace: Workspace
) -> Change:
    def think(alert: Alert, _: Sequence[Event], __: Sequence[Hold], now: datetime) -> Thought:
        return handling.note_cause(alert, person.id, cause, now, via=via), ()

    return await act(handle, think, world, workspace)


async def judge(
    handle: str, verdict: Feedback, person: Person, via: str | None, world: World, workspace: Workspace
) -> Change:
    def think(alert: Alert, _: Sequence[Event], __: Sequence[Hold], now: datetime) -> Thought:
        return handling.judge(alert, person.id, verdict, now, via=via), ()

    return await act(handle, think, world, workspace)


async def keep_loss(
    handle: str, loss: Loss, person: Person, via: str | None, world: World, workspace: Workspace
) -> Change:
    def think(alert: Alert, _: Sequence[Event], __: Sequence[Hold], now: datetime) -> Thought:
        return handling.keep_loss(alert, person.id, loss, now, via=via), ()

    return await act(handle, think, world, workspace)
