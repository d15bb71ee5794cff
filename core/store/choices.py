"""What people chose of their digests: one row for each reader and rhythm. What was before is in the audit."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlmodel import Field, SQLModel

from core.notices.notice import Place
from core.routing.digests import Choice, Every, Level
from core.store.connected import Connected
from core.store.tables import METADATA, Moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ChoiceRow(SQLModel, table=True):
    """`reader` is a person's id, or a chat as `slack:C123`; a null leaves it as the files have it."""

    __tablename__ = "digest_choice"

    reader: str = Field(primary_key=True)
    every: str = Field(primary_key=True)
    made_by: str
    made_at: datetime = Field(sa_type=Moment)
    is_on: bool
    level: str | None = Field(nullable=True)
    at: str | None = Field(nullable=True)
    day: int | None = Field(nullable=True)
    pack: bool | None = Field(nullable=True)


CHOICE = METADATA.tables["digest_choice"]


class Choices(Connected):
    async def choices(self) -> Sequence[Choice]:
        return [_choice(row) for row in await self._rows(select(CHOICE).order_by(CHOICE.c.made_at, CHOICE.c.reader))]

    async def keep_choice(self, choice: Choice) -> None:
        row = {
            "reader": choice.key,
            "every": str(choice.every),
            "made_by": choice.by,
            "made_at": choice.made_at,
            "is_on": choice.is_on,
            "level": choice.level and str(choice.level),
            "at": choice.at and f"{choice.at:%H:%M}",
            "day": choice.on,
            "pack": choice.pack,
        }
        await self._upsert(CHOICE, [row])


def _choice(row: Mapping[str, Any]) -> Choice:
    reader: Place | str = row["reader"]
    with suppress(ValueError):  # a person's id holds no colon
        reader = Place.read(row["reader"])
    return Choice(
        to=reader,
        every=Every(row["every"]),
        by=row["made_by"],
        made_at=row["made_at"],
        is_on=row["is_on"],
        level=Level(row["level"]) if row["level"] else None,
        at=time.fromisoformat(row["at"]) if row["at"] else None,
        on=row["day"],
        pack=row["pack"],
    )
