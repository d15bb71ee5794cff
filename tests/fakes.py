"""Stand-ins for the world: a clock moved by hand, a messenger that remembers, a warehouse that knows its cubes.

The store has none: SQLite in memory is quick enough to be the real one (`a_store`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.alerts.alert import Alert
from core.cube.cube import Cube
from core.cube.query import Query
from core.notices.group import Gathered
from core.notices.notice import Kind, Place
from core.notices.outbox import Delivery, Outcome, Sent
from core.notices.surface import Surface
from core.ports import Arrival, Dispatch, World
from core.store.sql import SqlStore, open_store
from tests.builders import NOW


@dataclass
class FakeClock:
    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment

    def tick(self, **length: float) -> datetime:
        self.moment += timedelta(**length)
        return self.moment


@dataclass
class Said:
    """One message as its reader got it."""

    kind: Kind
    to: Place | str
    place: Place
    version: int | None
    stage: str | None
    phase: str | None
    key: str


@dataclass
class FakeMessenger:
    """Sends everything, unless `answer` says otherwise; each chat shows its newest card, as real ones do."""

    said: list[Said] = field(default_factory=list)
    answer: Callable[[Delivery], Outcome | None] = lambda _: None
    during: Callable[[Delivery], Any] | None = None  # what happens in the world while a message is on its way

    async def send(self, delivery: Delivery, alert: Alert | Gathered | None, surfaces: Sequence[Surface]) -> Dispatch:
        to = delivery.to
        place = to if isinstance(to, Place) else Place("chat", to)
        if self.during is not None:
            await self.during(delivery)
        outcome = self.answer(delivery) or Sent(f"m{len(self.said) + 1}")
        if not isinstance(outcome, Sent):
            return Dispatch(outcome, place)
        condition = str(alert.condition.phase) if isinstance(alert, Alert) else None
        stage = str(alert.handling.stage) if isinstance(alert, Alert) else None
        version = alert.version if alert else None
        self.said.append(
            Said(delivery.notice.kind, delivery.notice.to, place, version, stage, condition, delivery.notice.key)
        )
        shown = Surface(alert.id, place, outcome.receipt, f"v{alert.version}", alert.version) if alert else None
        return Dispatch(outcome, place, shown)

    def heard(self, *kinds: Kind) -> list[tuple[Kind, str]]:
        """Return what was said to whom, without edits unless asked for."""
        return [
            (said.kind, str(said.to))
            for said in self.said
            if (said.kind in kinds if kinds else said.kind != Kind.STATE)
        ]


@dataclass
class FakeWarehouse:
    """Answers each query with what `cube` makes of it, and tells once of the arrivals put in."""

    cube: Callable[[Query], Cube] | None = None
    arrivals: list[Arrival] = field(default_factory=list)
    asked: list[Query] = field(default_factory=list)

    async def refresh(self) -> tuple[Arrival, ...]:
        told, self.arrivals = tuple(self.arrivals), []
        return told

    async def fetch(self, query: Query) -> Cube:
        self.asked.append(query)
        if self.cube is None:
            raise AssertionError(f"nobody expected {query}")
        return self.cube(query)

    async def aclose(self) -> None:
        pass


@asynccontextmanager
async def a_store(url: str = "sqlite://") -> AsyncIterator[SqlStore]:
    store = await open_store(url)
    try:
        yield store
    finally:
        await store.aclose()


@asynccontextmanager
async def a_world(url: str = "sqlite://") -> AsyncIterator[World]:
    """A world of fakes around a real store; its parts are reached as `world.clock` and so on."""
    async with a_store(url) as store:
        yield World(FakeClock(), FakeWarehouse(), store, FakeMessenger())
