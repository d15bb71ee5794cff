"""Why an alert is quiet for now. Each reason is a row with an author and an end, and its end always says something."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import uuid4

from core.alerts.condition import numbers
from core.alerts.escalation import paused, resumed
from core.alerts.event import BEACON, Change, moved
from core.alerts.guards import must_be_fresh, must_be_open
from core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.alerts.event import Event

LONGEST_SNOOZE = timedelta(days=31)  # "for ever" is a rule to change, not an alert to hide


class HoldKind(StrEnum):
    SNOOZE = "snooze"
    QUIET_HOURS = "quiet-hours"  # of one person, who hears of it when they begin to work: the hold is theirs (`by`)
    DATA_LATE = "data-late"
    INHIBITED = "inhibited"  # what it depends on is broken: a rule (`by`), and only its end ends this
    FLAPPING = "flapping"  # it turns bad and good too often to call anybody each time; each turn makes it longer
    MUTED = "muted"  # somebody keeps a whole slice quiet (`by`); its id begins with the mute's
    STORM = "storm"  # its chat has it among others on one card; its owner is called all the same

    @property
    def is_quiet(self) -> bool:
        """Whether it keeps everybody from being called: a storm only gathers, and quiet hours are one person's."""
        return self not in (HoldKind.STORM, HoldKind.QUIET_HOURS)


@dataclass(frozen=True, slots=True)
class Hold:
    id: str
    alert: str
    kind: HoldKind
    by: str
    start: datetime
    until: datetime
    ended: datetime | None = None
    value: float | None = None  # the alert's number when it began, to be compared with at its end
    beyond: float | None = None  # it ends at once when the number gets as far as this, on the side away from `value`


def snooze(
    alert: Alert,
    by: str,
    until: datetime,
    seen: int | None,
    now: datetime,
    *,
    via: str | None = None,
    history: Iterable[Event] = (),
    id: str | None = None,
    beyond: float | None = None,
) -> tuple[Change, Hold]:
    """Keep one alert quiet until then, or until it is worse than `beyond`; its owner stays, its escalation waits."""
    must_be_open(alert)
    must_be_fresh(alert, seen, history)
    if until <= now:
        raise Problem("snooze-past", until=until.isoformat())
    if until - now > LONGEST_SNOOZE:
        raise Problem("snooze-long", days=LONGEST_SNOOZE.days)
    headline = alert.finding.headline
    hold = Hold(
        id or uuid4().hex,
        alert.id,
        HoldKind.SNOOZE,
        by,
        now,
        until,
        value=headline.value if headline else None,
        beyond=beyond,
    )
    facts = numbers(alert.finding) | {"until": until.isoformat()}
    if beyond is not None:
        facts["beyond"] = beyond
    change = moved(
        alert,
        now,
        [("snoozed", facts) if beyond is None else ("snoozed-until-worse", facts)],
        actor=by,
        via=via,
        escalation=paused(alert.escalation),
    )
    return change, hold


def end(alert: Alert, hold: Hold, others: Iterable[Hold], now: datetime) -> tuple[Change, Hold]:
    """End a hold. The event says how many others still keep it quiet; escalation goes on only without any."""
    remaining = sum(1 for other in others if other.id != hold.id and is_quiet(other, now))
    facts = numbers(alert.finding) | {"hold": str(hold.kind), "by": hold.by, "others": remaining}
    if hold.value is not None:
        facts["was"] = hold.value
    facts["firing"] = int(alert.is_open and alert.condition.is_bad)
    # What kept nobody's escalation from going on sets none going again.
    escalation = resumed(alert, now) if hold.kind.is_quiet and not remaining else alert.escalation
    change = moved(alert, now, [("hold-ended", facts)], actor=BEACON, escalation=escalation)
    return change, replace(hold, ended=now)


def worse_by(alert: Alert, share: float) -> float | None:
    """Return the number that is worse than the present one by that share; None where neither is known."""
    value, down = _side(alert)
    return None if value is None or down is None else value - abs(value) * share * (1 if down else -1)


def is_worse(alert: Alert, beyond: float) -> bool:
    """Return whether a number lies where it would be worse than now: else a hold until then would end at once."""
    value, down = _side(alert)
    return value is not None and (beyond < value if down is None or down else beyond > value)


def got_worse(hold: Hold, alert: Alert, now: datetime) -> bool:
    """Return whether the number has got as far as this hold allowed."""
    headline = alert.finding.headline
    if hold.beyond is None or hold.value is None or headline is None or headline.value is None:
        return False
    is_there = headline.value <= hold.beyond if hold.beyond < hold.value else headline.value >= hold.beyond
    return is_there and is_active(hold, now)


def _side(alert: Alert) -> tuple[float | None, bool | None]:
    """Return the headline's number, and whether it is bad for being low."""
    headline = alert.finding.headline
    if headline is None or headline.value is None:
        return None, None
    if headline.against is not None:
        return headline.value, None if headline.baseline is None else headline.value < headline.baseline
    return headline.value, None if headline.bound is None else headline.value <= headline.bound


def flapping(alert: Alert, present: Iterable[Hold], until: datetime, now: datetime) -> Hold:
    """Return the hold of an alert that flaps: the one that it has, made longer, or its first."""
    for hold in present:
        if hold.kind is HoldKind.FLAPPING and is_active(hold, now):
            return replace(hold, until=until)
    headline = alert.finding.headline
    value = headline.value if headline else None
    return Hold(uuid4().hex, alert.id, HoldKind.FLAPPING, BEACON, now, until, value=value)


def quiet_hours(alert: Alert, person: str, until: datetime, now: datetime) -> Hold:
    """Return the hold of one alert for somebody who is not at work."""
    headline = alert.finding.headline
    value = headline.value if headline else None
    return Hold(uuid4().hex, alert.id, HoldKind.QUIET_HOURS, person, now, until, value=value)


def is_active(hold: Hold, now: datetime) -> bool:
    return hold.ended is None and hold.start <= now < hold.until


def is_quiet(hold: Hold, now: datetime) -> bool:
    """Return whether it keeps people from being called now."""
    return hold.kind.is_quiet and is_active(hold, now)
