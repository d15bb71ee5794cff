"""Alerts with their events and holds: read, and written by compare-and-set on each one's version."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, exists, func, or_, select, update

from core.alerts.condition import handle_of
from core.ports import Conflict
from core.rules.rule import ORPHAN, WATCHDOG, Severity
from core.store import rows
from core.store.connected import Connected, handfuls
from core.store.tables import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.alerts.event import Change, Event
    from core.alerts.holds import Hold
    from core.rules.rule import Fingerprint

ALERT = METADATA.tables["alert"]
EVENT = METADATA.tables["event"]
HOLD = METADATA.tables["hold"]


class Alerts(Connected):
    async def latest(self, rules: Iterable[str]) -> Mapping[Fingerprint, Alert]:
        found: dict[Fingerprint, Alert] = {}
        for some in handfuls(rules):
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
        opened = select(ALERT).where(ALERT.c.stage != "closed", ALERT.c.rule != WATCHDOG)
        return [rows.alert_of(row) for row in await self._rows(opened.order_by(ALERT.c.opened_at, ALERT.c.id))]

    async def orphans(self) -> Sequence[Alert]:
        alone = and_(ALERT.c.stage != "closed", ALERT.c.owner.is_(None), ALERT.c.fired_at.is_not(None))
        heard = and_(ALERT.c.severity > int(Severity.INFO), ~ALERT.c.rule.startswith(ORPHAN), ALERT.c.rule != WATCHDOG)
        found = [rows.alert_of(row) for row in await self._rows(select(ALERT).where(alone, heard).order_by(ALERT.c.id))]
        return [alert for alert in found if alert.condition.is_bad]

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

    async def _write(self, changes: Iterable[Change]) -> None:
        begun = [change.after for change in changes if change.before is None]
        await self._insert(ALERT, [rows.alert_row(alert) for alert in begun])
        moved = {change.before.id: change for change in changes if change.before is not None}
        for some in handfuls(sorted(moved)):
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
        for some in handfuls(change.after.handle for change in coming):
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
