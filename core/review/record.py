"""One alert as a review sees it: when it could be known, was told, looked at, taken on, acted on and over.

Told by its events alone, so that a review of March reads the same in June. An alert that never fired is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.alert import Reason
from core.alerts.event import BEACON
from core.calendar.grain import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from core.alerts.alert import Alert, Feedback
    from core.alerts.event import Event

_FIRES = ("fired", "reopened")
_TAKES = ("acked", "accepted")
_ACTS = ("ticked", "promise-kept", "approved")


@dataclass(frozen=True, slots=True)
class Record:
    """`began` is its first bad period, and `known` when that was over: nobody could have told earlier."""

    alert: Alert
    began: Period
    known: datetime
    fired: datetime
    looked: datetime | None  # when a person first did anything with it, if only ask for its chart
    taken: datetime | None  # acked or accepted
    acted: datetime | None  # a step done, a promise kept, or closed as acted upon
    over: datetime | None  # recovered, or else closed
    calls: int = 0  # how often somebody further up was called
    times: int = 1  # how often it fired, the first included

    @property
    def rule(self) -> str:
        return self.alert.fingerprint.rule

    @property
    def told(self) -> datetime | None:
        return self.alert.told_at

    @property
    def verdict(self) -> Feedback | None:
        """Return what people said it was worth: in a tap, or by the reason they closed it for."""
        return self.alert.verdict

    @property
    def to_detect(self) -> timedelta | None:
        return None if self.told is None else max(self.told - self.known, timedelta(0))

    @property
    def to_take(self) -> timedelta | None:
        return None if self.taken is None or self.told is None else max(self.taken - self.told, timedelta(0))

    @property
    def to_resolve(self) -> timedelta | None:
        return None if self.over is None else max(self.over - self.fired, timedelta(0))


def record(alert: Alert, events: Iterable[Event], moment: Callable[[Period], datetime]) -> Record | None:
    """Return what became of it; `moment` is when a period is over."""
    history = sorted(events, key=lambda event: event.version)
    fires = [event for event in history if event.kind in _FIRES]
    if not fires:
        return None
    began = Period.read(str(next(event for event in history if event.kind in (*_FIRES, "pending")).facts["period"]))
    closed = next((event for event in reversed(history) if event.kind == "closed"), None)
    acts = _first(history, lambda event: event.kind in _ACTS or event.facts.get("reason") == Reason.REAL_ACTED)
    recovered = alert.recovered_at
    return Record(
        alert=alert,
        began=began,
        known=moment(began),
        fired=fires[0].at,
        looked=_first(history, lambda event: event.actor != BEACON),
        taken=_first(history, lambda event: event.kind in _TAKES),
        acted=acts,
        over=recovered or (closed.at if closed and not alert.is_open else None),
        calls=sum(event.kind == "escalated" for event in history),
        times=len(fires),
    )


def _first(history: Sequence[Event], matches: Callable[[Event], bool]) -> datetime | None:
    return next((event.at for event in history if matches(event)), None)
