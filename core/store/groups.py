"""Groups of alerts, and whom each reader was called for lately."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.notices.group import FRESH, PREFIX, Gathered
from core.notices.notice import CALLS
from core.store import rows
from core.store.connected import Connected, handfuls
from core.store.group_rows import group_of
from core.store.tables import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.notices.group import Group
    from core.notices.notice import Place

ALERT = METADATA.tables["alert"]
DELIVERY = METADATA.tables["delivery"]
GATHERING = METADATA.tables["gathering"]
GATHERED = METADATA.tables["gathered"]


class Groups(Connected):
    async def groups(self, alerts: Iterable[str], readers: Iterable[Place | str], now: datetime) -> Sequence[Group]:
        found: set[str] = set()
        for some in handfuls(alerts):
            holding = select(GATHERED.c.gathering).where(GATHERED.c.alert.in_(some)).distinct()
            found |= {row["gathering"] for row in await self._rows(holding)}
        for some in handfuls(rows.addressee_text(to) for to in readers):
            fresh = select(GATHERING.c.id).where(GATHERING.c.addressee.in_(some), GATHERING.c.joined_at > now - FRESH)
            found |= {row["id"] for row in await self._rows(fresh)}
        return [group for some in handfuls(sorted(found)) for group in await self._groups(some)]

    async def gathered(self, group: str) -> Gathered | None:
        for found in await self._groups([group]):
            alerts: dict[str, Alert] = {}
            for some in handfuls(found.alerts):
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
        for some in handfuls(to):
            query = select(DELIVERY.c.addressee, DELIVERY.c.alert).where(
                DELIVERY.c.addressee.in_(some),
                DELIVERY.c.created_at > since,
                DELIVERY.c.kind.in_([str(kind) for kind in CALLS]),
                ~DELIVERY.c.alert.startswith(PREFIX),
            )
            for row in await self._rows(query.order_by(DELIVERY.c.id)):
                found.setdefault(to[row["addressee"]], []).append(row["alert"])
        return found
