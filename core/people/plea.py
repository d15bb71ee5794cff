"""Something that somebody may not do, and asks somebody who may to let them do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

GOOD_FOR = timedelta(hours=24)  # an answer that comes later is to another question


class PleaState(StrEnum):
    REFUSED = "refused"  # nobody has been asked yet
    ASKED = "asked"
    ALLOWED = "allowed"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Plea:
    """`text` is what was said where, kept so that the very same can be done on somebody's word."""

    code: str
    at: datetime
    person: str
    address: str
    platform: str
    chat: str
    thread: str | None
    alert: str | None  # the alert in whose thread it was said
    text: str
    need: str
    state: PleaState = PleaState.REFUSED
    asked: str | None = None
    answered_by: str | None = None

    def is_over(self, now: datetime) -> bool:
        return now - self.at > GOOD_FOR or self.state in (PleaState.ALLOWED, PleaState.DENIED)
