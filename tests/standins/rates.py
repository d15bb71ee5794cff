"""How often a platform lets itself be called: so many at once, then one every so often.

The platforms publish what they promise, not what they bear in a burst: these are the promises, and a small burst.
https://docs.slack.dev/apis/web-api/rate-limits and https://core.telegram.org/bots/faq
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    burst: int
    every: float  # seconds


class Rates:
    """Buckets by name, each of them full at first. `now` counts seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._free: dict[str, float] = {}  # by bucket: when it will be full again

    def take(self, bucket: str, rate: Rate) -> int:
        """Take from a bucket, and return 0, or in how many seconds there is something to take."""
        now = self._now()
        full_at = max(now, self._free.get(bucket, now)) + rate.every
        wait = full_at - now - rate.burst * rate.every
        if wait > 1e-6:
            return max(1, math.ceil(wait))
        self._free[bucket] = full_at
        return 0
