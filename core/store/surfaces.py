"""Where each alert is shown, and what was last shown there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.store import rows
from core.store.connected import Connected
from core.store.tables import METADATA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.notices.surface import Surface

SURFACE = METADATA.tables["surface"]


class Surfaces(Connected):
    async def surfaces(self, alert: str) -> Sequence[Surface]:
        query = select(SURFACE).where(SURFACE.c.alert == alert)
        ordered = query.order_by(SURFACE.c.platform, SURFACE.c.chat, SURFACE.c.thread)
        return [rows.surface_of(row) for row in await self._rows(ordered)]

    async def show(self, surface: Surface) -> None:
        await self._upsert(SURFACE, [rows.surface_row(surface)])
