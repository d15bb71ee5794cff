"""Why an alert is quiet for now. Each reason is a row with an author and an end, and its end always says something."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class HoldKind(StrEnum):
    SNOOZE = "snooze"
    QUIET_HOURS = "quiet-hours"
    DATA_LATE = "data-late"


@dataclass(frozen=True, slots=True)
class Hold:
    id: str
    alert: str
    kind: HoldKind
    by: str
    start: datetime
    until: datetime
    ended: datetime | None = None
