"""What somebody must hear. A notice holds values, not sentences: its reader's tongue is chosen when it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.errors import Fact


@dataclass(frozen=True, slots=True)
class Place:
    """Where one can speak: a platform, a chat on it, and perhaps a thread (a Slack ts, a Telegram topic)."""

    platform: str
    chat: str
    thread: str | None = None

    @classmethod
    def read(cls, text: str) -> Place:
        """Return the place that `slack:C123` or `web:board` names; ValueError if it names none."""
        platform, colon, chat = text.partition(":")
        if not (colon and platform and chat):
            raise ValueError(text)
        return cls(platform, chat)

    def __str__(self) -> str:
        return f"{self.platform}:{self.chat}" + (f"#{self.thread}" if self.thread else "")


# Where a notice of kind STATE goes: wherever its alert is shown. The store, which knows, makes one row for each place.
EVERYWHERE = Place("*", "*")
TICKETS = Place("tickets", "tickets")  # another system, which is told of tickets and shown nothing


class Kind(StrEnum):
    """Why it is said, the most urgent first: the order in which a queue empties."""

    FIRST = "first"
    WORSE = "worse"
    ESCALATION = "escalation"
    ASSIGNED = "assigned"
    REQUEST = "request"  # somebody's yes or no is asked for, or has been given
    TICKET = "ticket"
    HOLD_ENDED = "hold-ended"
    REMINDER = "reminder"
    REOPENED = "reopened"
    CORRECTED = "corrected"  # its facts were restated, and it is so all the same
    RECOVERED = "recovered"
    STATE = "state"  # what is shown differs from what is so: edit it
    NEWS = "news"  # what the house itself has to say: of a mute, of somebody's budget
    DIGEST = "digest"
    REVIEW = "review"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {kind: rank for rank, kind in enumerate(Kind)}

# What tells somebody of a problem that they have not heard of, or not so.
CALLS = (Kind.FIRST, Kind.REOPENED, Kind.WORSE)


@dataclass(frozen=True, slots=True)
class Notice:
    """`key` is unique for ever: the same notice twice is one row. A person hears in their first chat that is on."""

    key: str
    kind: Kind
    alert: str | None  # what it is about: an alert's id, or that of a group of them
    to: Place | str  # a place, or a person's id
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def rank(self) -> int:
        """Return its place in the queue: what a person must hear of something critical goes before all else."""
        is_urgent = self.facts.get("severity") == "critical" and isinstance(self.to, str)
        return -1 if is_urgent and self.kind in CALLS else self.kind.rank
