"""What is wrong with the facts: which check found it, in which slice and measure, and how far it may be believed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from core.labels import Labels

EVERYWHERE = Labels()


class Verdict(IntEnum):
    """May this number be believed? A larger one is worse; from LATE on, no rule may speak of it."""

    OK = 0
    SUSPECT = 1
    LATE = 2
    BAD = 3

    @property
    def freezes(self) -> bool:
        return self >= Verdict.LATE


class Check(StrEnum):
    FRESH = "fresh"
    COMPLETE = "complete"
    DUPLICATES = "duplicates"
    RANGE = "range"
    SPIKE = "spike"
    SCHEMA = "schema"
    PARTS = "parts"


@dataclass(frozen=True, slots=True)
class Fault:
    """`labels` say where, all of the source when empty; `measure` what, everything when None.

    `share` is how much of the business the place usually holds, so that one dead channel of a thousand silences
    itself and not the total.
    """

    check: Check
    verdict: Verdict
    labels: Labels = EVERYWHERE
    measure: str | None = None
    other: str | None = None  # the whole that a part is greater than
    value: float | None = None
    usual: float | None = None  # or the bound that it is beyond
    detail: str = ""  # the column that is gone, the file that cannot be read, since when nothing came
    share: float = 1.0

    def concerns(self, measure: str) -> bool:
        return self.measure is None or measure in (self.measure, self.other)

    def reaches(self, labels: Labels) -> bool:
        """Return whether a slice has anything of the place: they name no dimension differently."""
        here = dict(self.labels)
        return all(here.get(dimension, value) == value for dimension, value in labels)

    def holds(self, labels: Labels) -> bool:
        """Return whether a slice lies wholly in the place."""
        there = dict(labels)
        return all(there.get(dimension) == value for dimension, value in self.labels)
