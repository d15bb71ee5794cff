"""The outbox: filled with the change that calls for it, leased by whoever sends, settled by whoever leased.

A lease is (id, attempts): each claim counts one up, and only who holds the newest has a say in what became of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, exists, func, or_, select, tuple_, update

from core.notices.notice import EVERYWHERE, Notice
from core.notices.outbox import LEASE, Delivery, Outcome, Repair, Sent, Status, Wait, settled
from core.store import rows
from core.store.connected import Connected, handfuls
from core.store.tables import METADATA

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from core.notices.notice import Place

DELIVERY = METADATA.tables["delivery"]
SURFACE = METADATA.tables["surface"]
GATHERED = METADATA.tables["gathered"]

_UNSETTLED = (str(Status.QUEUED), str(Status.SENDING))


class Deliveries(Connected):
    async def claim(self, now: datetime, most: int) -> Sequence[Delivery]:
        queued, earlier = DELIVERY.alias("queued"), DELIVERY.alias("earlier")
        is_behind = exists().where(
            earlier.c.addressee == queued.c.addressee,
            earlier.c.alert == queued.c.alert,
            earlier.c.id < queued.c.id,
            earlier.c.status.in_(_UNSETTLED),
        )
        # Not a plain subquery, which PostgreSQL may run more than once, and so lock more than is taken.
        due = (
            select(queued.c.id)
            .where(queued.c.status.in_(_UNSETTLED), queued.c.due_at <= now, ~is_behind)
            .order_by(queued.c.rank, queued.c.id)
            .limit(most)
            .with_for_update(skip_locked=True, of=queued)
            .cte("due")
        )
        leased = (
            update(DELIVERY)
            .where(DELIVERY.c.id.in_(select(due.c.id)))
            .values(status=str(Status.SENDING), due_at=now + LEASE, attempts=DELIVERY.c.attempts + 1)
            .returning(DELIVERY)
        )
        claimed = [rows.delivery_of(row) for row in await self._rows(leased)]
        return sorted(claimed, key=lambda delivery: (delivery.notice.rank, delivery.id))

    async def renew(self, deliveries: Iterable[Delivery], now: datetime) -> Collection[int]:
        attempts = {delivery.id: delivery.attempts for delivery in deliveries}
        ours = tuple_(DELIVERY.c.id, DELIVERY.c.attempts).in_(sorted(attempts.items()))
        is_held = and_(DELIVERY.c.status == str(Status.SENDING), ours)
        held = update(DELIVERY).where(is_held).values(due_at=now + LEASE).returning(DELIVERY.c.id)
        return {row["id"] for row in await self._rows(held)} if attempts else set()

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
                failures=after.failures,
            )
        )
        if not written.rowcount:
            return
        if isinstance(outcome, Wait) and not outcome.of_message:
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

    async def oldest(self, now: datetime) -> datetime | None:
        waits = select(func.min(DELIVERY.c.created_at)).where(DELIVERY.c.status.in_(_UNSETTLED))
        oldest: datetime | None = await self._connection.scalar(waits.where(DELIVERY.c.due_at <= now))
        return oldest

    async def dead(self, since: datetime) -> Sequence[Delivery]:
        query = select(DELIVERY).where(DELIVERY.c.status == str(Status.DEAD), DELIVERY.c.created_at >= since)
        return [rows.delivery_of(row) for row in await self._rows(query.order_by(DELIVERY.c.id.desc()))]

    # --- what must be shown everywhere

    async def _spread(self, notices: tuple[Notice, ...]) -> list[Notice]:
        """Turn what must be shown everywhere into one notice for each place that shows it now."""
        places: dict[str, list[Place]] = {}
        for some in handfuls({notice.alert for notice in notices if notice.to == EVERYWHERE and notice.alert}):
            for row in await self._rows(select(SURFACE).where(SURFACE.c.alert.in_(some))):
                surface = rows.surface_of(row)
                places.setdefault(surface.alert, []).append(surface.place)
        return [*await self._cards_of_groups(notices), *self._spread_over(notices, places)]

    async def _cards_of_groups(self, notices: Iterable[Notice]) -> list[Notice]:
        """Return one notice for each card that shows any of these among others: a hundred changes are one edit."""
        shown = {notice.alert: notice for notice in notices if notice.to == EVERYWHERE and notice.alert}
        found: dict[tuple[str, Place], Notice] = {}
        for some in handfuls(shown):
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
