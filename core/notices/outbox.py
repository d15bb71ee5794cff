"""The queue of what has still to be said, and what became of each attempt.

Rather twice than never: a row is filled in the transaction that changed the alert, leased by a conditional UPDATE,
and marked sent only after the platform has said so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.notices.notice import Kind, Notice, Place

LEASE = timedelta(seconds=15)  # how long a sender may be silent before another takes over
RENEWED = LEASE / 3  # how often who is still sending says so
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900))  # the last one again and again
REPAIRS = 5  # a message that moves more often is going in circles

# What is shown heals with the next edit, and yesterday's reminder is noise; all else is worth a day of trying.
_WORTH = {Kind.STATE: timedelta(hours=2), Kind.REMINDER: timedelta(hours=4), Kind.DIGEST: timedelta(hours=6)}
_WORTH_OTHERWISE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Sent:
    """`receipt` is the platform's own name for the message, with which it can be edited."""

    receipt: str


@dataclass(frozen=True, slots=True)
class Wait:
    """There is no room in this chat, or to edit this message, for so long; no attempt is counted."""

    seconds: float
    of_message: bool = False


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
    failures: int = 0  # of the platform's; our own deaths count as attempts, and make nobody wait longer

    @property
    def to(self) -> Place | str:
        """Return whom it goes to next: where it was sent, once that is known."""
        return self.place or self.notice.to

    @property
    def lane(self) -> str:
        """Return in whose order it stands: what is said to one reader about one alert is said in order."""
        return str(self.notice.to)


def settled(delivery: Delivery, place: Place | None, outcome: Outcome, now: datetime) -> Delivery:
    """Return the delivery as its outcome leaves it."""
    place = place or delivery.place
    match outcome:
        case Sent():
            return replace(delivery, status=Status.SENT, place=place, error=None)
        case Wait(seconds):
            # Nothing was tried, so nothing counts.
            return replace(
                delivery,
                status=Status.QUEUED,
                place=place,
                due_at=now + timedelta(seconds=seconds),
                attempts=delivery.attempts - 1,
            )
        case Retry(reason):
            failed = replace(delivery, place=place, error=reason, failures=delivery.failures + 1)
            wait = backoff(failed, now)
            if wait is None:
                return replace(failed, status=Status.DEAD)
            return replace(failed, status=Status.QUEUED, due_at=now + wait)
        case Repair(reason, moved_to):
            delivery = replace(delivery, failures=delivery.failures + 1)
            if delivery.failures > REPAIRS:
                return replace(delivery, status=Status.DEAD, place=place, error=reason)
            moved = Place(place.platform, moved_to) if place and moved_to else place
            return replace(delivery, status=Status.QUEUED, place=moved, due_at=now, error=reason)
        case Dead(reason):
            return replace(delivery, status=Status.DEAD, place=place, error=reason)


def backoff(delivery: Delivery, now: datetime) -> timedelta | None:
    """Return how long to leave a delivery alone, or None when it is over."""
    if now - delivery.created_at >= _WORTH.get(delivery.notice.kind, _WORTH_OTHERWISE):
        return None
    return BACKOFF[min(delivery.failures, len(BACKOFF)) - 1]
