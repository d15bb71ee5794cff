"""The morning's word: yesterday in the few numbers that matter most, what is open, and what nobody has answered.

Each number is that of its last complete day, held against the day before it and against the same weekday of the week
before: one alone would call every Saturday a fall.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from core.alerts.alert import Alert, Stage
from core.calendar.grain import Grain, Period
from core.metrics.metric import Tier
from core.notices.notice import Kind, Notice, Place
from core.rules.rule import Severity
from core.usecases.mute import Kept, in_force
from core.usecases.overview import Tile, overview

if TYPE_CHECKING:
    from core.ports import World
    from core.workspace import Workspace

MOST_METRICS = 24
ANSWERED_WITHIN = timedelta(hours=24)
INFORMS = timedelta(hours=25)  # since the last digest, and the hour by which it may have been late
POSTED = "digest"  # as a batch of rules is marked, so is the last day that was posted


@dataclass(frozen=True, slots=True)
class Digest:
    """`day` is the business's own today; `overdue` are those of `alerts` that somebody should have answered.

    `informed` are those that only stand here and have called nobody, `put_off` those that were beyond their reader's
    budget: over or not, each is told.
    """

    day: date
    tiles: tuple[Tile, ...]
    alerts: tuple[Alert, ...]
    overdue: tuple[Alert, ...]
    informed: tuple[Alert, ...] = ()
    put_off: tuple[Alert, ...] = ()
    mutes: tuple[Kept, ...] = ()


async def digest(workspace: Workspace, world: World, reader: str | None = None) -> Digest:
    """Return the core metrics that this team's files hold, every open alert, worst first, and what is kept quiet.

    `reader` is the person whose digest it is: what their budget put off is theirs alone. A chat's holds everybody's.
    """
    now = world.clock.now()
    day = now.astimezone(workspace.zone).date()
    seen = await overview(workspace, world, most=MOST_METRICS)
    async with world.store.begin() as tx:
        calls = [call for call in await tx.put_off(day) if reader in (None, call.person)]
        put_off = [alert for id in dict.fromkeys(call.alert for call in calls) if (alert := await tx.find(id))]
        fired = await tx.fired(now - INFORMS)
    quiet = (alert for alert in fired if alert.severity is Severity.INFO and alert.told_at is None)
    return Digest(
        day=day,
        tiles=tuple(tile for tile in seen.tiles if tile.metric.tier is Tier.CORE),
        alerts=seen.alerts,
        overdue=tuple(alert for alert in seen.alerts if is_overdue(alert, now)),
        informed=tuple(quiet),
        put_off=tuple(sorted(put_off, key=lambda alert: -alert.severity)),
        mutes=await in_force(world),
    )


async def post_digests(workspace: Workspace, world: World) -> tuple[Notice, ...]:
    """Queue today's digest for every chat that the catch-all route names, and for whoever's budget put something off.

    Said twice, it is still one; what is put off after it waits for tomorrow's.
    """
    now = world.clock.now()
    day = now.astimezone(workspace.zone).date()
    async with world.store.begin() as tx:
        done = await tx.evaluated(POSTED)
        if done is None or done.start.date() < day:
            await tx.put_in_digest(day)
        late = (call.person for call in await tx.put_off(day) if call.digest == day)
        everybody = dict.fromkeys((*readers(workspace), *late))
        notices = tuple(Notice(f"digest:{day}:{to}", Kind.DIGEST, None, to) for to in everybody)
        await tx.keep((), notices, now=now)
        await tx.mark_evaluated(POSTED, Period.holding(day, Grain.DAY), now)
    return notices


def is_overdue(alert: Alert, now: datetime) -> bool:
    """Return whether somebody should have answered: past its due, escalated, or a day without an ack."""
    if alert.due is not None and alert.due <= now:
        return True
    if alert.handling.stage is not Stage.OPEN or not alert.condition.is_bad:
        return False
    return alert.escalation.level > 0 or now - (alert.fired_at or alert.opened_at) > ANSWERED_WITHIN


def readers(workspace: Workspace) -> tuple[Place | str, ...]:
    """Return the chats of the route that matches everything or, where it names none, the person it names."""
    catch_all = workspace.routes[-1] if workspace.routes else None
    if catch_all is None:
        return ()
    owner = (catch_all.owner or "").removeprefix("person:")
    return catch_all.chats or ((owner,) if owner in workspace.people else ())
