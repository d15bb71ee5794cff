"""The four doors to the world, held together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.notices.group import Gathered
    from core.notices.notice import Place
    from core.notices.outbox import Delivery, Outcome
    from core.notices.surface import Surface
    from core.people.share import Share
    from core.ports.transaction import Transaction
    from core.ports.warehouse import Inbox, Warehouse


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class Store(Protocol):
    def begin(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction that commits at the end and rolls back on any exception."""
        ...

    async def aclose(self) -> None: ...


class Messenger(Protocol):
    async def send(self, delivery: Delivery, alert: Alert | Gathered | None, surfaces: Sequence[Surface]) -> Dispatch:
        """Say one notice where its reader is; never raises for what a platform does."""
        ...


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What became of one notice, where, and what is shown there now (None when nothing new is)."""

    outcome: Outcome
    place: Place | None = None
    surface: Surface | None = None


class Pages(Protocol):
    """Our pages, as those find them who read us elsewhere."""

    def board(self, place: Place) -> str:
        """Return the address of the board for whoever reads that place; empty where they could open none."""
        ...

    def shared(self, share: Share) -> str:
        """Return the address at which that share is looked at by whoever holds it."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    clock: Clock
    warehouse: Warehouse
    store: Store
    messenger: Messenger
    inbox: Inbox | None = None
    pages: Pages | None = None
