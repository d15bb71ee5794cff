"""What people say went wrong, and what that means for what is usual: such days train nothing until somebody says so.

So do the days of an alert for the rules it is judged with, as long as it is open and its number bad: what burns is
not yet usual. An incident is written down by itself, or by closing an alert for a reason that calls its number wrong
or what it told of true: `write`, `write_closed`. `drop` lets its days count again; that it happened stays written, for
the review.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.alert import Reason
from core.calendar.grain import Grain, Period
from core.cube.spoilt import Spoilt
from core.errors import Missing
from core.review.score import Incident

if TYPE_CHECKING:
    from datetime import date

    from core.alerts.alert import Alert
    from core.alerts.event import Event
    from core.people.person import Person
    from core.ports import World
    from core.rules.needs import Batch
    from core.workspace import Workspace

WRONG = frozenset({Reason.REAL_ACTED, Reason.DATA_ISSUE})
FEW = timedelta(days=92)  # how far back they are listed
BURNS = timedelta(days=28)  # what has been bad for longer, and nobody closed it, is what is usual by now
_MARK, _OF_ALERT = 6, ":"


def mark_of(incident: Incident) -> str:
    """Return what an incident is called by in chat."""
    return incident.id[:_MARK]


async def spoilt(batch: Batch, period: Period, world: World, last: Period | None = None) -> tuple[Spoilt, ...]:
    """Return the days that are no part of what is usual to the periods from this one through `last`."""
    if not batch.learns or batch.grain not in (Grain.HOUR, Grain.DAY):
        return ()
    first = period.shift(-batch.history).start.date()
    async with world.store.begin() as tx:
        found = await tx.incidents(first, (last or period).start.date())
        latest = await tx.latest(rule.id for rule in batch.rules)
        bad = [alert for alert in latest.values() if alert.is_open and alert.condition.is_bad]
        burning = [one for alert in bad if (one := _burning(alert, await tx.events(alert.id))) is not None]
    written = (
        Spoilt(one.id, max(one.first, first), one.last, one.labels, one.metric)
        for one in found
        if one.dropped_by is None
    )
    return *burning, *written


async def write(incident: Incident, world: World) -> Incident:
    async with world.store.begin() as tx:
        await tx.keep_incident(incident, world.clock.now())
    return incident


async def write_closed(
    alert: Alert, history: Sequence[Event], person: Person, workspace: Workspace, world: World
) -> Incident | None:
    """Write down what a closed alert told of, if it was closed for a reason that calls those days wrong."""
    if alert.handling.reason not in WRONG:
        return None
    days = _days(alert, history)
    headline, known = alert.finding.headline, {rule.id for rule in workspace.rules}
    if days is None or headline is None or alert.fingerprint.rule not in known:
        return None
    place, text = alert.fingerprint.labels, alert.handling.cause
    name = f"{alert.id}{_OF_ALERT}{alert.version}"
    return await write(Incident(name, *days, headline.metric, place, text, person.id), world)


async def drop(mark: str, person: Person, world: World) -> Incident:
    """Let its days count again; Missing where nothing goes by that name."""
    found = [one for one in await _late(world) if one.dropped_by is None and mark and one.id.startswith(mark)]
    if len(found) != 1:
        raise Missing("incident-unknown", mark=mark)
    await _drop(found, person, world)
    return replace(found[0], dropped_by=person.id)


async def drop_closed(alert: Alert, person: Person, world: World) -> None:
    """Let the days of an alert count again that was closed, and is open now."""
    await _drop([one for one in await _late(world) if one.id.startswith(f"{alert.id}{_OF_ALERT}")], person, world)


async def listed(world: World) -> tuple[Incident, ...]:
    """Return the incidents of the last three months, the newest first."""
    return tuple(reversed(await _late(world)))


# --- within ----------------------------------------------------------------------------------------------------


async def _drop(found: Sequence[Incident], person: Person, world: World) -> None:
    async with world.store.begin() as tx:
        for one in found:
            await tx.drop_incident(one.id, person.id, world.clock.now())


async def _late(world: World) -> Sequence[Incident]:
    today = world.clock.now().date()
    async with world.store.begin() as tx:
        return await tx.incidents(today - FEW, today + timedelta(days=1))


def _burning(alert: Alert, history: Sequence[Event]) -> Spoilt | None:
    days, headline = _days(alert, history), alert.finding.headline
    if days is None or headline is None or days[1] - days[0] >= BURNS:
        return None
    return Spoilt(f"{alert.id}{_OF_ALERT}", *days, alert.fingerprint.labels, headline.metric)


def _days(alert: Alert, history: Sequence[Event]) -> tuple[date, date] | None:
    """Return the days on which it was bad, in the episode that was closed."""
    told = [event for event in history if event.kind in ("pending", "fired", "reopened") and "period" in event.facts]
    if not told:
        return None
    first, newest = Period.read(str(told[0].facts["period"])), alert.finding.period
    last = newest if alert.condition.is_bad or newest <= first else newest.shift(-1)
    return first.start.date(), max(first, last).start.date()
