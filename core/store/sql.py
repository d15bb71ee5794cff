"""The store, on SQLite by default and on PostgreSQL by its address.

Every transaction writes, so each takes SQLite's one write lock when it begins: the driver's own default takes it at
the first write, after reading, and two such transactions lose each other's updates without an error.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import (
    Executable,
    Table,
    and_,
    bindparam,
    delete,
    event,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from core.alerts.condition import handle_of
from core.calendar.grain import Grain, Period
from core.errors import Problem, Unavailable
from core.notices.group import FRESH, PREFIX, Gathered
from core.notices.notice import CALLS, EVERYWHERE, Notice
from core.notices.outbox import LEASE, Delivery, Outcome, Repair, Sent, Status, Wait, settled
from core.ports import Conflict
from core.store import rows
from core.store.group_rows import gathered_rows, gathering_row, group_of
from core.store.tables import METADATA

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.alerts.event import Change, Event
    from core.alerts.holds import Hold
    from core.notices.group import Group
    from core.notices.notice import Place
    from core.notices.surface import Surface
    from core.rules.rule import Fingerprint

_BUSY_MILLISECONDS = 30_000  # how long another process may hold SQLite's write lock
_MOST_PARAMETERS = 5_000  # both databases take some 32,000
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_INBOX_KEEPS = timedelta(days=7)  # no platform repeats an event after that

ALERT = METADATA.tables["alert"]
EVENT = METADATA.tables["event"]
HOLD = METADATA.tables["hold"]
DELIVERY = METADATA.tables["delivery"]
SURFACE = METADATA.tables["surface"]
GATHERING = METADATA.tables["gathering"]
GATHERED = METADATA.tables["gathered"]
INBOX = METADATA.tables["inbox"]
EVALUATION = METADATA.tables["evaluation"]

_UNSETTLED = (str(Status.QUEUED), str(Status.SENDING))


async def open_store(url: str) -> SqlStore:
    """Open the store at `sqlite:///beacon.db` or `postgresql://…`, and bring its tables up to date.

    Unavailable says why it cannot be opened, without the address's password.
    """
    from core.store.migrate import migrate

    engine = engine_of(url)
    try:
        await migrate(engine)
    except _troubles(engine) as trouble:
        await engine.dispose()
        said = str(getattr(trouble, "orig", None) or trouble) or type(trouble).__name__
        address = engine.url.set(drivername=engine.url.get_backend_name()).render_as_string(hide_password=True)
        raise Unavailable("store-away", store=address, detail=said.partition("\n")[0]) from None
    return SqlStore(engine)


def engine_of(url: str) -> AsyncEngine:
    try:
        address = make_url(url)
    except ArgumentError:
        raise Problem("store-address") from None
    if address.drivername not in _DRIVERS.keys() | set(_DRIVERS.values()):
        raise Problem("store-address")
    address = address.set(drivername=_DRIVERS.get(address.drivername, address.drivername))
    if address.get_backend_name() != "sqlite":
        return create_async_engine(address, pool_pre_ping=True)
    if address.database and address.database != ":memory:":
        folder = Path(address.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable("store-away", store=str(folder), detail=error.strerror or "") from None
    engine = create_async_engine(address)

    @event.listens_for(engine.sync_engine, "connect")
    def _(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # so that nobody but us says BEGIN
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _troubles(engine: AsyncEngine) -> tuple[type[Exception], ...]:
    """Return how a database says that it cannot be opened: it is away, locked up, no database, or newer than we are."""
    from alembic.util import CommandError

    if engine.dialect.name == "sqlite":
        return SQLAlchemyError, CommandError, OSError
    from asyncpg import InterfaceError, PostgresError

    return SQLAlchemyError, CommandError, OSError, InterfaceError, PostgresError


class SqlStore:
    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        # SQLite has one write lock and makes its waiters poll for it; waiting in line here is fair and costs nothing.
        is_sqlite = engine.dialect.name == "sqlite"
        self._line: AbstractAsyncContextManager[Any] = asyncio.Lock() if is_sqlite else nullcontext()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[SqlTransaction]:
        async with self._line, self.engine.begin() as connection:
            yield SqlTransaction(connection)

    async def aclose(self) -> None:
        await self.engine.dispose()


class SqlTransaction:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"

    # --- alerts ---

    async def latest(self, rules: Iterable[str]) -> Mapping[Fingerprint, Alert]:
        found: dict[Fingerprint, Alert] = {}
        for some in _some(rules):
            place = func.row_number().over(
                partition_by=(ALERT.c.rule, ALERT.c.labels), order_by=(ALERT.c.opened_at.desc(), ALERT.c.id)
            )
            ranked = select(ALERT, place.label("place")).where(ALERT.c.rule.in_(some)).subquery()
            for row in await self._rows(select(ranked).where(ranked.c.place == 1)):
                alert = rows.alert_of(row)
                found[alert.fingerprint] = alert
        return found

    async def find(self, name: str) -> Alert | None:
        """Return the alert of that id or handle; of several with one handle the open one, else the newest."""
        named = (
            select(ALERT)
            .where(or_(ALERT.c.id == name, ALERT.c.handle == name.lower()))
            .order_by((ALERT.c.stage == "closed").asc(), ALERT.c.opened_at.desc())
            .limit(1)
        )
        return next((rows.alert_of(row) for row in await self._rows(named)), None)

    async def open(self) -> Sequence[Alert]:
        opened = select(ALERT).where(ALERT.c.stage != "closed").order_by(ALERT.c.opened_at, ALERT.c.id)
        return [rows.alert_of(row) for row in await self._rows(opened)]

    async def due(self, now: datetime) -> Sequence[Alert]:
        ended = exists().where(HOLD.c.alert == ALERT.c.id, HOLD.c.ended.is_(None), HOLD.c.until <= now)
        woken = select(ALERT).where(or_(ALERT.c.wakes_at <= now, ended)).order_by(ALERT.c.wakes_at, ALERT.c.id)
        return [rows.alert_of(row) for row in await self._rows(woken)]

    async def next_due(self) -> datetime | None:
        """Return when the clock next has something to do: an escalation, an ack's end, a hold's end, and such."""
        wakes = await self._connection.scalar(select(func.min(ALERT.c.wakes_at)))
        ends = await self._connection.scalar(select(func.min(HOLD.c.until)).where(HOLD.c.ended.is_(None)))
        return min(filter(None, (wakes, ends)), default=None)

    async def holds(self, alert: str | None = None) -> Sequence[Hold]:
        query = select(HOLD).where(HOLD.c.ended.is_(None)).order_by(HOLD.c.start, HOLD.c.id)
        if alert is not None:
            query = query.where(HOLD.c.alert == alert)
        return [rows.hold_of(row) for row in await self._rows(query)]

    async def events(self, alert: str) -> Sequence[Event]:
        query = select(EVENT).where(EVENT.c.alert == alert).order_by(EVENT.c.id)
        return [rows.event_of(row) for row in await self._rows(query)]

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
            await self._write(await self._with_free_handles(changes))
        except IntegrityError as error:  # somebody opened the same episode since we looked
            raise Conflict(str(error.orig)) from error
        await self._insert(EVENT, [rows.event_row(event) for change in changes for event in change.events])
        await self._upsert(HOLD, [rows.hold_row(hold) for hold in holds])
        spread = await self._spread(tuple(notices))
        await self._insert_new(DELIVERY, [rows.notice_row(notice, now) for notice in spread])
        for group in groups:
            await self._upsert(GATHERING, [gathering_row(group)])
            await self._insert_new(GATHERED, gathered_rows(group))

    async def _write(self, changes: Iterable[Change]) -> None:
        begun = [change.after for change in changes if change.before is None]
        await self._insert(ALERT, [rows.alert_row(alert) for alert in begun])
        moved = {change.before.id: change for change in changes if change.before is not None}
        for some in _some(sorted(moved)):
            # The rows are locked in one order by all, so that two writers never wait for each other.
            query = select(ALERT.c.id, ALERT.c.version).where(ALERT.c.id.in_(some)).order_by(ALERT.c.id)
            versions = {row["id"]: row["version"] for row in await self._rows(query.with_for_update())}
            for id in some:
                before = moved[id].before
                if before is None or versions.get(id) != before.version:
                    raise Conflict(id)
        if not moved:
            return
        for id, change in moved.items():
            if change.before is not None and change.before.handle != change.after.handle:
                renamed = update(ALERT).where(ALERT.c.id == id).values(handle=change.after.handle)
                await self._connection.execute(renamed)
        changed = [rows.alert_row(change.after) for change in moved.values()]
        # Its handle is the store's to choose, and whoever made the change may not know of the choice.
        columns: dict[str, Any] = {
            name: bindparam(f"new_{name}") for name in changed[0] if name not in ("id", "handle")
        }
        statement = update(ALERT).where(ALERT.c.id == bindparam("new_id")).values(columns)
        await self._connection.execute(
            statement, [{f"new_{name}": value for name, value in row.items() if name != "handle"} for row in changed]
        )

    async def _with_free_handles(self, changes: tuple[Change, ...]) -> list[Change]:
        """Rename what comes with a handle that another open alert has: there are not endlessly many."""
        coming = [
            change for change in changes if change.after.is_open and not (change.before and change.before.is_open)
        ]
        taken: set[str] = set()
        for some in _some(change.after.handle for change in coming):
            query = select(ALERT.c.handle).where(ALERT.c.handle.in_(some), ALERT.c.stage != "closed")
            taken |= {row["handle"] for row in await self._rows(query)}
        free = {id(change): change for change in changes}
        for change in coming:
            handle, attempt = change.after.handle, 0
            while handle in taken:
                attempt += 1
                handle = handle_of(change.after.id, attempt)
                clash = select(ALERT.c.id).where(ALERT.c.handle == handle, ALERT.c.stage != "closed")
                if await self._rows(clash):
                    taken.add(handle)
            taken.add(handle)
            if attempt:
                free[id(change)] = replace(change, after=replace(change.after, handle=handle))
        return list(free.values())

    async def _spread(self, notices: tuple[Notice, ...]) -> list[Notice]:
        """Turn what must be shown everywhere into one notice for each place that shows it now."""
        places: dict[str, list[Place]] = {}
        for some in _some({notice.alert for notice in notices if notice.to == EVERYWHERE and notice.alert}):
            for row in await self._rows(select(SURFACE).where(SURFACE.c.alert.in_(some))):
                surface = rows.surface_of(row)
                places.setdefault(surface.alert, []).append(surface.place)
        return [*await self._cards_of_groups(notices), *self._spread_over(notices, places)]

    async def _cards_of_groups(self, notices: Iterable[Notice]) -> list[Notice]:
        """Return one notice for each card that shows any of these among others: a hundred changes are one edit."""
        shown = {notice.alert: notice for notice in notices if notice.to == EVERYWHERE and notice.alert}
        found: dict[tuple[str, Place], Notice] = {}
        for some in _some(shown):
            query = select(SURFACE, GATHERED.c.alert.label("member")).join(
                GATHERED, GATHERED.c.gathering == SURFACE.c.alert
            )
            for row in await self._rows(query.where(GATHERED.c.alert.in_(some)).order_by(GATHERED.c.place)):
                surface, notice = rows.surface_of(row), shown[row["member"]]
                key = f"{surface.alert}:{notice.key}:{surface.place}"
                one = replace(notice, key=key, alert=surface.alert, to=surface.place)
                found.setdefault((surface.alert, surface.place), one)
        return list(found.values())

    def _spread_over(self, notices: Iterable[Notice], places: Mapping[str, list[Place]]) -> list[Notice]:
        return [
            each
            for notice in notices
            for each in (
                [replace(notice, key=f"{notice.key}:{place}", to=place) for place in places.get(notice.alert or "", [])]
                if notice.to == EVERYWHERE
                else [notice]
            )
        ]

    # --- the outbox ---

    async def claim(self, now: datetime, most: int) -> Sequence[Delivery]:
        queued, earlier = DELIVERY.alias("queued"), DELIVERY.alias("earlier")
        is_behind = exists().where(
            earlier.c.addressee == queued.c.addressee,
            earlier.c.alert == queued.c.alert,
            earlier.c.id < queued.c.id,
            earlier.c.status.in_(_UNSETTLED),
        )
        due = (
            select(queued.c.id)
            .where(queued.c.status.in_(_UNSETTLED), queued.c.due_at <= now, ~is_behind)
            .order_by(queued.c.rank, queued.c.id)
            .limit(most)
            .with_for_update(skip_locked=True, of=queued)
        )
        leased = (
            update(DELIVERY)
            .where(DELIVERY.c.id.in_(due))
            .values(status=str(Status.SENDING), due_at=now + LEASE, attempts=DELIVERY.c.attempts + 1)
            .returning(DELIVERY)
        )
        claimed = [rows.delivery_of(row) for row in await self._rows(leased)]
        return sorted(claimed, key=lambda delivery: (delivery.notice.rank, delivery.id))

    async def settle(self, delivery: Delivery, place: Place | None, outcome: Outcome, now: datetime) -> None:
        """Write what became of one leased delivery. Once its lease is another's, only a success counts."""
        after = settled(delivery, place, outcome, now)
        is_ours = and_(DELIVERY.c.status == str(Status.SENDING), DELIVERY.c.attempts == delivery.attempts)
        written = await self._connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.id == delivery.id)
            .where(DELIVERY.c.status.in_(_UNSETTLED) if isinstance(outcome, Sent) else is_ours)
            .values(
                status=str(after.status),
                due_at=after.due_at,
                attempts=after.attempts,
                place=rows.addressee_text(after.place) if after.place else None,
                error=after.error,
            )
        )
        if not written.rowcount:
            return
        if isinstance(outcome, Wait):
            await self._pause(delivery, after)
        if isinstance(outcome, Repair) and place is not None:
            await self._repair(delivery, place, outcome, after)

    async def _pause(self, delivery: Delivery, after: Delivery) -> None:
        """Leave the whole chat alone for as long as it asked."""
        chat = [rows.addressee_text(to) for to in (delivery.notice.to, after.to)]
        await self._connection.execute(
            update(DELIVERY)
            .where(
                DELIVERY.c.status == str(Status.QUEUED),
                DELIVERY.c.addressee.in_(chat),
                DELIVERY.c.due_at < after.due_at,
            )
            .values(due_at=after.due_at)
        )

    async def _repair(self, delivery: Delivery, place: Place, outcome: Repair, after: Delivery) -> None:
        """Follow a chat that moved; of a message that is gone, forget that it showed anything."""
        here = and_(
            SURFACE.c.platform == place.platform, SURFACE.c.chat == place.chat, SURFACE.c.thread == (place.thread or "")
        )
        if outcome.moved_to is None or after.place is None:
            await self._connection.execute(
                delete(SURFACE).where(here, SURFACE.c.alert == (delivery.notice.alert or ""))
            )
            return
        await self._connection.execute(update(SURFACE).where(here).values(chat=after.place.chat, thread=""))
        await self._connection.execute(
            update(DELIVERY)
            .where(
                DELIVERY.c.status == str(Status.QUEUED),
                DELIVERY.c.addressee == rows.addressee_text(place),
                DELIVERY.c.place.is_(None),
            )
            .values(place=rows.addressee_text(after.place))
        )

    async def deliveries(self, alert: str) -> Sequence[Delivery]:
        among = select(GATHERED.c.gathering).where(GATHERED.c.alert == alert)
        about = or_(DELIVERY.c.alert == alert, DELIVERY.c.alert.in_(among))
        query = select(DELIVERY).where(about).order_by(DELIVERY.c.id)
        return [rows.delivery_of(row) for row in await self._rows(query)]

    async def waiting(self) -> Mapping[str, int]:
        counted = select(DELIVERY.c.status, func.count().label("many")).group_by(DELIVERY.c.status)
        return {row["status"]: row["many"] for row in await self._rows(counted)}

    # --- what is shown, what was heard, what was judged ---

    async def surfaces(self, alert: str) -> Sequence[Surface]:
        query = select(SURFACE).where(SURFACE.c.alert == alert)
        ordered = query.order_by(SURFACE.c.platform, SURFACE.c.chat, SURFACE.c.thread)
        return [rows.surface_of(row) for row in await self._rows(ordered)]

    async def groups(self, alerts: Iterable[str], readers: Iterable[Place | str], now: datetime) -> Sequence[Group]:
        found: set[str] = set()
        for some in _some(alerts):
            holding = select(GATHERED.c.gathering).where(GATHERED.c.alert.in_(some)).distinct()
            found |= {row["gathering"] for row in await self._rows(holding)}
        for some in _some(rows.addressee_text(to) for to in readers):
            fresh = select(GATHERING.c.id).where(GATHERING.c.addressee.in_(some), GATHERING.c.joined_at > now - FRESH)
            found |= {row["id"] for row in await self._rows(fresh)}
        return [group for some in _some(sorted(found)) for group in await self._groups(some)]

    async def gathered(self, group: str) -> Gathered | None:
        for found in await self._groups([group]):
            alerts: dict[str, Alert] = {}
            for some in _some(found.alerts):
                for row in await self._rows(select(ALERT).where(ALERT.c.id.in_(some))):
                    alerts[row["id"]] = rows.alert_of(row)
            return Gathered(found, tuple(alerts[id] for id in found.alerts if id in alerts))
        return None

    async def _groups(self, ids: list[str]) -> list[Group]:
        members: dict[str, list[str]] = {}
        inside = select(GATHERED).where(GATHERED.c.gathering.in_(ids)).order_by(GATHERED.c.place)
        for row in await self._rows(inside):
            members.setdefault(row["gathering"], []).append(row["alert"])
        query = select(GATHERING).where(GATHERING.c.id.in_(ids)).order_by(GATHERING.c.opened_at, GATHERING.c.id)
        return [group_of(row, members.get(row["id"], [])) for row in await self._rows(query)]

    async def called(self, readers: Iterable[Place | str], since: datetime) -> Mapping[Place | str, Sequence[str]]:
        found: dict[Place | str, list[str]] = {}
        to = {rows.addressee_text(reader): reader for reader in readers}
        for some in _some(to):
            query = select(DELIVERY.c.addressee, DELIVERY.c.alert).where(
                DELIVERY.c.addressee.in_(some),
                DELIVERY.c.created_at > since,
                DELIVERY.c.kind.in_([str(kind) for kind in CALLS]),
                ~DELIVERY.c.alert.startswith(PREFIX),
            )
            for row in await self._rows(query.order_by(DELIVERY.c.id)):
                found.setdefault(to[row["addressee"]], []).append(row["alert"])
        return found

    async def shown_at(self, platform: str, receipt: str) -> Alert | None:
        here = select(SURFACE.c.alert).where(SURFACE.c.platform == platform, SURFACE.c.receipt == receipt)
        found = await self._rows(here.limit(1))
        return await self.find(found[0]["alert"]) if found else None

    async def show(self, surface: Surface) -> None:
        await self._upsert(SURFACE, [rows.surface_row(surface)])

    async def is_first(self, platform: str, event: str, now: datetime) -> bool:
        await self._connection.execute(delete(INBOX).where(INBOX.c.at < now - _INBOX_KEEPS))
        row = {"platform": platform, "event": event, "at": now}
        written = await self._connection.execute(self._insert_of(INBOX).values(row).on_conflict_do_nothing())
        return bool(written.rowcount)

    async def evaluated(self, batch: str) -> Period | None:
        found = await self._rows(select(EVALUATION).where(EVALUATION.c.batch == batch))
        return next((Period(Grain(row["grain"]), row["period"]) for row in found), None)

    async def mark_evaluated(self, batch: str, period: Period, now: datetime) -> None:
        row = {"batch": batch, "grain": str(period.grain), "period": period.index, "at": now}
        await self._upsert(EVALUATION, [row])

    # --- within ---

    async def _rows(self, statement: Executable) -> Sequence[Mapping[str, Any]]:
        found = (await self._connection.execute(statement)).mappings().all()
        return cast("Sequence[Mapping[str, Any]]", found)

    async def _insert(self, table: Table, values: list[rows.Row]) -> None:
        if values:
            await self._connection.execute(insert(table), values)

    async def _insert_new(self, table: Table, values: list[rows.Row]) -> None:
        if values:
            await self._connection.execute(self._insert_of(table).on_conflict_do_nothing(), values)

    async def _upsert(self, table: Table, values: list[rows.Row]) -> None:
        if values:
            statement = self._insert_of(table)
            key = [column.name for column in table.primary_key]
            news = {name: statement.excluded[name] for name in values[0] if name not in key}
            await self._connection.execute(statement.on_conflict_do_update(index_elements=key, set_=news), values)

    def _insert_of(self, table: Table) -> Any:
        return sqlite.insert(table) if self._is_sqlite else postgresql.insert(table)


def _some(names: Iterable[str]) -> Iterator[list[str]]:
    """Yield the names in handfuls that one statement can take."""
    every = list(dict.fromkeys(names))
    for start in range(0, len(every), _MOST_PARAMETERS):
        yield every[start : start + _MOST_PARAMETERS]
