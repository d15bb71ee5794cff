"""The past, lived again: every batch at every period, at the moment at which it would have been judged.

The clock is moved by hand; all else is the road itself, deliveries, escalations and all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from core.alerts.condition import has_fired as has_fired  # noqa: PLC0414 - what a replay yields is asked it
from core.alerts.event import Change
from core.calendar.grain import Period, Window
from core.ports import World
from core.rules.needs import batches
from core.usecases.deliver import deliver
from core.usecases.evaluate import evaluate, moment_of
from core.usecases.watch import next_due, watch
from core.workspace import Workspace

_INSTANT = timedelta(microseconds=1)  # so that time passes even if something stays due


@dataclass(slots=True)
class HandClock:
    """A clock that stands where it was put."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


async def replay(
    workspace: Workspace, world: World, clock: HandClock, first: date, last: date
) -> AsyncIterator[Change]:
    """Judge every period from `first` through `last`, and yield each change as it is made.

    The world's clock must be `clock`. Between two moments nothing is skipped: what is due is watched and delivered.
    """
    window = Window.days(first, last)
    road = sorted(
        (
            (moment_of(batch, period, workspace), number, batch, period)
            for number, batch in enumerate(batches(workspace.rules, workspace.catalog))
            for period in (Period(batch.grain, index) for index in window.periods(batch.grain))
            if window.start <= period.start and period.end <= window.end
        ),
        key=lambda step: step[:2],
    )
    for moment, _, batch, period in road:
        async for change in _until(moment.astimezone(UTC), workspace, world, clock):
            yield change
        for change in await evaluate(batch, period, workspace, world):
            yield change
        await deliver(workspace, world)
    end = datetime.combine(last + timedelta(days=1), time(), workspace.zone).astimezone(UTC)
    async for change in _until(max(end, clock.now()), workspace, world, clock):
        yield change


async def _until(moment: datetime, workspace: Workspace, world: World, clock: HandClock) -> AsyncIterator[Change]:
    """Let the time pass, and stop wherever something is due: an escalation, the end of a hold."""
    while (due := await next_due(world)) is not None and due < moment:
        clock.moment = max(due, clock.moment + _INSTANT)
        for change in await watch(workspace, world):
            yield change
        await deliver(workspace, world)
    clock.moment = max(moment, clock.moment)
