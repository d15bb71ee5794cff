"""The queue of what has still to be said, and what became of each attempt.

Rather twice than never: a row is filled in the transaction that changed the alert, leased by a conditional UPDATE,
and marked sent only after the platform has said so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from core.notices.notice import Notice, Place


@dataclass(frozen=True, slots=True)
class Sent:
    """`receipt` is the platform's own name for the message, with which it can be edited."""

    receipt: str


@dataclass(frozen=True, slots=True)
class Wait:
    """The platform asks us to slow down in this chat; no attempt is counted."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Retry:
    """It failed, and may work later."""

    reason: str


@dataclass(frozen=True, slots=True)
class Repair:
    """It will never work so; `moved_to` or posting afresh will."""

    reason: str
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Dead:
    """It will never work: blocked, archived, revoked."""

    reason: str


Outcome = Sent | Wait | Retry | Repair | Dead


class Status(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice on its way. While SENDING, nobody else takes it before `due_at`: the end of the lease."""

    id: int
    notice: Notice
    status: Status
    due_at: datetime
    created_at: datetime
    attempts: int = 0
    place: Place | None = None  # where it was sent, once that is known
    error: str | None = None
