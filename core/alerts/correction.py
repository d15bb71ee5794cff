"""What an alert becomes once the facts that it fired on are corrected, although newer ones have been judged since.

The newest verdict of an alert stands, and an old period changes nothing about it. But an alert that is over, and whose
every bad period turns out never to have been bad, was a false one: its thread is told so, and nobody answers for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.alerts.alert import Handling, Phase, Reason, Stage
from core.alerts.condition import CORRECTED
from core.alerts.event import Change, moved
from core.calendar.grain import Period
from core.rules.finding import Finding, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.alerts.event import Event
    from core.errors import Fact

_BAD = ("fired", "reopened", "worse", "milder", "measured", "breached-again", "restated")  # said of a bad period


def told_of(events: Iterable[Event]) -> dict[Period, Mapping[str, Fact]]:
    """Return each period that an alert was bad for, with the numbers that were said of it last."""
    found: dict[Period, Mapping[str, Fact]] = {}
    for event in events:
        if event.kind in _BAD and "period" in event.facts:
            found[Period.read(str(event.facts["period"]))] = event.facts
    return found


def disproved(
    alert: Alert, told: Mapping[Period, Mapping[str, Fact]], now_said: Mapping[Period, Finding | None], now: datetime
) -> Change | None:
    """Return how an alert that is over is taken back: all that it told of is calm by now, and by other numbers."""
    if alert.condition.phase is not Phase.OK or alert.fired_at is None or not told:
        return None
    if alert.handling.reason is Reason.DATA_ISSUE:
        return None
    findings = {period: now_said.get(period) for period in told}
    if any(finding is None or finding.state is not State.CALM for finding in findings.values()):
        return None
    what = next((found for period in sorted(told) if (found := _corrected(told[period], findings[period]))), None)
    if what is None:
        return None
    facts = what | {"restated": 1, "reason": str(Reason.DATA_ISSUE)}
    closed: dict[str, Any] = {}
    if alert.is_open:
        closed = {"handling": Handling(Stage.CLOSED, at=now, reason=Reason.DATA_ISSUE), "work": alert.work.over}
    return moved(alert, now, [("recovered", facts)], **closed)


def _corrected(said: Mapping[str, Fact], finding: Finding | None) -> dict[str, Fact] | None:
    """Return which number was another one, as the thread is told of it."""
    term = finding.headline if finding else None
    if finding is None or term is None or said.get("metric") != term.metric:
        return None
    what: dict[str, Fact] = {"period": str(finding.period), "metric": term.metric, "unit": str(term.unit)}
    if _is_another(said.get("value"), term.value):
        return what | {"was": said["value"], "value": term.value or 0.0}
    if _is_another(said.get("baseline"), term.baseline):
        return what | {"was": said["baseline"], "baseline": term.baseline or 0.0, "of": "baseline"}
    return None


def _is_another(was: Fact | None, number: float | None) -> bool:
    if not isinstance(was, int | float) or number is None:
        return False
    return abs(was - number) > CORRECTED * max(abs(was), abs(number))
