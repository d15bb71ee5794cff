"""What the clock does to one alert when its time has come: all that is due at once, in one change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.alerts.alert import REOPEN_WINDOW, Alert, Phase, Stage
from core.alerts.condition import ripen
from core.alerts.escalation import advance, is_due, paused
from core.alerts.event import Change, moved
from core.alerts.handling import expire, hand_back, let_go
from core.alerts.holds import Hold, end, is_quiet
from core.alerts.pace import PLAIN, Pace
from core.alerts.promises import ask

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def wake(
    alert: Alert, holds: Sequence[Hold], now: datetime, pace: Pace = PLAIN
) -> tuple[Change | None, tuple[Hold, ...]]:
    """Return what became of the alert, and the holds that ended. `holds` are those of this alert, not yet ended."""
    change = ripen(alert, now)
    ended: list[Hold] = []
    for hold in holds:
        if hold.ended is None and hold.until <= now:
            later, over = end(change.after if change else alert, hold, holds, now)
            change = change.then(later) if change else later
            ended.append(over)
    for step in (_back, _ack, _escalate, _leave, _ask):
        later_or_none = step(change.after if change else alert, holds, now, pace)
        if later_or_none:
            change = change.then(later_or_none) if change else later_or_none
    return change, tuple(ended)


def _back(alert: Alert, _: Sequence[Hold], now: datetime, __: Pace) -> Change | None:
    return hand_back(alert, now) if alert.is_open and alert.answer_by and alert.answer_by <= now else None


def _ack(alert: Alert, _: Sequence[Hold], now: datetime, pace: Pace) -> Change | None:
    handling = alert.handling
    over = handling.stage is Stage.ACKED and handling.until is not None and handling.until <= now
    return expire(alert, now, pace) if over and alert.condition.is_bad else None


def _escalate(alert: Alert, holds: Sequence[Hold], now: datetime, _: Pace) -> Change | None:
    if not is_due(alert, now):
        return None
    hold = next((hold for hold in holds if is_quiet(hold, now)), None)
    if hold is None:
        return advance(alert, now)
    waits = [("escalation-waits", {"hold": str(hold.kind), "until": hold.until.isoformat()})]
    return moved(alert, now, waits, escalation=paused(alert.escalation))


def _leave(alert: Alert, _: Sequence[Hold], now: datetime, __: Pace) -> Change | None:
    recovered = alert.recovered_at
    stale = recovered is not None and recovered + REOPEN_WINDOW <= now and alert.condition.phase is Phase.OK
    return let_go(alert, now) if stale and alert.handling.stage is Stage.OPEN and not alert.due else None


def _ask(alert: Alert, _: Sequence[Hold], now: datetime, pace: Pace) -> Change | None:
    return ask(alert, now, pace) if alert.is_open else None
