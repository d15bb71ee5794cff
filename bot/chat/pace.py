"""How often one may speak in one chat: so many in a while, counted, so that a platform need never refuse us."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rate:
    most: int
    seconds: float


@dataclass(slots=True)
class Pace:
    """Every rate holds at once: 100 a minute and 5 a second. `now` is a clock that only goes forward, in seconds."""

    rates: tuple[Rate, ...]
    now: Callable[[], float]
    _said: deque[float] = field(default_factory=deque)

    def take(self, count: int = 1) -> float:
        """Count so many messages and return 0; or, when they are too many by now, the seconds to wait first."""
        now = self.now()
        while self._said and now - self._said[0] >= max(rate.seconds for rate in self.rates):
            self._said.popleft()
        wait = max((self._wait(rate, count, now) for rate in self.rates), default=0.0)
        if not wait:
            self._said.extend([now] * count)
        return wait

    def _wait(self, rate: Rate, count: int, now: float) -> float:
        lately = [at for at in self._said if now - at < rate.seconds]
        over = len(lately) + min(count, rate.most) - rate.most
        return lately[over - 1] + rate.seconds - now if over > 0 else 0.0
