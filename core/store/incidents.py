"""What went wrong and somebody wrote down, whether or not a rule saw it: by these the review knows what was missed."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, Text, select, update
from sqlmodel import Field, SQLModel

from core.review.score import Incident
from core.store.connected import Connected
from core.store.rows import labels_of, labels_text
from core.store.tables import METADATA, Moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class IncidentRow(SQLModel, table=True):
    __tablename__ = "incident"

    id: str = Field(primary_key=True)
    first: date = Field(sa_type=Date, index=True)
    last: date = Field(sa_type=Date)
    metric: str | None
    labels: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    by: str
    at: datetime = Field(sa_type=Moment)
    dropped_at: datetime | None = Field(default=None, sa_type=Moment)
    dropped_by: str | None = None


INCIDENT = METADATA.tables["incident"]


class Incidents(Connected):
    async def incidents(self, first: date, last: date) -> Sequence[Incident]:
        query = select(INCIDENT).where(INCIDENT.c.first <= last, INCIDENT.c.last >= first)
        return [_incident(row) for row in await self._rows(query.order_by(INCIDENT.c.first, INCIDENT.c.at))]

    async def keep_incident(self, incident: Incident, now: datetime) -> None:
        row = {
            "id": incident.id,
            "first": incident.first,
            "last": incident.last,
            "metric": incident.metric,
            "labels": labels_text(incident.labels),
            "text": incident.text,
            "by": incident.by,
            "at": now,
        }
        await self._insert(INCIDENT, [row])

    async def drop_incident(self, id: str, by: str, now: datetime) -> None:
        """Write that its days count again; whoever said so first has said so."""
        query = update(INCIDENT).where(INCIDENT.c.id == id, INCIDENT.c.dropped_by.is_(None))
        await self._connection.execute(query.values(dropped_at=now, dropped_by=by))


def _incident(row: Mapping[str, Any]) -> Incident:
    place = labels_of(row["labels"])
    said = row["text"], row["by"], row["dropped_by"]
    return Incident(row["id"], row["first"], row["last"], row["metric"], place, *said)
