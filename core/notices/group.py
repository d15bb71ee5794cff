"""Many alerts as one message: those of one evaluation for their owner, or a storm for a whole chat.

A group is a card of its own, shown like an alert's and edited like it: its version is the sum of its alerts', which
only grows. Alerts may join for as long as it is fresh, and stand in the order in which they came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.notices.notice import Place

FRESH = timedelta(seconds=60)  # after its last alert, how long another still joins instead of being said by itself
PREFIX = "group:"  # no alert's id begins so


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    to: Place | str
    opened_at: datetime
    joined_at: datetime  # when the newest of its alerts came
    alerts: tuple[str, ...]

    @property
    def handle(self) -> str:
        """Return its short name, as a button says it."""
        return self.id.removeprefix(PREFIX)

    def is_fresh(self, now: datetime) -> bool:
        return now - self.joined_at < FRESH


@dataclass(frozen=True, slots=True)
class Gathered:
    """A group and its alerts as they are now, in its order."""

    group: Group
    alerts: tuple[Alert, ...]

    @property
    def id(self) -> str:
        return self.group.id

    @property
    def version(self) -> int:
        return sum(alert.version for alert in self.alerts)

    @property
    def stamp(self) -> str:
        """Return `k3m9x2pq@37.52`: which, how many of them its reader saw, and as of which version."""
        return f"{self.group.handle}@{len(self.alerts)}.{self.version}"
