"""What a cause keeps quiet: while a rule's alert is bad, the alerts of what depends on it wait.

A rule names what it `inhibits`. It holds for the same part of the business only: an alert whose slice differs from
its cause's in a dimension that both have depends on something else. Of a slice and its parts only the one that explains
is told, too (`kin`). When the last cause is over, the wait ends, and what is still bad by itself is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from core.alerts.escalation import paused
from core.alerts.event import moved
from core.alerts.holds import LONGEST_SNOOZE, Hold, HoldKind, end, is_active
from core.routing.kin import explained

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.alerts.event import Change
    from core.rules.rule import Rule


def inhibit(
    changes: Iterable[Change],
    opened: Iterable[Alert],
    rules: Iterable[Rule],
    holds: Sequence[Hold],
    now: datetime,
) -> tuple[tuple[Change, ...], tuple[Hold, ...]]:
    """Return the changes with those that a cause's coming or going makes, and the holds that it begins or ends."""
    every = {change.after.id: change for change in changes}
    alerts = {alert.id: alert for alert in opened} | {id: change.after for id, change in every.items()}
    names = {rule.id: rule.inhibits for rule in rules if rule.inhibits}
    causes = [one for one in alerts.values() if one.fingerprint.rule in names and one.is_open and one.condition.is_bad]
    kin = explained(alerts.values())
    touched: list[Hold] = []
    for alert in alerts.values():
        mine = [hold for hold in holds if hold.alert == alert.id]
        held = next((hold for hold in mine if hold.kind is HoldKind.INHIBITED and is_active(hold, now)), None)
        cause = _cause(alert, causes, names) or kin.get(alert.id)
        later: Change | None = None
        if cause is not None and held is None and alert.is_open and alert.condition.is_bad:
            later, hold = _begin(alert, cause, now)
            touched.append(hold)
        elif held is not None and cause is None:
            later, over = end(alert, held, mine, now)
            touched.append(over)
        if later is not None:
            every[alert.id] = every[alert.id].then(later) if alert.id in every else later
    return tuple(every.values()), tuple(touched)


def _cause(alert: Alert, causes: Iterable[Alert], names: Mapping[str, tuple[str, ...]]) -> Alert | None:
    mine = dict(alert.fingerprint.labels)
    for cause in causes:
        depends = alert.fingerprint.rule in names[cause.fingerprint.rule] and cause.id != alert.id
        if depends and all(mine.get(name, value) == value for name, value in cause.fingerprint.labels):
            return cause
    return None


def _begin(alert: Alert, cause: Alert, now: datetime) -> tuple[Change, Hold]:
    headline = alert.finding.headline
    value = headline.value if headline else None
    by = cause.fingerprint.rule
    hold = Hold(uuid4().hex, alert.id, HoldKind.INHIBITED, by, now, now + LONGEST_SNOOZE, value=value)
    return moved(
        alert, now, [("inhibited", {"rule": by, "cause": cause.handle})], escalation=paused(alert.escalation)
    ), hold
