"""The watchdog: an alert of our own making that walks the whole road every ten minutes, so that a broken road is seen.

Its rule, its source and its route are built in, and nobody answers for it; all else is what every alert goes through.
Its number is how many rounds there have been since 1970: each changes it by so little that it counts as more of the
same, and no correction, for which people would be rung; so the message in each chat is edited, and that is all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from core.calendar.grain import Grain, Period
from core.cube.cube import Cube
from core.labels import Labels
from core.metrics.catalog import Catalog
from core.metrics.metric import Direction, How, Metric
from core.metrics.source import Checks, Measure, Source
from core.notices.notice import Kind, Notice, Place
from core.ports import Arrival, Conflict, World
from core.quantity import Quantity, Unit
from core.routing.route import Route
from core.rules.needs import batches
from core.rules.rule import WATCHDOG, Fingerprint, Gating, Rule, Severity
from core.rules.tree import Bound, Compare, Comparison, Reading, Sentence
from core.text import Text
from core.usecases.evaluate import evaluate

if TYPE_CHECKING:
    from core.cube.query import Query
    from core.workspace import Workspace

ROUND = timedelta(minutes=10)
_OFF = Checks(fresh=False, complete=(), duplicates=False, range=False, spike=0.0, parts=False)
_TITLE = Text(en="Watchdog", zh="看门狗")
_METRIC = Metric(WATCHDOG, _TITLE, Unit.COUNT, Direction.NONE, "beacon", How.SUM)
_SOURCE = Source(WATCHDOG, (), Grain.DAY, "time", measures={WATCHDOG: Measure(How.SUM, "rounds")}, checks=_OFF)
_BAD = Sentence(Compare(Reading(WATCHDOG), Comparison.MORE, Bound(Quantity(Decimal(0), Unit.COUNT))))
_RULE = Rule(WATCHDOG, _TITLE, _BAD, "", "", Severity.WARNING, gate=Gating.OFF)


@dataclass(frozen=True, slots=True)
class Rounds:
    """A warehouse with one fact in it: how many rounds there have been by today."""

    today: int
    many: int

    async def refresh(self) -> tuple[Arrival, ...]:
        return ()

    async def fetch(self, query: Query) -> Cube:
        first, end = (Period.holding(at, Grain.DAY).index for at in (query.window.start, query.window.end))
        periods = range(first, end)
        counted = np.array([[float(self.many) if index == self.today else np.nan for index in periods]])
        return Cube((), (Labels(),), Grain.DAY, periods, {WATCHDOG: counted}, {WATCHDOG: How.SUM})

    async def aclose(self) -> None: ...


async def bark(places: Sequence[Place], workspace: Workspace, world: World) -> None:
    """Send it round once more; somebody else's round at the same moment will do."""
    now = world.clock.now()
    kennel = _kennel(places, workspace)
    wall = now.astimezone(workspace.zone).replace(tzinfo=None)
    today = Period.holding(wall, Grain.DAY)
    (batch,) = batches(kennel.rules, kennel.catalog)
    facts = Rounds(today.index, int(now.timestamp() // ROUND.total_seconds()))
    try:
        await evaluate(batch, today, kennel, replace(world, warehouse=facts))
    except Conflict:
        return
    await _begin_again(places, now, world)


def _kennel(places: Sequence[Place], workspace: Workspace) -> Workspace:
    catalog = Catalog({WATCHDOG: _METRIC}, sources={WATCHDOG: _SOURCE})
    route = Route(WATCHDOG, chats=tuple(places))
    return replace(workspace, catalog=catalog, rules=(_RULE,), routes=(route,), people={}, events={})


async def _begin_again(places: Sequence[Place], now: datetime, world: World) -> None:
    """Post it where it stands nowhere: in a chat that was named only now, or, once a day, that could not be reached."""
    async with world.store.begin() as tx:
        alert = (await tx.latest([WATCHDOG])).get(Fingerprint(WATCHDOG, Labels()))
        if alert is None:
            return
        known: set[Place | str] = {surface.place for surface in await tx.surfaces(alert.id)}
        known |= {each.notice.to for each in await tx.deliveries(alert.id) if each.created_at.date() == now.date()}
        missing = [place for place in places if place not in known]
        posts = [Notice(f"{alert.id}:{place}:{now.date()}", Kind.FIRST, alert.id, place) for place in missing]
        if posts:
            await tx.keep((), posts, now=now)
