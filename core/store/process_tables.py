"""What several processes at one store agree over: whose turn something is, how fast a chat may be told, who lives."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from core.store.tables import Moment


class TurnRow(SQLModel, table=True):
    """Who does a thing that one alone should do; `done` is what was done of it last."""

    __tablename__ = "turn"

    name: str = Field(primary_key=True)
    token: str
    until: datetime | None = Field(sa_type=Moment)
    done: str


class PaceRow(SQLModel, table=True):
    """When a chat, or a message in it, has room again."""

    __tablename__ = "pace"

    key: str = Field(primary_key=True)
    free_at: datetime = Field(sa_type=Moment)


class PulseRow(SQLModel, table=True):
    """When a process last did a thing well: was alive, looked at its sources, evaluated, sent."""

    __tablename__ = "pulse"

    process: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment)
    detail: str = Field(sa_type=Text)
