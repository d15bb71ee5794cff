"""The tables of alerts and what is said of them. Nobody outside this room sees a row, and no row knows what it means.

What has parts of its own (a finding, an escalation's steps, the facts of an event) is kept as text, written by
`rows.py` to the last digit: databases differ in what their JSON does to a number.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Index, Integer, Text, TypeDecorator, text
from sqlmodel import Field, SQLModel


class Moment(TypeDecorator[datetime]):
    """An aware datetime in UTC. SQLite forgets the zone, so it is put back here and nowhere else."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_COUNTED = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up by itself only for an INTEGER
_OPEN = text("stage <> 'closed'")
_UNSETTLED = text("status IN ('queued', 'sending')")


class AlertRow(SQLModel, table=True):
    __tablename__ = "alert"
    __table_args__: Any = (
        # One open episode for each rule and slice; one open alert for each handle.
        Index("one_open_episode", "rule", "labels", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("one_open_handle", "handle", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("alert_newest", "rule", "labels", "opened_at"),
        Index("alert_wakes", "wakes_at"),
    )

    id: str = Field(primary_key=True)
    handle: str = Field(index=True)
    rule: str
    labels: str = Field(sa_type=Text)
    severity: int
    phase: str
    phase_since: datetime = Field(sa_type=Moment)
    calm: int
    resume: str | None
    ripe_at: datetime | None = Field(sa_type=Moment)
    stage: str
    handled_by: str | None
    handled_at: datetime | None = Field(sa_type=Moment)
    handled_until: datetime | None = Field(sa_type=Moment)
    handled_seen: int | None
    reason: str | None
    note: str = Field(sa_type=Text)  # the cause that its closer found
    action: str | None = Field(default=None, sa_type=Text)
    asked_at: datetime | None = Field(sa_type=Moment)
    handled_gap: float | None = None
    steps: str = Field(sa_type=Text)
    level: int
    next_at: datetime | None = Field(sa_type=Moment)
    finding: str = Field(sa_type=Text)
    opened_at: datetime = Field(sa_type=Moment)
    owner: str | None
    route: str | None
    rule_revision: int
    occurrence: int
    version: int
    fired_at: datetime | None = Field(sa_type=Moment)
    recovered_at: datetime | None = Field(sa_type=Moment)
    told_at: datetime | None = Field(sa_type=Moment)
    due: datetime | None = Field(sa_type=Moment)  # of the next promise; both follow from `work`, where there is any
    remind_at: datetime | None = Field(sa_type=Moment)
    work: str | None = Field(default=None, sa_type=Text)
    verdict: str | None = None
    loss: float | None = None
    loss_unit: str | None = None
    loss_of: str | None = None
    flips: str | None = Field(default=None, sa_type=Text)
    offered_by: str | None = None
    answer_by: datetime | None = Field(default=None, sa_type=Moment)
    wakes_at: datetime | None = Field(sa_type=Moment)  # follows from the rest; here to be searched


class EventRow(SQLModel, table=True):
    __tablename__ = "event"
    __table_args__: Any = (Index("event_of", "alert", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=_COUNTED)
    alert: str
    version: int
    at: datetime = Field(sa_type=Moment)
    kind: str
    actor: str
    via: str | None
    facts: str = Field(sa_type=Text)


class HoldRow(SQLModel, table=True):
    __tablename__ = "hold"
    __table_args__: Any = (Index("hold_of", "alert"), Index("hold_ends", "ended", "until"))

    id: str = Field(primary_key=True)
    alert: str
    kind: str
    by: str
    start: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)
    ended: datetime | None = Field(sa_type=Moment)
    value: float | None
    beyond: float | None = None


class DeliveryRow(SQLModel, table=True):
    """The outbox. `addressee` is a person or a place, as text; what goes to one about one alert goes in order."""

    __tablename__ = "delivery"
    __table_args__: Any = (
        Index("delivery_due", "due_at", sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED),
        Index("delivery_order", "addressee", "alert", "id", sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED),
        Index("delivery_of", "alert"),
        Index("delivery_recent", "addressee", "created_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=_COUNTED)
    key: str = Field(unique=True)
    kind: str
    rank: int
    alert: str  # empty for what is about no alert
    addressee: str
    facts: str = Field(sa_type=Text)
    status: str
    due_at: datetime = Field(sa_type=Moment)
    created_at: datetime = Field(sa_type=Moment)
    attempts: int
    place: str | None
    error: str | None = Field(sa_type=Text)
    failures: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class SurfaceRow(SQLModel, table=True):
    """One living card for each alert and place; a thread of none is empty text, since a key holds no null."""

    __tablename__ = "surface"

    alert: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    chat: str = Field(primary_key=True)
    thread: str = Field(primary_key=True)
    receipt: str
    shown: str
    version: int


class GatheringRow(SQLModel, table=True):
    """Many alerts that one reader sees as one card."""

    __tablename__ = "gathering"
    __table_args__: Any = (Index("gathering_fresh", "addressee", "joined_at"),)

    id: str = Field(primary_key=True)
    addressee: str
    opened_at: datetime = Field(sa_type=Moment)
    joined_at: datetime = Field(sa_type=Moment)


class GatheredRow(SQLModel, table=True):
    """One alert of a gathering, at its place in it."""

    __tablename__ = "gathered"
    __table_args__: Any = (Index("gathered_in", "alert"),)

    gathering: str = Field(primary_key=True)
    alert: str = Field(primary_key=True)
    place: int


class InboxRow(SQLModel, table=True):
    """What a platform has told us already."""

    __tablename__ = "inbox"

    platform: str = Field(primary_key=True)
    event: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment)


class EvaluationRow(SQLModel, table=True):
    """The last period that each batch of rules was judged for."""

    __tablename__ = "evaluation"

    batch: str = Field(primary_key=True)
    grain: str
    period: int
    at: datetime = Field(sa_type=Moment)


METADATA = SQLModel.metadata
