"""An alert: one episode of one rule on one slice.

Four sides that never mix. The evaluator alone moves `condition`, people alone move `handling`, holds are rows of
their own (`holds.py`), the clock moves `escalation`. `version` grows with every change of any of them, and a button
carries the version that its reader saw.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from core.rules.finding import Finding
    from core.rules.rule import Fingerprint, Severity


class Phase(StrEnum):
    OK = "ok"
    PENDING = "pending"
    FIRING = "firing"
    CLEARING = "clearing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether the number is bad. `resume` is the phase that UNKNOWN froze and to which it returns."""

    phase: Phase
    since: datetime
    calm: int = 0  # good evaluations in a row while clearing
    resume: Phase | None = None


class Stage(StrEnum):
    OPEN = "open"
    ACKED = "acked"
    CLOSED = "closed"


class Reason(StrEnum):
    """Why an alert was closed; each but the last is a person's word."""

    REAL_ACTED = "real-acted"
    REAL_EXPECTED = "real-expected"
    FALSE_ALARM = "false-alarm"
    DATA_ISSUE = "data-issue"
    NOT_ACTIONABLE = "not-actionable"
    DUPLICATE = "duplicate"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Handling:
    """What people did about it. An ack covers no more than the severity that its giver saw, and expires."""

    stage: Stage
    by: str | None = None
    at: datetime | None = None
    until: datetime | None = None
    seen: Severity | None = None
    reason: Reason | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Whom to tell when nobody has answered `after` the step before: `lead`, `role:NAME` or `person:ID`."""

    after: timedelta
    to: str


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is next and when. `steps` is the policy's text as it stood when the episode began."""

    steps: tuple[Step, ...] = ()
    level: int = 0  # steps already taken
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    id: str
    handle: str  # its short name in chat, such as 7f3k
    fingerprint: Fingerprint
    severity: Severity
    condition: Condition
    handling: Handling
    escalation: Escalation
    finding: Finding  # the newest one that was not unknown
    opened_at: datetime
    owner: str | None = None
    route: str | None = None
    rule_revision: int = 1
    occurrence: int = 1
    version: int = 1
    fired_at: datetime | None = None  # when it was first shown to anybody
    recovered_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.handling.stage is not Stage.CLOSED

    @property
    def stamp(self) -> str:
        """Return `7f3k@12`: the alert and the version that a reader saw."""
        return f"{self.handle}@{self.version}"
