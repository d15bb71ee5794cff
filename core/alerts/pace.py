"""How long people's time takes: half an hour of somebody at work ends when they have worked it.

Alerts stand below the calendar of people, so its answers are handed in. `PLAIN` goes by the clock alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Pace(Protocol):
    def after(self, person: str | None, now: datetime, length: timedelta) -> datetime:
        """Return when they have worked for that long from now on."""
        ...

    def a_day_after(self, person: str | None, now: datetime) -> datetime:
        """Return when they have worked for one working day of theirs."""
        ...

    def a_day_before(self, person: str | None, moment: datetime) -> datetime:
        """Return the moment from which they work for one working day until that one."""
        ...


class _Plain:
    def after(self, person: str | None, now: datetime, length: timedelta) -> datetime:  # noqa: ARG002 - the port's
        return now + length

    def a_day_after(self, person: str | None, now: datetime) -> datetime:  # noqa: ARG002 - the port's
        return now + timedelta(days=1)

    def a_day_before(self, person: str | None, moment: datetime) -> datetime:  # noqa: ARG002 - the port's
        return moment - timedelta(days=1)


PLAIN: Pace = _Plain()
