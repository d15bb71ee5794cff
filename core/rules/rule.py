"""A rule: a sentence and its envelope, the text that a team keeps, with a revision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from core.calendar.grain import Grain

if TYPE_CHECKING:
    from datetime import date

    from core.labels import Labels, Matcher
    from core.rules.tree import Sentence
    from core.text import Text


ORPHAN = "orphan:"  # before a rule's id: that somebody answers for its alerts, which nobody needs to write either
WATCHDOG = "watchdog:"  # the rule that an alert gets through at all
DATA = "data:"  # before a source's name: the rule that its facts may be believed, which nobody needs to write


class Severity(IntEnum):
    """P2, P1, P0: a larger one is worse."""

    INFO = 1
    WARNING = 2
    CRITICAL = 3


class Gating(StrEnum):
    """What must be more than luck to count. `auto`: changes of ratios; `on`: counts and the bounds of rates too."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class During:
    """While an event is on, another sentence or another severity: a promotion is watched otherwise, never muted."""

    event: str
    sentence: Sentence | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Consequence:
    """What is to be done to the business, such as a cut of a budget; only ever proposed, and to whom may say yes."""

    say: Text
    approve: str  # `role:NAME` or `person:ID`
    after: int = 1  # periods that it must have been bad for
    webhook: bool = False  # whether another system hears of the yes


@dataclass(frozen=True, slots=True)
class Ticket:
    """A promise that the rule itself opens when it fires."""

    within: timedelta
    webhook: bool = False  # whether another system hears of it


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    title: Text
    sentence: Sentence
    said: str  # as its author wrote it
    owner: str  # the role that answers for it
    severity: Severity = Severity.WARNING
    grain: Grain = Grain.DAY
    hold: timedelta = timedelta(0)  # how long it must be breached before it fires
    where: tuple[Matcher, ...] = ()  # slices it is for; all when empty
    schedule: str | None = None  # a cron line in the workspace's zone; None: when a period is complete
    objective: Text | None = None
    sop: tuple[Text, ...] = ()
    review: date | None = None
    revision: int = 1
    gate: Gating = Gating.AUTO
    recover: Sentence | None = None  # while it holds, an alert does not clear; None: the sentence itself
    cooldown: timedelta = timedelta(0)  # how long after recovery it keeps quiet
    until: date | None = None  # the last day it is judged
    during: tuple[During, ...] = ()
    inhibits: tuple[str, ...] = ()  # rules whose alerts wait while this one's is bad: a cause before what it does
    sizes: tuple[tuple[Severity, Sentence], ...] = ()  # the same sentence with the bound of each severity
    is_opportunity: bool = False  # good news: told in another tone, and by a route of its own
    consequence: Consequence | None = None
    ticket: Ticket | None = None

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Return everything it may be judged by."""
        others = (self.recover, *(each.sentence for each in self.during), *(one for _, one in self.sizes))
        return (self.sentence, *(each for each in others if each is not None))

    def is_over(self, day: date) -> bool:
        return self.until is not None and day > self.until


@dataclass(frozen=True, slots=True, order=True)
class Fingerprint:
    """Who an alert is: the rule and the slice, whatever its number and its words."""

    rule: str
    labels: Labels

    @property
    def source(self) -> str | None:
        """Return the source whose facts it is about, where it is about facts and not about the business."""
        return self.rule.removeprefix(DATA) if self.rule.startswith(DATA) else None

    @property
    def orphan(self) -> str | None:
        """Return the rule whose alert nobody answers for, where that is what it is about."""
        return self.rule.removeprefix(ORPHAN) if self.rule.startswith(ORPHAN) else None

    def __str__(self) -> str:
        return f"{self.rule}{{{self.labels}}}"
