"""The links by which the board is looked at: whose, until when, and whether they were ended."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlmodel import Field, SQLModel

from core.people.share import Share
from core.store.connected import Connected
from core.store.tables import METADATA, Moment

if TYPE_CHECKING:
    from collections.abc import Sequence


class ShareRow(SQLModel, table=True):
    __tablename__ = "share"

    code: str = Field(primary_key=True)
    by: str
    at: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(sa_type=Moment, nullable=True)
    ended_by: str


SHARE = METADATA.tables["share"]


class Shares(Connected):
    async def share(self, code: str) -> Share | None:
        found = await self._rows(select(SHARE).where(SHARE.c.code == code))
        return next((Share(**dict(row)) for row in found), None)

    async def shares(self) -> Sequence[Share]:
        found = await self._rows(select(SHARE).order_by(SHARE.c.at.desc(), SHARE.c.code))
        return [Share(**dict(row)) for row in found]

    async def keep_share(self, share: Share) -> None:
        await self._upsert(SHARE, [{each.name: getattr(share, each.name) for each in fields(share)}])
