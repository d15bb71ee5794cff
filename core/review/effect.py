"""Whether what somebody did moved the number: how it was while it was bad, and how it has been since.

No proof, and it is not told as one: a number may come back by itself. What it can say is that one did not.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.quantity import Unit
    from core.review.record import Record

SINCE = 7  # periods after the action that are looked at: of days, each weekday once
LEAST = 2  # periods, before anything is said
MENDED, FAILED = 0.5, 0.1  # of the gap closed: as good as back, as good as nothing


@dataclass(frozen=True, slots=True)
class Effect:
    """Medians of the metric, in its unit, while it was bad and since; `usual` is what it was held against."""

    record: Record
    metric: str
    unit: Unit
    before: float
    after: float
    usual: float
    periods: int  # since the action

    @property
    def closed(self) -> float:
        """Return what share of the gap to the usual was closed: 1 is all of it, below 0 it has widened."""
        gap = self.usual - self.before
        return (self.after - self.before) / gap if gap else 0.0

    @property
    def has_mended(self) -> bool:
        return self.closed >= MENDED

    @property
    def has_failed(self) -> bool:
        return self.closed < FAILED


def effect(record: Record, before: Iterable[float | None], after: Iterable[float | None]) -> Effect | None:
    """Return what came of an action, from the values up to it and after it; None where they are too few."""
    term = record.alert.finding.headline
    was = [value for value in before if value is not None]
    since = [value for value in after if value is not None][:SINCE]
    if term is None or not was or len(since) < LEAST:
        return None
    usual = term.baseline if term.baseline is not None else term.bound
    if usual is None:
        return None
    return Effect(record, term.metric, term.unit, median(was), median(since), usual, len(since))
