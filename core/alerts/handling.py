"""What people did about an alert: open, acked, closed with a reason. The evaluator never moves this side.

Each verb is handed the version that its giver saw and what has happened since. A stale button never acts blindly:
it acts if nothing came between that its giver should know, and else says what did.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.alert import Alert, Feedback, Handling, Reason, Stage
from core.alerts.escalation import resumed
from core.alerts.event import BEACON, Change, Happening, moved
from core.alerts.guards import must_be_fresh, must_be_open
from core.alerts.pace import PLAIN
from core.alerts.promises import packed, promised
from core.errors import Problem
from core.rules.rule import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.alerts.event import Event
    from core.alerts.pace import Pace
    from core.alerts.work import Loss
    from core.errors import Fact

CRITICAL_ACK_LASTS = timedelta(hours=2)  # of anything milder: one working day of whoever gave it
ANSWER_WITHIN = timedelta(minutes=30)  # how long "still on it?" waits for its answer; of working time, unless critical


def ack(
    alert: Alert,
    by: str,
    seen: int | None,
    now: datetime,
    *,
    pace: Pace = PLAIN,
    via: str | None = None,
    history: Iterable[Event] = (),
) -> Change:
    """Take it on. It covers what was seen, for a while; the same person's second ack renews it."""
    must_be_open(alert)
    must_be_fresh(alert, seen, history)
    handling = alert.handling
    if handling.stage is Stage.ACKED and handling.by != by and not handling.asked:
        raise Problem("already-acked", by=handling.by or "", minutes=_minutes(handling.at or now, now))
    is_urgent = alert.severity is Severity.CRITICAL
    until = now + CRITICAL_ACK_LASTS if is_urgent else pace.a_day_after(by, now)
    renewed = handling.stage is Stage.ACKED and handling.by == by
    kind = "ack-renewed" if renewed else "acked"
    return moved(
        alert,
        now,
        [(kind, {"until": until.isoformat(), "severity": alert.severity.name.lower()})],
        actor=by,
        via=via,
        handling=Handling(Stage.ACKED, by, now, until, alert.severity, gap=alert.finding.gap),
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
    role: str | None = None,
    note: str = "",
    pace: Pace = PLAIN,
    via: str | None = None,
    history: Iterable[Event] = (),
) -> Change:
    """Give it to somebody, perhaps with a day by which it is to be done. Who acked it has it no longer.

    They may accept or decline; without a word in half an hour (of their working time, unless it is critical) it goes
    back to whoever gave it. With a `role` it is handed to another trade, and its history goes along.
    """
    must_be_open(alert)
    must_be_fresh(alert, seen, history, *_GIVEN)
    has_it = alert.handling.by in (None, to)  # else somebody else took it, and this takes it back
    if alert.owner == to and due is None and has_it:
        raise Problem("already-owner", to=to)
    if due is not None and due <= now:
        raise Problem("due-past", due=due.isoformat())
    facts: dict[str, Fact] = {"to": to, "was": alert.owner or ""}
    if due is not None:
        facts["due"] = due.isoformat()
    kind, work = "assigned", alert.work
    if role is not None:
        kind, facts = "handed-off", facts | {"role": role, "note": note, "history": packed(history)}
    if due is not None:
        work = work.with_promise(promised(alert, to, "", due, by, now, pace))
    handling = alert.handling
    if handling.stage is Stage.ACKED and handling.by != to:
        handling = Handling(Stage.OPEN)
    reopened = replace(alert, handling=handling)
    return moved(
        alert,
        now,
        [(kind, facts)],
        actor=by,
        via=via,
        owner=to,
        handling=handling,
        escalation=alert.escalation if handling is alert.handling else resumed(reopened, now),
        work=work,
        offered_by=None if to in (by, alert.owner) else by,
        answer_by=None if to in (by, alert.owner) else _answer_by(alert, to, now, pace),
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
    cause: str = "",
    action: str = "",
    via: str | None = None,
    history: Iterable[Event] = (),
) -> Change:
    """Close it with a reason, and with the cause and the action that a person found and took.

    Whoever closes it says why, since a machine's attribution is a suggestion; and what was done, where something was.
    Of a duplicate the other alert tells both.
    """
    must_be_open(alert)
    must_be_fresh(alert, seen, history, *_GIVEN)
    cause = cause or alert.work.cause
    if not cause and reason is not Reason.DUPLICATE:
        raise Problem("close-no-cause", handle=alert.handle)
    if not action and reason.was_acted_on:
        raise Problem("close-no-action", handle=alert.handle)
    handling = Handling(Stage.CLOSED, by, now, reason=reason, cause=cause, action=action)
    verdict = alert.verdict or _VERDICTS.get(reason)
    facts = {"reason": str(reason), "cause": cause, "action": action, "verdict": str(verdict or "")}
    return _closed(alert, now, handling, {name: fact for name, fact in facts.items() if fact}, by, via, verdict)


def note_cause(alert: Alert, by: str, cause: str, now: datetime, *, via: str | None = None) -> Change:
    """Write down what a person found to be behind it, before it is closed."""
    must_be_open(alert)
    return moved(
        alert, now, [("cause-found", {"cause": cause})], actor=by, via=via, work=replace(alert.work, cause=cause)
    )


def judge(alert: Alert, by: str, verdict: Feedback, now: datetime, *, via: str | None = None) -> Change:
    """Say in one tap what an alert was worth, open or closed; the last word counts."""
    if alert.fired_at is None:
        raise Problem("not-fired", handle=alert.handle)
    return moved(alert, now, [("judged", {"verdict": str(verdict)})], actor=by, via=via, verdict=verdict)


def keep_loss(alert: Alert, by: str, loss: Loss, now: datetime, *, via: str | None = None) -> Change:
    """Keep what was not lost, in its closer's own figure or in the one that was offered."""
    if alert.is_open:
        raise Problem("loss-not-closed", handle=alert.handle)
    facts: dict[str, Fact] = {"loss": loss.amount, "unit": str(loss.unit), "metric": loss.metric}
    return moved(alert, now, [("loss-kept", facts)], actor=by, via=via, loss=loss)


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


def expire(alert: Alert, now: datetime, pace: Pace = PLAIN) -> Change:
    """End an ack in two steps: ask its giver whether they are still on it, and without an answer let go of it."""
    handling = alert.handling
    if not handling.asked:
        asked = replace(handling, asked=now, until=_answer_by(alert, handling.by, now, pace))
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


_SETTLED: dict[str, None] = {"offered_by": None, "answer_by": None}
_GIVEN = ("assigned", "handed-off")  # what whoever means to have it must have seen
_VERDICTS = {
    Reason.REAL_ACTED: Feedback.USEFUL,
    Reason.REAL_EXPECTED: Feedback.EXPECTED,
    Reason.FALSE_ALARM: Feedback.FALSE_ALARM,
}


def _answer_by(alert: Alert, who: str | None, now: datetime, pace: Pace) -> datetime:
    """Return when an answer is waited for no longer: what is critical does not wait for anybody's working hours."""
    is_urgent = alert.severity is Severity.CRITICAL
    return now + ANSWER_WITHIN if is_urgent else pace.after(who, now, ANSWER_WITHIN)


def _must_be_offered(alert: Alert, by: str, seen: int | None, history: Iterable[Event]) -> None:
    must_be_open(alert)
    if alert.offered_by is None or alert.owner != by:
        raise Problem("not-offered", handle=alert.handle, owner=alert.owner or "")
    must_be_fresh(alert, seen, history, *_GIVEN)


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


def _closed(
    alert: Alert,
    now: datetime,
    handling: Handling,
    facts: dict[str, str],
    by: str,
    via: str | None,
    verdict: Feedback | None = None,
) -> Change:
    return moved(
        alert,
        now,
        [("closed", facts)],
        actor=by,
        via=via,
        handling=handling,
        escalation=replace(alert.escalation, next_at=None),
        work=alert.work.over,
        verdict=verdict or alert.verdict,
        **_SETTLED,
    )


def _minutes(start: datetime, now: datetime) -> int:
    return max(0, int((now - start).total_seconds() // 60))  # a clock may have been put back
