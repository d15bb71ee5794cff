"""What a team planned: a value for a metric, a slice and some days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from core.calendar.grain import Grain
    from core.labels import Labels


@dataclass(frozen=True, slots=True)
class Planned:
    """A target for every period from `first` through `last`; an open end is None. Empty labels mean every slice.

    A rate has the same one for a day and for a month. What adds up has one for a month or a day, and `per` says which.
    """

    metric: str
    labels: Labels
    value: Decimal
    first: date | None = None
    last: date | None = None
    per: Grain | None = None
