"""What people did about an alert: open, acked, closed with a reason. The evaluator never moves this side.

Each verb is handed the version that its giver saw and what has happened since. A stale button never acts blindly:
it acts if nothing came between that its giver should know, and else says what did.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.alert import Alert, Handling, Reason, Stage
from core.alerts.escalation import resumed
from core.alerts.event import BEACON, Change, Happening, moved
from core.alerts.guards import must_be_fresh, must_be_open
from core.errors import Problem
from core.rules.rule import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.alerts.event import Event
    from core.errors import Fact

ACK_LASTS = {
    Severity.INFO: timedelta(days=1),
    Severity.WARNING: timedelta(days=1),
    Severity.CRITICAL: timedelta(hours=2),
}
ANSWER_WITHIN = timedelta(minutes=30)  # how long "still on it?" waits for its answer
REMIND_EVERY = timedelta(days=1)


def ack(
    alert: Alert,
    by: str,
    seen: int | None,
    now: datetime,
    *,
    via: str | None = None,
    history: Iterable[Event] = (),
) -> Change:
    """Take it on. It covers the severity that was seen, for a while; the same person's second ack renews it."""
    must_be_open(alert)
    must_be_fresh(alert, seen, history)
    handling = alert.handling
    if handling.stage is Stage.ACKED and handling.by != by and not handling.asked:
        raise Problem("already-acked", by=handling.by or "", minutes=_minutes(handling.at or now, now))
    until = now + ACK_LASTS[alert.severity]
    renewed = handling.stage is Stage.ACKED and handling.by == by
    kind = "ack-renewed" if renewed else "acked"
    return moved(
        alert,
        now,
        [(kind, {"until": until.isoformat(), "severity": alert.severity.name.lower()})],
        actor=by,
        via=via,
        handling=Handling(Stage.ACKED, by, now, until, alert.severity),
        owner=alert.owner or by,
        escalation=replace(alert.escalation, next_at=None),
        **(_SETTLED if by == alert.owner else {}),
    )


def assign(
    alert: Alert,
    to: str,
    by: str,
    seen: int | None,
    now: datetime,
    *,
    due: datetime | None = None,
    answer_by: datetime | None = None,
    via: str | None = None,
    history: Iterable[Event] = (),
) -> Change:
    """Give it to somebody, perhaps with a day by which it is to be done. Who acked it has it no longer.

    They may accept or decline; without a word by `answer_by` it goes back to whoever gave it.
    """
    must_be_open(alert)
    must_be_fresh(alert, seen, history, "assigned")
    if alert.owner == to and due is None:
        raise Problem("already-owner", to=to)
    if due is not None and due <= now:
        raise Problem("due-past", due=due.isoformat())
    facts = {"to": to, "was": alert.owner or ""} | ({"due": due.isoformat()} if due else {})
    handling = alert.handling
    if handling.stage is Stage.ACKED and handling.by != to:
        handling = Handling(Stage.OPEN)
    reopened = replace(alert, handling=handling)
    return moved(
        alert,
        now,
        [("assigned", facts)],
        actor=by,
        via=via,
        owner=to,
        handling=handling,
        escalation=alert.escalation if handling is alert.handling else resumed(reopened, now),
        due=due or alert.due,
        remind_at=due or alert.remind_at,
        offered_by=None if to in (by, alert.owner) else by,
        answer_by=None if to in (by, alert.owner) else answer_by or now + ANSWER_WITHIN,
    )


def accept(
    alert: Alert, by: str, seen: int | None, now: datetime, *, via: str | None = None, history: Iterable[Event] = ()
) -> Change:
    """Say yes to what one was given."""
    _must_be_offered(alert, by, seen, history)
    return moved(alert, now, [("accepted", {"by": alert.offered_by or ""})], actor=by, via=via, **_SETTLED)


def decline(
    alert: Alert,
    by: str,
    seen: int | None,
    now: datetime,
    *,
    note: str = "",
    via: str | None = None,
    history: Iterable[Event] = (),
) -> Change:
    """Say no to what one was given: it goes back."""
    _must_be_offered(alert, by, seen, history)
    return _given_back(alert, now, ("declined", {"to": alert.offered_by or "", "note": note}), by, via)


def hand_back(alert: Alert, now: datetime) -> Change:
    """Give it back to its giver, since its owner has not said a word."""
    facts = {"to": alert.offered_by or "", "was": alert.owner or ""}
    return _given_back(alert, now, ("handed-back", facts), BEACON, None)


def close(
    alert: Alert,
    by: str,
    reason: Reason,
    seen: int | None,
    now: datetime,
    *,
    note: str = "",
    via: str | None = None,
    history: Iterable[Event] = (),
) -> Change:
    must_be_open(alert)
    must_be_fresh(alert, seen, history, "assigned")
    facts = {"reason": str(reason)} | ({"note": note} if note else {})
    return _closed(alert, now, Handling(Stage.CLOSED, by, now, reason=reason, note=note), facts, by, via)


def let_go(alert: Alert, now: datetime) -> Change:
    """Close what recovered a day ago and nobody took on."""
    return _closed(
        alert,
        now,
        Handling(Stage.CLOSED, at=now, reason=Reason.RECOVERED),
        {"reason": str(Reason.RECOVERED)},
        BEACON,
        None,
    )


def reopen(alert: Alert, by: str, now: datetime, *, via: str | None = None) -> Change:
    """Take back a closing."""
    if alert.is_open:
        raise Problem("not-closed", handle=alert.handle)
    opened = replace(alert, handling=Handling(Stage.OPEN))
    return moved(
        alert,
        now,
        [("opened-again", {})],
        actor=by,
        via=via,
        handling=opened.handling,
        escalation=resumed(opened, now),
        recovered_at=None,
    )


def expire(alert: Alert, now: datetime) -> Change:
    """End an ack in two steps: ask its giver whether they are still on it, and without an answer let go of it."""
    handling = alert.handling
    if not handling.asked:
        asked = replace(handling, asked=now, until=now + ANSWER_WITHIN)
        facts: dict[str, Fact] = {"by": handling.by or "", "minutes": int(ANSWER_WITHIN.total_seconds() // 60)}
        return moved(alert, now, [("ack-asked", facts)], handling=asked)
    opened = replace(alert, handling=Handling(Stage.OPEN))
    return moved(
        alert,
        now,
        [("ack-ended", {"by": handling.by or ""})],
        handling=opened.handling,
        escalation=resumed(opened, now),
    )


def remind(alert: Alert, now: datetime) -> Change:
    """Ask the owner about what was due, once a day until it is closed."""
    due = alert.due or now
    days = max(0, (now - due).days)
    facts: dict[str, Fact] = {"due": due.isoformat(), "days": days}
    return moved(
        alert,
        now,
        [("overdue", facts)],
        remind_at=max(alert.remind_at or now, now) + REMIND_EVERY,
    )


_SETTLED: dict[str, None] = {"offered_by": None, "answer_by": None}


def _must_be_offered(alert: Alert, by: str, seen: int | None, history: Iterable[Event]) -> None:
    must_be_open(alert)
    if alert.offered_by is None or alert.owner != by:
        raise Problem("not-offered", handle=alert.handle, owner=alert.owner or "")
    must_be_fresh(alert, seen, history, "assigned")


def _given_back(alert: Alert, now: datetime, happening: Happening, by: str, via: str | None) -> Change:
    opened = replace(alert, handling=alert.handling if alert.handling.by != alert.owner else Handling(Stage.OPEN))
    return moved(
        alert,
        now,
        [happening],
        actor=by,
        via=via,
        owner=alert.offered_by,
        handling=opened.handling,
        escalation=alert.escalation if opened.handling is alert.handling else resumed(opened, now),
        **_SETTLED,
    )


def _closed(alert: Alert, now: datetime, handling: Handling, facts: dict[str, str], by: str, via: str | None) -> Change:
    return moved(
        alert,
        now,
        [("closed", facts)],
        actor=by,
        via=via,
        handling=handling,
        escalation=replace(alert.escalation, next_at=None),
        remind_at=None,
        **_SETTLED,
    )


def _minutes(start: datetime, now: datetime) -> int:
    return int((now - start).total_seconds() // 60)
