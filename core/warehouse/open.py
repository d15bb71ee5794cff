"""Every source behind one door: files go to DuckDB, a table goes to its engine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import Problem
from core.ports import Attests, Keeps, Stamps
from core.quality.provenance import UNKNOWN, Provenance
from core.warehouse.connect import Alchemy
from core.warehouse.duckdb import DuckdbWarehouse
from core.warehouse.intake import Stage
from core.warehouse.remote import RemoteWarehouse

if TYPE_CHECKING:
    from core.calendar.grain import Window
    from core.cube.cube import Cube
    from core.cube.query import Query
    from core.metrics.catalog import Catalog
    from core.ports import Arrival, Intake, Warehouse


def open_warehouse(facts: Path | None, catalog: Catalog, folder: Path, *, stage: Stage, zone: str) -> Warehouse:
    """Return the warehouse of all sources; `facts` is DuckDB's file, None for one in memory."""
    own = {name: source for name, source in catalog.sources.items() if not source.engine}
    files = DuckdbWarehouse(facts, own, catalog, folder, stage=stage, zone=zone)
    if len(own) == len(catalog.sources):
        return files
    doors: dict[str, Warehouse] = dict.fromkeys(own, files)
    for address in dict.fromkeys(source.engine for source in catalog.sources.values() if source.engine):
        tables = {name: source for name, source in catalog.sources.items() if source.engine == address}
        doors |= dict.fromkeys(tables, RemoteWarehouse(Alchemy(address, zone), tables, catalog, zone=zone))
    return ManyWarehouses(files, doors)


class ManyWarehouses:
    """The Warehouse port over several, by the source that is asked."""

    def __init__(self, otherwise: Warehouse, doors: Mapping[str, Warehouse]) -> None:
        self._otherwise, self._doors = otherwise, doors
        self._all = tuple(dict.fromkeys((otherwise, *doors.values())))
        self._arrived: list[Arrival] = []

    async def refresh(self) -> tuple[Arrival, ...]:
        """Look everywhere, whatever is wrong with one; that is raised when all the others are in."""
        troubles = []
        for found in await asyncio.gather(*(each.refresh() for each in self._all), return_exceptions=True):
            if isinstance(found, Problem):
                troubles.append(found)
            elif isinstance(found, BaseException):
                raise found
            else:
                self._arrived += found
        if troubles:
            raise troubles[0]
        arrived, self._arrived = tuple(self._arrived), []
        return arrived

    async def fetch(self, query: Query) -> Cube:
        return await self._doors.get(query.source, self._otherwise).fetch(query)

    async def provenance(self, source: str, window: Window) -> Provenance:
        door = self._doors.get(source, self._otherwise)
        return await door.provenance(source, window) if isinstance(door, Attests) else UNKNOWN

    async def intakes(self) -> tuple[Intake, ...]:
        return await self._otherwise.intakes() if isinstance(self._otherwise, Keeps) else ()

    async def stamp(self, source: str) -> str:
        door = self._doors.get(source, self._otherwise)
        return await door.stamp(source) if isinstance(door, Stamps) else ""

    async def aclose(self) -> None:
        async with AsyncExitStack() as stack:
            for each in self._all:
                stack.push_async_callback(each.aclose)
