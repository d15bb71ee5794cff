"""The last steps of every road: what keeps an alert quiet, what is beyond a budget, crowds made one, all written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.alerts.holds import HoldKind
from core.notices.group import FRESH
from core.notices.notice import CALLS, EVERYWHERE, Kind
from core.routing.budget import Budgeted, Spent, budget
from core.routing.inhibit import inhibit
from core.routing.mute import hush
from core.routing.storm import gather

if TYPE_CHECKING:
    from core.alerts.event import Change
    from core.alerts.holds import Hold
    from core.ports import Transaction
    from core.routing.decide import Decision
    from core.workspace import Workspace


LOOKS_BACK = timedelta(days=2)  # by then a day is over in every zone
REMEMBERS = timedelta(days=90)  # what people said of a rule before that may be of another rule by now


async def inhibited(
    tx: Transaction, changes: Sequence[Change], held: Sequence[Hold], workspace: Workspace, now: datetime
) -> tuple[tuple[Change, ...], tuple[Hold, ...], tuple[Hold, ...]]:
    """Return the changes with those that causes and mutes make, the holds that these begin or end, and all that hold.

    A cause goes before a mute: what waits for something else has no need of both.
    """
    mutes = await tx.mutes()
    is_muted = bool(mutes) or any(hold.kind is HoldKind.MUTED for hold in held)
    has_kin = any(change.after.condition.is_bad for change in changes)
    waits = any(hold.kind is HoldKind.INHIBITED for hold in held)
    if not (is_muted or has_kin or waits or any(rule.inhibits for rule in workspace.rules)):
        return tuple(changes), (), tuple(held)
    opened = await tx.open()
    every, touched = inhibit(changes, opened, workspace.rules, held, now)
    still = _still(held, touched)
    every, hushed = hush(every, opened, mutes, workspace.rules, still, now)
    return every, (*touched, *hushed), _still(still, hushed)


def _still(held: Sequence[Hold], touched: Sequence[Hold]) -> tuple[Hold, ...]:
    ids = {hold.id for hold in touched}
    return (*(hold for hold in held if hold.id not in ids), *(hold for hold in touched if hold.ended is None))


async def tell(tx: Transaction, decision: Decision, now: datetime, holds: Iterable[Hold] = ()) -> None:
    """Write what was decided, what must be said because of it, and these holds with it."""
    await tx.stand_in_line()
    within = await _budgeted(tx, decision, now)
    alerts = {change.after.id: change.after for change in within.changes}
    readers = {notice.to for notice in within.notices if notice.to != EVERYWHERE}
    groups = await tx.groups(alerts, readers, now) if readers else ()
    recent = await tx.called(readers, now - FRESH) if readers else {}
    gathering = gather(within.notices, alerts, groups, recent, now)
    every = (*holds, *decision.holds, *gathering.holds)
    await tx.keep(within.changes, gathering.notices, every, gathering.groups, now=now)
    if within.calls:
        await tx.keep_calls(within.calls)


async def _budgeted(tx: Transaction, decision: Decision, now: datetime) -> Budgeted:
    """Put off what is beyond somebody's budget; the calls of those without one are not counted."""
    kinds = (*CALLS, Kind.RECOVERED)
    called = {notice.to for notice in decision.notices if notice.kind in kinds and isinstance(notice.to, str)}
    limited = [to for to in called if to in decision.people and decision.people[to].budget is not None]
    if not limited:
        return Budgeted(decision.changes, decision.notices)
    spent = await spent_by(limited, tx, now)
    return budget(decision.changes, decision.notices, spent, decision.people, now)


async def spent_by(people: Iterable[str], tx: Transaction, now: datetime) -> Spent:
    """Return what these people were called for lately, and how useful each rule has been."""
    return Spent(tuple(await tx.calls(people, now - LOOKS_BACK)), await tx.records(now - REMEMBERS))
