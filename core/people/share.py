"""A link with which anybody may look at the board for a while, and do nothing: whose, until when, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

LASTS = timedelta(days=7)
LONGEST = timedelta(days=90)  # whoever needs it longer is given an account


@dataclass(frozen=True, slots=True)
class Share:
    """`code` names it in chat and in the audit; the address holds a signature besides."""

    code: str
    by: str
    at: datetime
    until: datetime
    ended_at: datetime | None = None
    ended_by: str = ""

    def is_over(self, now: datetime) -> bool:
        return self.ended_at is not None or now >= self.until
