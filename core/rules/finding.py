"""What a rule says of one slice and period: breached, calm, or unknown."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from core.quality.fault import Verdict

if TYPE_CHECKING:
    from core.calendar.grain import Period
    from core.quality.fault import Fault
    from core.quantity import Unit
    from core.rules.rule import Fingerprint, Severity
    from core.rules.tree import Against


class State(IntEnum):
    CALM = 0
    BREACHED = 1
    UNKNOWN = 2


class Lender(StrEnum):
    """Of whom a series too young to know itself borrows what is usual."""

    PLAN = "plan"
    SIBLINGS = "siblings"
    SIBLINGS_THEN = "siblings-then"  # in the last run of the campaign, which this series was not in
    LAST_TIME = "last-time"


@dataclass(frozen=True, slots=True)
class Lent:
    """By whom a number was judged; of a campaign's last run by which day of it, such as day 3 of 618 in 2025."""

    lender: Lender
    event: str | None = None
    day: int | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """One number that the verdict rests on, as its card shows it; None where there is none."""

    metric: str
    unit: Unit
    value: float | None
    against: Against | None = None
    baseline: float | None = None
    change: float | None = None  # relative to the baseline
    bound: float | None = None
    sample: float | None = None  # the denominator, for a ratio
    lent: Lent | None = None  # where the series itself is too young to say what is usual


@dataclass(frozen=True, slots=True)
class Finding:
    """`terms` come in the sentence's order; the first is the alert's headline."""

    fingerprint: Fingerprint
    period: Period
    state: State
    terms: tuple[Term, ...] = ()
    is_kept_back: bool = False  # calm only because it may well be luck
    faults: tuple[Fault, ...] = ()  # of the facts it rests on, the worst first
    is_corrected: bool = False  # people have been told of a correction of this period's facts
    # The alert keeps what these two said; a finding read back from a store has neither.
    severity: Severity | None = field(default=None, compare=False)  # by its size, or by what is on that day
    lingers: bool = field(default=False, compare=False)  # calm, and not yet well enough to clear

    @property
    def headline(self) -> Term | None:
        return self.terms[0] if self.terms else None

    @property
    def gap(self) -> float | None:
        """Return how far the headline lies from where it would be well, as a share of that; None if unknown."""
        headline = self.headline
        if headline is None or headline.value is None:
            return None
        if headline.change is not None:
            return abs(headline.change)
        return abs(headline.value / headline.bound - 1) if headline.bound else None

    @property
    def is_frozen(self) -> bool:
        """Return whether its facts are such that nothing is decided, and whoever mends them has been told."""
        return any(fault.verdict.freezes for fault in self.faults)

    @property
    def verdict(self) -> Verdict:
        """Return whether its numbers may be believed."""
        return max((fault.verdict for fault in self.faults), default=Verdict.OK)
