"""What was taken already: a platform's events, so that each is answered once, and the periods that were judged."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from core.calendar.grain import Grain, Period
from core.store.connected import Connected
from core.store.tables import METADATA

if TYPE_CHECKING:
    from datetime import datetime

INBOX = METADATA.tables["inbox"]
EVALUATION = METADATA.tables["evaluation"]
_INBOX_KEEPS = timedelta(days=7)  # no platform repeats an event after that


class Taken(Connected):
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
