"""Queueing every digest whose hour has come at its reader's: once for a reader and a period, whatever happens.

What was due while we were down is said when we are back, while it is still news. That one was queued is written down in
the transaction that queues it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.calendar.edition import due, edition, moment_of
from core.calendar.grain import Grain, Period
from core.notices.notice import Kind, Notice
from core.routing.digests import Every, Level, Plan, key_of, plans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.calendar.edition import Edition
    from core.ports import Transaction, World
    from core.workspace import Workspace

SOON = 3  # days that are looked ahead


async def post_digests(workspace: Workspace, world: World) -> tuple[Notice, ...]:
    """Queue what is due for every reader, and for whoever's budget put something off."""
    now = world.clock.now()
    notices: list[Notice] = []
    async with world.store.begin() as tx:
        for plan in await _every(tx, workspace, now):
            for own in _due(plan, workspace, now):
                name, posted = f"digest {plan.every} {key_of(plan.to)}", Period.holding(own.day, Grain.DAY)
                done = await tx.evaluated(name)
                if done is not None and done >= posted:
                    continue
                if isinstance(plan.to, str) and plan.every is Every.DAY:
                    await tx.put_in_digest(own.day, [plan.to])
                await tx.mark_evaluated(name, posted, now)
                notices.append(_notice(plan, own))
        await tx.keep((), notices, now=now)
    return tuple(notices)


async def next_digest(workspace: Workspace, world: World) -> datetime | None:
    """Return when the next one becomes due, if that is soon; it is asked again before then."""
    now = world.clock.now()
    async with world.store.begin() as tx:
        every = await _every(tx, workspace, now)
    moments = (moment for plan in every for moment in _ahead(plan, workspace, now))
    return min((moment for moment in moments if moment > now), default=None)


def plan_of(notice: Notice, known: Iterable[Plan], workspace: Workspace) -> Plan:
    """Return the plan that a notice was queued under, as it is by now; one that is gone is told as it was."""
    every = Every(str(notice.facts.get("every", Every.DAY)))
    mine = next((one for one in known if (one.to, one.every) == (notice.to, every)), None)
    if mine is not None:
        return mine
    usual = Level.OPERATOR if isinstance(notice.to, str) else Level.MANAGER
    level = Level(str(notice.facts.get("level", usual)))
    person = workspace.people.get(notice.to) if isinstance(notice.to, str) else None
    return Plan(notice.to, level, every, zone=person.zone if person else workspace.zone, holidays=True)


async def _every(tx: Transaction, workspace: Workspace, now: datetime) -> tuple[Plan, ...]:
    every = plans(workspace.digest_house, await tx.choices())
    spared = {call.person for call in await tx.put_off(now.astimezone(workspace.zone).date())}
    return (*every, *_for_those_spared(spared, every, workspace, now))


def _ahead(plan: Plan, workspace: Workspace, now: datetime) -> Iterator[datetime]:
    today = now.astimezone(plan.zone).date()
    for ahead in range(SOON):
        day = today + timedelta(days=ahead)
        if own := edition(plan.every.grain, day, workspace.calendar, on=plan.on, holidays=plan.holidays):
            yield moment_of(own, plan.at, plan.zone, workspace.zone)


def _for_those_spared(
    people: Iterable[str], every: Iterable[Plan], workspace: Workspace, now: datetime
) -> Iterator[Plan]:
    """Yield a digest for whoever has none of their own that day, and was not called for the sake of one.

    It stands for calls, so it comes on a holiday as they would have.
    """
    has_own = {
        plan.to
        for plan in every
        if plan.every is Every.DAY
        and (plan.holidays or workspace.calendar.is_workday(now.astimezone(plan.zone).date()))
    }
    for id in sorted(people):
        if id in workspace.people and id not in has_own:
            yield Plan(id, Level.OPERATOR, zone=workspace.people[id].zone, holidays=True)


def _due(plan: Plan, workspace: Workspace, now: datetime) -> Iterator[Edition]:
    """Yield the editions to be queued: none that was due before it was asked for, nor while its reader is away."""
    grain, calendar = plan.every.grain, workspace.calendar
    person = workspace.people.get(plan.to) if isinstance(plan.to, str) else None
    zones = (plan.zone, workspace.zone)
    for own, moment in due(grain, plan.at, *zones, now, calendar, on=plan.on, holidays=plan.holidays):
        is_new = plan.since is None or moment >= plan.since
        if is_new and not (person and person.is_away(own.day)):
            yield own


def _notice(plan: Plan, own: Edition) -> Notice:
    facts = {"every": str(plan.every), "level": str(plan.level), "day": own.day.isoformat()}
    return Notice(f"digest:{own.period}:{key_of(plan.to)}", Kind.DIGEST, None, plan.to, facts)
