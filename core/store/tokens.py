"""The tokens of programs that push facts: their names, scopes and digests. No secret is ever here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlmodel import Field, SQLModel

from core.people.token import Token
from core.store.connected import Connected
from core.store.tables import METADATA, Moment

if TYPE_CHECKING:
    from collections.abc import Sequence


class TokenRow(SQLModel, table=True):
    """One token; one that was ended stays, so that its name still tells who pushed what."""

    __tablename__ = "token"

    digest: str = Field(primary_key=True)
    name: str = Field(unique=True)
    scopes: str
    made_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(sa_type=Moment, nullable=True)


TOKEN = METADATA.tables["token"]


class Tokens(Connected):
    async def token(self, digest: str) -> Token | None:
        found = [_token(row) for row in await self._rows(select(TOKEN).where(TOKEN.c.digest == digest))]
        return next((one for one in found if one.ended_at is None), None)

    async def tokens(self) -> Sequence[Token]:
        return [_token(row) for row in await self._rows(select(TOKEN).order_by(TOKEN.c.made_at))]

    async def add_token(self, token: Token) -> bool:
        row = {
            "digest": token.digest,
            "name": token.name,
            "scopes": " ".join(token.scopes),
            "made_at": token.made_at,
            "ended_at": token.ended_at,
        }
        written = await self._connection.execute(self._insert_of(TOKEN).values(row).on_conflict_do_nothing())
        return bool(written.rowcount)

    async def end_token(self, name: str, now: datetime) -> bool:
        ended = update(TOKEN).where(TOKEN.c.name == name, TOKEN.c.ended_at.is_(None)).values(ended_at=now)
        return bool((await self._connection.execute(ended)).rowcount)


def _token(row: object) -> Token:
    found = dict(row)  # type: ignore[call-overload]
    return Token(found["name"], found["digest"], tuple(found["scopes"].split()), found["made_at"], found["ended_at"])
