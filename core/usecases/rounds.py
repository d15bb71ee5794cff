"""The auditor's rounds: is anybody left alone with an alert, by a mistake of ours or by a hand in the database?

Each alert that burns, that nobody has and that nothing holds back must have a moment at which somebody hears of it
next, until every step of its route has been taken. One that has none is given it back, in its trail stands why, and an
admin hears of it once: that should not happen. What the clock should have done long ago is another matter, which only
whoever minds Beacon can mend.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.alerts.alert import Alert, Phase, Stage
from core.alerts.escalation import resumed
from core.alerts.event import Change, moved
from core.notices.notice import Kind, Notice
from core.ports import Conflict
from core.routing.instead import admins

if TYPE_CHECKING:
    from core.ports import World
    from core.workspace import Workspace

OVERDUE = timedelta(minutes=10)  # for what the clock brings: longer than any watch takes


REPAIRED = "repaired"  # news: an alert had no next step, and has one again


async def rounds(workspace: Workspace, world: World) -> tuple[str, ...]:
    """Mend what can be mended, and return the handles of alerts that are forgotten still."""
    now = world.clock.now()
    async with world.store.begin() as tx:
        alerts, held = await tx.open(), {hold.alert for hold in await tx.holds()}
    mended = [mend(alert, now) for alert in alerts if alert.id not in held and _has_no_step(alert)]
    if mended:
        try:
            async with world.store.begin() as tx:
                await tx.keep(mended, _news(mended, workspace, now), now=now)
        except Conflict:
            mended = []  # somebody acted on one meanwhile: the next round sees what is left
    whole = {change.after.id: change.after for change in mended}
    return forgotten((whole.get(alert.id, alert) for alert in alerts), held, now)


def mend(alert: Alert, now: datetime) -> Change:
    """Return the alert with its escalation going on from where it stood."""
    further = resumed(alert, now)
    facts = {"at": further.next_at.isoformat()} if further.next_at else {}
    return moved(alert, now, [(REPAIRED, facts)], escalation=further)


def _news(mended: Iterable[Change], workspace: Workspace, now: datetime) -> list[Notice]:
    """Tell one admin of each alert once, however often it is mended."""
    to = admins(workspace.people.values(), now)[:1]
    facts = [(change.after.id, {"news": REPAIRED, "handle": change.after.handle}) for change in mended]
    return [Notice(f"{REPAIRED}:{id}", Kind.NEWS, None, person, about) for person in to for id, about in facts]


def forgotten(alerts: Iterable[Alert], held: Collection[str], now: datetime) -> tuple[str, ...]:
    return tuple(alert.handle for alert in alerts if alert.id not in held and _is_forgotten(alert, now))


def _is_forgotten(alert: Alert, now: datetime) -> bool:
    if alert.wakes_at is not None:
        return alert.wakes_at < now - OVERDUE
    return _has_no_step(alert)


def _has_no_step(alert: Alert) -> bool:
    if alert.wakes_at is not None:
        return False
    is_waiting = alert.condition.phase is Phase.FIRING and alert.handling.stage is Stage.OPEN
    return is_waiting and alert.escalation.level < len(alert.escalation.steps)
