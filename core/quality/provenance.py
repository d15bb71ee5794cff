"""What only the warehouse can tell of a source's facts: what keeps them from coming in, and what was told twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.labels import Labels

if TYPE_CHECKING:
    from core.errors import Problem


@dataclass(frozen=True, slots=True)
class Repeat:
    """A slice and a period that more than one row tells of, where one row each is the rule.

    `is_certain`: by two files, or word for word; two rows that differ may be two campaigns that one table once had.
    """

    labels: Labels
    times: int
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Provenance:
    trouble: Problem | None = None
    repeats: tuple[Repeat, ...] = ()


UNKNOWN = Provenance()
