"""Acting on many alerts at once, from the card that shows them all.

It acts on those that its reader saw, and as they saw them: what came after is left alone, and so is what got worse
or came back in the last minute while the card was not yet up to date.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from core.alerts import handling, holds
from core.alerts.alert import Alert
from core.alerts.event import Change
from core.alerts.holds import Hold
from core.errors import Missing, Problem
from core.notices.group import FRESH, PREFIX, Gathered
from core.ports import Conflict
from core.routing.decide import decide
from core.routing.storm import shared
from core.usecases.act import pace_of
from core.usecases.tell import inhibited, tell

if TYPE_CHECKING:
    from core.people.person import Person
    from core.ports import Transaction, World
    from core.workspace import Workspace

_TRIES = 3
_NEWS = ("worse", "reopened")

Act = Callable[[Alert, Sequence[Hold], datetime], tuple[Change, Sequence[Hold]]]


@dataclass(frozen=True, slots=True)
class Seen:
    """How many alerts of the group its reader's card showed, and the sum of their versions."""

    count: int
    version: int


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to how many, and which were left alone because they had changed."""

    changes: tuple[Change, ...]
    stale: tuple[Alert, ...] = ()


async def find_group(handle: str, world: World) -> Gathered:
    async with world.store.begin() as tx:
        return await _find(handle, tx)


async def ack_all(
    handle: str, seen: Seen | None, person: Person, via: str | None, world: World, workspace: Workspace
) -> Done:
    def act(alert: Alert, _: Sequence[Hold], now: datetime) -> tuple[Change, Sequence[Hold]]:
        return handling.ack(alert, person.id, None, now, pace=pace_of(workspace), via=via), ()

    return await _act_on(handle, seen, lambda alerts: alerts, act, world, workspace)


async def snooze_slice(
    handle: str,
    seen: Seen | None,
    until: datetime,
    person: Person,
    via: str | None,
    world: World,
    workspace: Workspace,
) -> Done:
    """Keep quiet what shares the slice that most of them lie in; all of them, where they share none."""

    def slice_of(alerts: Sequence[Alert]) -> Sequence[Alert]:
        common = shared([alert for alert in alerts if alert.is_open and alert.condition.is_bad])
        return common.alerts if common else alerts

    def act(alert: Alert, present: Sequence[Hold], now: datetime) -> tuple[Change, Sequence[Hold]]:
        change, hold = holds.snooze(alert, person.id, until, None, now, via=via)
        return change, [*(replace(one, ended=now) for one in present if one.kind is hold.kind), hold]

    return await _act_on(handle, seen, slice_of, act, world, workspace)


async def _act_on(
    handle: str,
    seen: Seen | None,
    choose: Callable[[Sequence[Alert]], Sequence[Alert]],
    act: Act,
    world: World,
    workspace: Workspace,
) -> Done:
    for _ in range(_TRIES):
        try:
            return await _act_once(handle, seen, choose, act, world, workspace)
        except Conflict:
            continue
    raise Problem("too-busy", handle=handle)


async def _act_once(
    handle: str,
    seen: Seen | None,
    choose: Callable[[Sequence[Alert]], Sequence[Alert]],
    act: Act,
    world: World,
    workspace: Workspace,
) -> Done:
    now = world.clock.now()
    async with world.store.begin() as tx:
        shown = (await _find(handle, tx)).alerts[: seen.count if seen else None]
        is_present = seen is None or sum(alert.version for alert in shown) == seen.version
        held = await tx.holds()
        changes: list[Change] = []
        moved: list[Hold] = []
        stale: list[Alert] = []
        for alert in choose(shown):
            if not is_present and await _has_news(alert, now, tx):
                stale.append(alert)
                continue
            try:
                change, touched = act(alert, [hold for hold in held if hold.alert == alert.id], now)
            except Problem:
                continue  # somebody has it, or it is over: as it should be
            changes.append(change)
            moved += touched
        ids = {hold.id for hold in moved}
        still = [*(hold for hold in held if hold.id not in ids), *(hold for hold in moved if hold.ended is None)]
        acted = {change.after.id for change in changes}
        every, causes, held = await inhibited(tx, changes, still, workspace, now)
        decision = decide(every, workspace.rules, workspace.routes, held, workspace.people, now, workspace.calendar)
        await tell(tx, decision, now, (*moved, *causes))
    return Done(tuple(change for change in decision.changes if change.after.id in acted), tuple(stale))


async def _has_news(alert: Alert, now: datetime, tx: Transaction) -> bool:
    return any(event.kind in _NEWS and now - event.at < FRESH for event in await tx.events(alert.id))


async def _find(handle: str, tx: Transaction) -> Gathered:
    if found := await tx.gathered(PREFIX + handle):
        return found
    raise Missing("unknown-group", handle=handle)
