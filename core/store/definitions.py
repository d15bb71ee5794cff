"""What people defined in chat: every revision that was ever said, none of them changed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel

from core.ports import Conflict
from core.revision import Revision, Standing
from core.store.connected import Connected
from core.store.tables import METADATA, Moment

if TYPE_CHECKING:
    from collections.abc import Sequence


class DefinitionRow(SQLModel, table=True):
    __tablename__ = "definition"

    rule: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    standing: str
    text: str = Field(sa_type=Text)
    by: str
    via: str
    at: datetime = Field(sa_type=Moment)


DEFINITION = METADATA.tables["definition"]


class Definitions(Connected):
    async def revisions(self, rule: str | None = None) -> Sequence[Revision]:
        found = select(DEFINITION).order_by(DEFINITION.c.rule, DEFINITION.c.number)
        if rule is not None:
            found = found.where(DEFINITION.c.rule == rule)
        return [_revision(dict(row)) for row in await self._rows(found)]

    async def revise(self, revision: Revision) -> None:
        row = {name: getattr(revision, name) for name in ("rule", "number", "text", "by", "via", "at")}
        try:
            await self._connection.execute(insert(DEFINITION).values(row | {"standing": str(revision.standing)}))
        except IntegrityError as error:  # somebody said the same number first
            raise Conflict(str(error.orig)) from error


def _revision(row: dict[str, Any]) -> Revision:
    return Revision(**row | {"standing": Standing(row["standing"])})
