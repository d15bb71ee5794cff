"""Addresses that became somebody's in a chat, and those that somebody asks for."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Text, select
from sqlmodel import Field, SQLModel

from core.people.link import Link, LinkState
from core.store.connected import Connected
from core.store.tables import METADATA, Moment

if TYPE_CHECKING:
    from collections.abc import Sequence


class LinkRow(SQLModel, table=True):
    __tablename__ = "link"

    code: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment)
    platform: str
    address: str
    person: str
    chat: str
    thread: str | None = Field(nullable=True)
    alert: str | None = Field(nullable=True)
    text: str = Field(sa_type=Text)
    state: str
    settled_by: str


LINK = METADATA.tables["link"]


class Links(Connected):
    async def link(self, code: str) -> Link | None:
        found = await self._rows(select(LINK).where(LINK.c.code == code))
        return next((_link(row) for row in found), None)

    async def link_of(self, platform: str, address: str) -> Link | None:
        of = (LINK.c.platform == platform, LINK.c.address == address)
        found = await self._rows(select(LINK).where(*of).order_by(LINK.c.at.desc()).limit(1))
        return next((_link(row) for row in found), None)

    async def links(self) -> Sequence[Link]:
        found = select(LINK).where(LINK.c.state == str(LinkState.LINKED)).order_by(LINK.c.at)
        return [_link(row) for row in await self._rows(found)]

    async def keep_link(self, link: Link) -> None:
        row = {each.name: getattr(link, each.name) for each in fields(link)}
        await self._upsert(LINK, [row | {"state": str(link.state)}])


def _link(row: object) -> Link:
    found = dict(row)  # type: ignore[call-overload]
    return Link(**found | {"state": LinkState(found["state"])})
