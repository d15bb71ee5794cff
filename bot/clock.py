"""What time it is: the wall's, or a demo's that runs faster and can jump.

A paced clock moves only through its own arithmetic over a monotonic one, so that the scheduler can be told
when, in real seconds, a moment of the story will come.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.ports import Clock
    from core.workspace import Workspace


def clock_of(workspace: Workspace) -> Clock:
    """Return the wall's clock, or one that stands at noon of the day that the workspace pretends to be in."""
    from core.usecases.replay import HandClock

    if workspace.today is None:
        return SystemClock()
    return HandClock(datetime.combine(workspace.today, wall_time(12), workspace.zone).astimezone(UTC))


@dataclass(frozen=True, slots=True)
class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def seconds_until(self, moment: datetime) -> float:
        return max(0.0, (moment - self.now()).total_seconds())


@dataclass(slots=True)
class PacedClock:
    """`pace` is seconds of the story in a second of ours; 0 stands still."""

    start: datetime
    pace: float
    _monotonic: Callable[[], float] = time.monotonic
    _anchor: float = field(init=False)

    def __post_init__(self) -> None:
        self._anchor = self._monotonic()

    def now(self) -> datetime:
        return self.start + timedelta(seconds=(self._monotonic() - self._anchor) * self.pace)

    def seconds_until(self, moment: datetime) -> float:
        """Return how many of our seconds are left until then; a clock that stands still looks again in an hour."""
        left = (moment - self.now()).total_seconds()
        return max(0.0, left / self.pace) if self.pace else 3600.0

    def set_pace(self, pace: float) -> None:
        self.jump(self.now())
        self.pace = pace

    def jump(self, to: datetime) -> None:
        """Go on from `to`. The clock never goes back: what was decided has been decided."""
        now = self.now()
        self.start, self._anchor = max(now, to), self._monotonic()
