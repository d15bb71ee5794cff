"""The store: how one is opened, and the one transaction in which all that is written is written or nothing is.

Each theme of a transaction has a file of its own; here is what joins them.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, nullcontext, suppress
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.alerts.audited import entries
from core.ports import Conflict
from core.store import rows
from core.store.alerts import EVENT, HOLD, Alerts
from core.store.audit import Audit
from core.store.choices import Choices
from core.store.definitions import Definitions
from core.store.deliveries import DELIVERY, Deliveries
from core.store.engine import away, engine_of, in_our_words, troubles
from core.store.group_rows import gathered_rows, gathering_row
from core.store.groups import GATHERED, GATHERING, Groups
from core.store.incidents import Incidents
from core.store.links import Links
from core.store.lock import lock_beside
from core.store.mutes import Mutes
from core.store.processes import Processes
from core.store.shares import Shares
from core.store.surfaces import SURFACE, Surfaces
from core.store.taken import Taken
from core.store.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from contextlib import AbstractAsyncContextManager

    from core.alerts.alert import Alert
    from core.alerts.event import Change
    from core.alerts.holds import Hold
    from core.notices.group import Group
    from core.notices.notice import Notice

LAST_WORDS = 5  # seconds that closing may take


async def open_store(url: str, *, alone: bool = False) -> SqlStore:
    """Open the store at `sqlite:///beacon.db` or `postgresql://…`, and bring its tables up to date.

    `alone` is for who will go on writing: SQLite has room for one such process, and a second one is told so.
    Unavailable says why it cannot be opened, without the address's password.
    """
    from core.store.migrate import migrate

    engine = engine_of(url)
    lock = lock_beside(engine.url.database) if alone and engine.dialect.name == "sqlite" else None
    try:
        await migrate(engine)
        store = SqlStore(engine, lock)
        if lock:
            async with store.begin() as tx:
                await tx.free_all(datetime.now(UTC))
    except troubles(engine) as trouble:
        await engine.dispose()
        if lock:
            lock.close()
        raise away(engine, trouble) from None
    return store


class SqlStore:
    def __init__(self, engine: AsyncEngine, lock: IO[str] | None = None) -> None:
        self.engine = engine
        self._lock = lock
        # SQLite has one write lock and makes its waiters poll for it; waiting in line here is fair and costs nothing.
        is_sqlite = engine.dialect.name == "sqlite"
        self._line: AbstractAsyncContextManager[Any] = asyncio.Lock() if is_sqlite else nullcontext()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[SqlTransaction]:
        with in_our_words(self.engine):
            async with self._line, self.engine.begin() as connection:
                yield SqlTransaction(connection)

    async def aclose(self) -> None:
        with suppress(TimeoutError):  # of a connection that was cut off in a question, the driver may wait for ever
            async with asyncio.timeout(LAST_WORDS):
                await self.engine.dispose()
        if self._lock:
            self._lock.close()


class SqlTransaction(
    Alerts, Audit, Choices, Definitions, Deliveries, Groups, Incidents, Links, Mutes, Processes, Shares, Surfaces,
    Taken, Tokens,
):  # fmt: skip
    async def keep(
        self,
        changes: Iterable[Change],
        notices: Iterable[Notice] = (),
        holds: Iterable[Hold] = (),
        groups: Iterable[Group] = (),
        *,
        now: datetime,
    ) -> None:
        changes = tuple(changes)
        try:
            changes = tuple(await self._with_free_handles(changes))
            await self._write(changes)
        except IntegrityError as error:  # somebody opened the same episode since we looked
            raise Conflict(str(error.orig)) from error
        await self._insert(EVENT, [rows.event_row(event) for change in changes for event in change.events])
        await self.record(entry for change in changes for entry in entries(change))
        await self._upsert(HOLD, [rows.hold_row(hold) for hold in holds])
        spread = await self._spread(tuple(notices))
        await self._insert_new(DELIVERY, [rows.notice_row(notice, now) for notice in spread])
        for group in groups:
            await self._upsert(GATHERING, [gathering_row(group)])
            await self._insert_new(GATHERED, gathered_rows(group))

    async def shown_at(self, platform: str, receipt: str) -> Alert | None:
        here = select(SURFACE.c.alert).where(SURFACE.c.platform == platform, SURFACE.c.receipt == receipt)
        found = await self._rows(here.limit(1))
        return await self.find(found[0]["alert"]) if found else None
