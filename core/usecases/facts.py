"""The facts that a batch is judged by, and the ordinary days before a promotion that its means look back on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.calendar.events import Event
    from core.calendar.grain import Period
    from core.cube.cube import Cube
    from core.ports import Warehouse
    from core.rules.needs import Batch


async def facts_of(batch: Batch, period: Period, events: Mapping[str, Event], warehouse: Warehouse) -> Cube:
    """Return what one period is judged by; two questions where weeks lie between that nobody wants."""
    cube = await warehouse.fetch(batch.query(period, events=events))
    older = batch.older(period, events)
    return cube if older is None else cube.with_older(await warehouse.fetch(older))
