"""The morning's word: yesterday in the few numbers that matter most, what is open, and what nobody has answered.

Each number is that of its last complete day, held against the day before it and against the same weekday of the week
before: one alone would call every Saturday a fall.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from core.alerts.alert import Alert, Stage
from core.metrics.metric import Tier
from core.notices.notice import Kind, Notice, Place
from core.usecases.overview import Tile, overview

if TYPE_CHECKING:
    from core.ports import World
    from core.workspace import Workspace

MOST_METRICS = 24
ANSWERED_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Digest:
    """`day` is the business's own today; `overdue` are those of `alerts` that somebody should have answered."""

    day: date
    tiles: tuple[Tile, ...]
    alerts: tuple[Alert, ...]
    overdue: tuple[Alert, ...]


async def digest(workspace: Workspace, world: World) -> Digest:
    """Return the core metrics that this team's files hold, and every open alert, worst first."""
    now = world.clock.now()
    seen = await overview(workspace, world, most=MOST_METRICS)
    return Digest(
        day=now.astimezone(workspace.zone).date(),
        tiles=tuple(tile for tile in seen.tiles if tile.metric.tier is Tier.CORE),
        alerts=seen.alerts,
        overdue=tuple(alert for alert in seen.alerts if is_overdue(alert, now)),
    )


async def post_digests(workspace: Workspace, world: World) -> tuple[Notice, ...]:
    """Queue today's digest for every chat that the catch-all route names; said twice, it is still one."""
    now = world.clock.now()
    day = now.astimezone(workspace.zone).date()
    notices = tuple(Notice(f"digest:{day}:{to}", Kind.DIGEST, None, to) for to in _readers(workspace))
    async with world.store.begin() as tx:
        await tx.keep((), notices, now=now)
    return notices


def is_overdue(alert: Alert, now: datetime) -> bool:
    """Return whether somebody should have answered: past its due, escalated, or a day without an ack."""
    if alert.due is not None and alert.due <= now:
        return True
    if alert.handling.stage is not Stage.OPEN or not alert.condition.is_bad:
        return False
    return alert.escalation.level > 0 or now - (alert.fired_at or alert.opened_at) > ANSWERED_WITHIN


def _readers(workspace: Workspace) -> tuple[Place | str, ...]:
    """Return the chats of the route that matches everything or, where it names none, the person it names."""
    catch_all = workspace.routes[-1] if workspace.routes else None
    if catch_all is None:
        return ()
    owner = (catch_all.owner or "").removeprefix("person:")
    return catch_all.chats or ((owner,) if owner in workspace.people else ())
