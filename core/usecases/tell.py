"""The last step of every road: make crowds of notices one, and write it all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from core.notices.group import FRESH
from core.notices.notice import EVERYWHERE
from core.routing.inhibit import inhibit
from core.routing.storm import gather

if TYPE_CHECKING:
    from core.alerts.event import Change
    from core.alerts.holds import Hold
    from core.ports import Transaction
    from core.routing.decide import Decision
    from core.workspace import Workspace


async def inhibited(
    tx: Transaction, changes: Sequence[Change], held: Sequence[Hold], workspace: Workspace, now: datetime
) -> tuple[tuple[Change, ...], tuple[Hold, ...], tuple[Hold, ...]]:
    """Return the changes with those that causes make, the holds that these begin or end, and all that hold now."""
    if not any(rule.inhibits for rule in workspace.rules):
        return tuple(changes), (), tuple(held)
    every, touched = inhibit(changes, await tx.open(), workspace.rules, held, now)
    ids = {hold.id for hold in touched}
    still = (*(hold for hold in held if hold.id not in ids), *(hold for hold in touched if hold.ended is None))
    return every, touched, still


async def tell(tx: Transaction, decision: Decision, now: datetime, holds: Iterable[Hold] = ()) -> None:
    """Write what was decided, what must be said because of it, and these holds with it."""
    alerts = {change.after.id: change.after for change in decision.changes}
    await tx.stand_in_line()
    readers = {notice.to for notice in decision.notices if notice.to != EVERYWHERE}
    groups = await tx.groups(alerts, readers, now) if readers else ()
    recent = await tx.called(readers, now - FRESH) if readers else {}
    gathering = gather(decision.notices, alerts, groups, recent, now)
    every = (*holds, *decision.holds, *gathering.holds)
    await tx.keep(decision.changes, gathering.notices, every, gathering.groups, now=now)
