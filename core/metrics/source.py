"""Where a team's facts lie, and which of their columns are which base metrics.

The names here are those of the files; the names outside are those of the dictionary. They meet nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.calendar.grain import Grain
    from core.metrics.metric import How


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on one column of a row.

    `is` and `not` compare words, `above` … `at_most` numbers, `present` asks for any value, and `within` asks that
    the column, a time, lies at most so many days after the row's own time: how a cohort's window is said.
    """

    column: str
    op: Literal["is", "not", "above", "below", "at_least", "at_most", "present", "within"]
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """How one base metric is made of a source's rows. `column` is None only when rows are counted."""

    how: How
    column: str | None = None
    where: tuple[Filter, ...] = ()
    matures: timedelta = timedelta(0)  # how long after its period it still grows; it is complete only then


@dataclass(frozen=True, slots=True)
class Lookup:
    """Columns taken from another file by a shared key, at most one row a key (the latest wins)."""

    files: tuple[str, ...]
    key: str
    take: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Files of one form. Paths are relative to the workspace, or to the folder given with `--data`."""

    name: str
    files: tuple[str, ...]
    grain: Grain
    time: str
    dimensions: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    lookups: tuple[Lookup, ...] = ()
    delay: timedelta = timedelta(0)  # how long after a period's end its rows are all there
