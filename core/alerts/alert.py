"""An alert: one episode of one rule on one slice.

Four sides that never mix. The evaluator alone moves `condition`, people alone move `handling`, holds are rows of
their own (`holds.py`), the clock moves `escalation`. `version` grows with every change of any of them, and a button
carries the version that its reader saw.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from core.alerts.work import Loss, Work

if TYPE_CHECKING:
    from datetime import datetime

    from core.rules.finding import Finding
    from core.rules.rule import Fingerprint, Severity

# How long a recovered or closed alert is still the same one: a new breach within it reopens, and a recovery that
# nobody took on closes by itself after it.
REOPEN_WINDOW = timedelta(hours=24)


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
    ripe_at: datetime | None = None  # when one that is pending has held long enough to fire

    @property
    def is_bad(self) -> bool:
        """Whether it fires, or did when the data stopped or began to calm down."""
        phase = self.resume if self.phase is Phase.UNKNOWN else self.phase
        return phase in (Phase.FIRING, Phase.CLEARING)


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

    @property
    def was_acted_on(self) -> bool:
        return self is Reason.REAL_ACTED


class Feedback(StrEnum):
    """What its reader thought of an alert, in one tap; the review counts them."""

    USEFUL = "useful"
    FALSE_ALARM = "false-alarm"
    EXPECTED = "expected"
    NEW_NORMAL = "new-normal"


@dataclass(frozen=True, slots=True)
class Handling:
    """What people did about it. An ack covers the severity and the size that its giver saw, no more, and expires."""

    stage: Stage
    by: str | None = None
    at: datetime | None = None
    until: datetime | None = None
    seen: Severity | None = None
    reason: Reason | None = None
    cause: str = ""  # in its closer's words, or a word of ours (`copy`): a machine's guess is none
    action: str = ""
    asked: datetime | None = None  # when its giver was asked "still on it?", at the ack's end
    gap: float | None = None  # how far from well the number was that an ack's giver saw (`Finding.gap`)


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
    fired_at: datetime | None = None  # when it last fired; one that never did has been shown to nobody
    recovered_at: datetime | None = None
    told_at: datetime | None = None  # when somebody was first told; None while holds have hidden all of it
    offered_by: str | None = None  # who gave it to its owner, while the owner has not said yes or no
    answer_by: datetime | None = None  # when it goes back to them without an answer
    flips: tuple[int, ...] = ()  # the last periods, by index, in which its number turned bad or good
    work: Work = field(default_factory=Work)
    verdict: Feedback | None = None
    loss: Loss | None = None  # what was not lost because somebody acted, as its closer put it

    @property
    def is_open(self) -> bool:
        return self.handling.stage is not Stage.CLOSED

    @property
    def stamp(self) -> str:
        """Return `7f3k@12`: the alert and the version that a reader saw."""
        return f"{self.handle}@{self.version}"

    @property
    def due(self) -> datetime | None:
        """Return by when the next of what was promised is to be done."""
        return min((promise.due for promise in self.work.open_promises), default=None)

    @property
    def wakes_at(self) -> datetime | None:
        """Return when the clock next has something to do here, holds apart: whatever is done then must move this."""
        handling, bad = self.handling, self.condition.is_bad
        moments = [
            self.condition.ripe_at if self.condition.phase is Phase.PENDING else None,
            self.escalation.next_at if bad and handling.stage is Stage.OPEN else None,
            handling.until if bad and handling.stage is Stage.ACKED else None,
            self.recovered_at + REOPEN_WINDOW
            if self.recovered_at and self.condition.phase is Phase.OK and handling.stage is Stage.OPEN and not self.due
            else None,
            min((promise.remind_at for promise in self.work.open_promises), default=None) if self.is_open else None,
            self.answer_by if self.is_open else None,
        ]
        return min((moment for moment in moments if moment), default=None)
