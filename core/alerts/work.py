"""What is done about an alert beside having it: steps ticked off, promises made, a consequence that waits for a yes.

Values only; `checklist`, `promises` and `consequence` move them. All of it goes with the alert, under its version, so
that a button pressed twice ticks once and a crash loses no promise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from core.quantity import Unit
    from core.text import Text


@dataclass(frozen=True, slots=True)
class Tick:
    """One step of the rule's SOP, counted from 1. When the alert fires again, its list begins anew."""

    step: int
    by: str
    at: datetime
    occurrence: int = 1


class Fate(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    DROPPED = "dropped"  # cancelled, or its alert was closed before


@dataclass(frozen=True, slots=True)
class Promise:
    """A follow-up: who does what by when. `value` is what the number was then, to tell what it did since."""

    number: int  # within its alert, from 1
    owner: str | None  # None: whoever has the alert
    text: str
    due: datetime
    by: str
    at: datetime
    remind_at: datetime
    value: float | None = None
    asked: int = 0  # how often it was asked for, at its due and after
    fate: Fate = Fate.OPEN
    is_ticket: bool = False  # a rule opened it, and another system may have it too

    @property
    def is_open(self) -> bool:
        return self.fate is Fate.OPEN


class Answer(StrEnum):
    WAITING = "waiting"  # it has not been bad for as many periods as the rule wants
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # its alert ended before anybody had answered


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the rule would have done to the business, in its words of then; nothing is done without a yes."""

    say: Text
    approve: str  # whose yes it takes: `role:NAME` or `person:ID`
    since: int  # the period, by index, in which it began to be bad
    webhook: bool = False  # whether another system hears of the yes
    answer: Answer = Answer.WAITING
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """What was not lost: so much of a metric, in its unit; `metric` is empty for plain money."""

    amount: float
    unit: Unit
    metric: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    ticks: tuple[Tick, ...] = ()
    promises: tuple[Promise, ...] = ()
    proposal: Proposal | None = None
    cause: str = ""  # as a person found it, while the alert is open; its closing takes it

    @property
    def open_promises(self) -> tuple[Promise, ...]:
        return tuple(promise for promise in self.promises if promise.is_open)

    def with_promise(self, promise: Promise) -> Work:
        """Return the work with a promise that is new, or another state of one that it has."""
        rest = {one.number: one for one in self.promises} | {promise.number: promise}
        return replace(self, promises=tuple(rest[number] for number in sorted(rest)))

    @property
    def over(self) -> Work:
        """Return the work of an alert that is closed: nobody is asked for anything any more."""
        promises = tuple(replace(one, fate=Fate.DROPPED) if one.is_open else one for one in self.promises)
        proposal = self.proposal
        if proposal and proposal.answer in (Answer.WAITING, Answer.PROPOSED):
            proposal = replace(proposal, answer=Answer.WITHDRAWN)
        return replace(self, promises=promises, proposal=proposal, cause="")
