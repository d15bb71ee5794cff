"""Where facts come from, how they are brought, and what became of each row of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from core.calendar.grain import Period, Window
    from core.cube.cube import Cube
    from core.cube.query import Query
    from core.quality.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Arrival:
    """Facts of `source` came or changed for the periods from `first` through `last`."""

    source: str
    first: Period
    last: Period


class Warehouse(Protocol):
    async def refresh(self) -> tuple[Arrival, ...]:
        """Take in what is new in the sources and return which periods changed."""
        ...

    async def fetch(self, query: Query) -> Cube:
        """Answer one query; Unavailable if the engine does not."""
        ...

    async def aclose(self) -> None: ...


@runtime_checkable
class Attests(Protocol):
    """A warehouse that takes the facts in itself, and so can tell how it went; others only answer."""

    async def provenance(self, source: str, window: Window) -> Provenance:
        """Return what keeps a source's facts from coming in, and what was told twice of the periods in a window."""
        ...


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was set aside: its number, why, and the column and cell where that is to be seen."""

    row: int
    reason: str
    column: str | None = None
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that was set aside, as it is written in its file, and what is wrong with it."""

    row: int
    reasons: tuple[Reject, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one batch of rows. `is_repeat`: it was taken before, and nothing was done."""

    source: str
    batch: str
    rows: int
    rejected: int
    rejects: tuple[Reject, ...] = ()
    is_repeat: bool = False
    is_trial: bool = False
    first: datetime | None = None  # times of the first and the last of its rows, on the wall of the business
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of one file: rows taken in, rows set aside by reason, the first of these, and when it was written."""

    source: str
    path: Path
    rows: int
    rejected: Mapping[str, int]
    rejects: tuple[Reject, ...] = ()
    at: datetime | None = None


@runtime_checkable
class Keeps(Protocol):
    """A warehouse that took files in, and can tell what became of each."""

    async def intakes(self) -> tuple[Intake, ...]: ...


class Inbox(Protocol):
    """Where rows are brought that lie in no file yet; it makes files of them, which the warehouse then takes in."""

    async def receive(self, source: str, body: bytes, form: Literal["json", "file"], key: str | None = None, *,
                      by: str = "", is_trial: bool = False) -> Receipt:  # fmt: skip
        """Take a batch of rows in, or say what would become of them. The same key again brings nothing new."""
        ...

    async def bringer(self, source: str, file: str) -> str:
        """Return who brought a file, as a token's or a person's name; empty where nobody is known."""
        ...

    async def set_aside(self, intake: Intake, most: int) -> tuple[tuple[str, ...], tuple[Aside, ...]]:
        """Return the names of a file's columns, and at most so many of its rows that were set aside."""
        ...

    async def hold(self, body: bytes) -> str:
        """Keep a file for a day, until somebody has looked at what would become of it; return its code."""
        ...

    async def held(self, code: str) -> bytes:
        """Return a file that is held; Missing when it is no longer."""
        ...

    async def note(self, metric: str, value: str, labels: Mapping[str, str], at: datetime, by: str) -> Receipt:
        """Take one number that somebody typed; said again of the same time and slice, it corrects."""
        ...


@runtime_checkable
class Stamps(Protocol):
    """A warehouse that can tell whether two processes hold the same facts."""

    async def stamp(self, source: str) -> str:
        """Return a digest of a source's facts, the same wherever the same were taken in; empty when none is known."""
        ...
