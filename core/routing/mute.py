"""What a team keeps quiet on purpose: the alerts that match, for a while, with an author and a reason.

A mute is no filter: each alert that it hides has a hold of its own, so that escalation waits, `why` can tell, and its
end says what is still bad. It never lasts for ever, and one that hides nothing for days is ended.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from core.alerts.escalation import paused
from core.alerts.event import moved
from core.alerts.holds import Hold, HoldKind, end, is_active
from core.labels import all_match
from core.routing.route import labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.alerts.event import Change
    from core.labels import Matcher
    from core.rules.rule import Rule

WARNING = timedelta(hours=1)  # before its end; whoever mutes for less than twice that knows when it ends
DRAFT_LASTS = timedelta(hours=1)  # a preview that nobody has agreed to by then is no longer of the present


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a mute may last at most, and for how long it may hide nothing before it is ended."""

    longest: timedelta = timedelta(days=30)
    idle: timedelta = timedelta(days=7)


class Ending(StrEnum):
    OVER = "over"
    LIFTED = "lifted"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Mute:
    """`agreed_at` is None while its author has only seen what it would hide; `idle` is the limit as it stood then."""

    id: str
    by: str
    why: str
    match: tuple[Matcher, ...]
    start: datetime
    until: datetime
    made_at: datetime
    idle: timedelta = timedelta(days=7)
    agreed_at: datetime | None = None
    begun_at: datetime | None = None  # when it was told that it has begun
    warned_at: datetime | None = None
    ended_at: datetime | None = None
    ending: Ending | None = None
    ended_by: str | None = None

    def is_active(self, now: datetime) -> bool:
        return self.agreed_at is not None and self.ended_at is None and self.start <= now < self.until

    @property
    def warns_at(self) -> datetime | None:
        """Return when its end is to be announced, None where it has been or need not be."""
        is_short = self.until - self.start < 2 * WARNING
        return None if self.warned_at or is_short else self.until - WARNING

    def wakes_at(self, idle_at: datetime | None) -> datetime:
        """Return when the clock next has something to do with it. `idle_at` ends one that hides nothing."""
        if self.begun_at is None:
            return self.start
        return min(filter(None, (self.until, self.warns_at, idle_at)))


@dataclass(frozen=True, slots=True)
class Hits:
    """How many alerts a mute has hidden, and when it last hid one; `now` of them still."""

    count: int = 0
    now: int = 0
    last: datetime | None = None


def hidden(match: Iterable[Matcher], alerts: Iterable[Alert], roles: Mapping[str, str]) -> tuple[Alert, ...]:
    """Return the alerts that these matchers fit. `roles` are those of the rules."""
    wanted = tuple(match)
    return tuple(alert for alert in alerts if _fits(wanted, alert, roles))


def hush(
    changes: Iterable[Change],
    opened: Iterable[Alert],
    mutes: Sequence[Mute],
    rules: Iterable[Rule],
    holds: Sequence[Hold],
    now: datetime,
) -> tuple[tuple[Change, ...], tuple[Hold, ...]]:
    """Return the changes with those that a mute's beginning or end makes, and the holds that it begins or ends."""
    every = {change.after.id: change for change in changes}
    alerts = {alert.id: alert for alert in opened} | {id: change.after for id, change in every.items()}
    roles = {rule.id: rule.owner for rule in rules}
    active = {mute.id: mute for mute in mutes if mute.is_active(now)}
    touched: list[Hold] = []
    for alert in alerts.values():
        mine = [hold for hold in holds if hold.alert == alert.id]
        held = next((hold for hold in mine if hold.kind is HoldKind.MUTED and is_active(hold, now)), None)
        later: Change | None = None
        if held is not None and mute_of(held.id) not in active:
            later, over = end(alert, held, mine, now)
            touched.append(over)
        elif held is not None and not _fits(active[mute_of(held.id)].match, alert, roles):
            touched.append(replace(held, ended=now))  # it is worse than what was muted: that is said anyway
        elif held is None and alert.is_open and alert.condition.is_bad:
            mute = next((mute for mute in active.values() if _fits(mute.match, alert, roles)), None)
            if mute is not None:
                later, hold = _begin(alert, mute, now)
                touched.append(hold)
        if later is not None:
            every[alert.id] = every[alert.id].then(later) if alert.id in every else later
    return tuple(every.values()), tuple(touched)


def mute_of(hold: str) -> str:
    """Return the id of the mute that a hold is of: it stands before the alert's in the hold's own id."""
    return hold.partition(":")[0]


def _begin(alert: Alert, mute: Mute, now: datetime) -> tuple[Change, Hold]:
    headline = alert.finding.headline
    value = headline.value if headline else None
    hold = Hold(f"{mute.id}:{alert.id}", alert.id, HoldKind.MUTED, mute.by, now, mute.until, value=value)
    facts = {"mute": mute.id, "by": mute.by, "until": mute.until.isoformat(), "note": mute.why}
    return moved(alert, now, [("muted", facts)], escalation=paused(alert.escalation)), hold


def _fits(match: Iterable[Matcher], alert: Alert, roles: Mapping[str, str]) -> bool:
    fingerprint = alert.fingerprint
    role = roles.get(fingerprint.rule, "")
    return all_match(match, labels_of(fingerprint.rule, role, alert.severity, fingerprint.labels))
