"""The auditor's rounds: is anybody left alone with an alert, by a mistake of ours or by a hand in the database?

Each alert that burns, that nobody has and that nothing holds back must have a moment at which somebody hears of it
next, until every step of its route has been taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.alerts.alert import Alert, Phase, Stage

if TYPE_CHECKING:
    from core.ports import World

OVERDUE = timedelta(minutes=10)  # for what the clock brings: longer than any watch takes


async def rounds(world: World) -> tuple[str, ...]:
    """Return the handles of alerts that were forgotten."""
    async with world.store.begin() as tx:
        alerts, holds = await tx.open(), await tx.holds()
    return forgotten(alerts, {hold.alert for hold in holds}, world.clock.now())


def forgotten(alerts: Iterable[Alert], held: Collection[str], now: datetime) -> tuple[str, ...]:
    return tuple(alert.handle for alert in alerts if alert.id not in held and _is_forgotten(alert, now))


def _is_forgotten(alert: Alert, now: datetime) -> bool:
    if alert.wakes_at is not None:
        return alert.wakes_at < now - OVERDUE
    is_waiting = alert.condition.phase is Phase.FIRING and alert.handling.stage is Stage.OPEN
    return is_waiting and alert.escalation.level < len(alert.escalation.steps)
