"""From value to row and back: the whole price of keeping tables out of the domain.

A row is a plain dict, so that thousands go in with one statement. `X_of(X_row(value)) == value`, always.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from core.alerts.alert import Alert, Condition, Escalation, Feedback, Handling, Phase, Reason, Stage, Step
from core.alerts.event import Event
from core.alerts.holds import Hold, HoldKind
from core.alerts.work import Loss
from core.calendar.grain import Grain, Period
from core.labels import Labels
from core.notices.notice import Kind, Notice, Place
from core.notices.outbox import Delivery, Status
from core.notices.surface import Surface
from core.quality.fault import Check, Fault, Verdict
from core.quantity import Unit
from core.rules.finding import Finding, Lender, Lent, State, Term
from core.rules.rule import Fingerprint, Severity
from core.rules.tree import Against, FixedBase, Lag, LastTime, SoFar, Target, Usual, YearAgo
from core.store.as_json import as_json
from core.store.work_rows import work_of, work_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Row = dict[str, Any]
Read = "Mapping[str, Any]"


# --- alerts --------------------------------------------------------------------------------------------


def alert_row(alert: Alert) -> Row:
    condition, handling, escalation = alert.condition, alert.handling, alert.escalation
    return {
        "id": alert.id,
        "handle": alert.handle,
        "rule": alert.fingerprint.rule,
        "labels": labels_text(alert.fingerprint.labels),
        "severity": int(alert.severity),
        "phase": str(condition.phase),
        "phase_since": condition.since,
        "calm": condition.calm,
        "resume": condition.resume and str(condition.resume),
        "ripe_at": condition.ripe_at,
        "stage": str(handling.stage),
        "handled_by": handling.by,
        "handled_at": handling.at,
        "handled_until": handling.until,
        "handled_seen": handling.seen and int(handling.seen),
        "reason": handling.reason and str(handling.reason),
        "note": handling.cause,
        "action": handling.action or None,
        "asked_at": handling.asked,
        "handled_gap": handling.gap,
        "steps": as_json([[_microseconds(step.after), step.to] for step in escalation.steps]),
        "level": escalation.level,
        "next_at": escalation.next_at,
        "finding": _finding_text(alert.finding),
        "opened_at": alert.opened_at,
        "owner": alert.owner,
        "route": alert.route,
        "rule_revision": alert.rule_revision,
        "occurrence": alert.occurrence,
        "version": alert.version,
        "fired_at": alert.fired_at,
        "recovered_at": alert.recovered_at,
        "told_at": alert.told_at,
        "due": alert.due,
        "remind_at": min((promise.remind_at for promise in alert.work.open_promises), default=None),
        "work": work_text(alert.work),
        "verdict": alert.verdict and str(alert.verdict),
        "loss": alert.loss and alert.loss.amount,
        "loss_unit": alert.loss and str(alert.loss.unit),
        "loss_of": alert.loss and alert.loss.metric,
        "flips": as_json(alert.flips) if alert.flips else None,
        "offered_by": alert.offered_by,
        "answer_by": alert.answer_by,
        "wakes_at": alert.wakes_at,
    }


def alert_of(row: Mapping[str, Any]) -> Alert:
    fingerprint = Fingerprint(row["rule"], labels_of(row["labels"]))
    return Alert(
        id=row["id"],
        handle=row["handle"],
        fingerprint=fingerprint,
        severity=Severity(row["severity"]),
        condition=Condition(
            Phase(row["phase"]),
            row["phase_since"],
            row["calm"],
            Phase(row["resume"]) if row["resume"] else None,
            row["ripe_at"],
        ),
        handling=Handling(
            Stage(row["stage"]),
            row["handled_by"],
            row["handled_at"],
            row["handled_until"],
            Severity(row["handled_seen"]) if row["handled_seen"] else None,
            Reason(row["reason"]) if row["reason"] else None,
            row["note"],
            row["action"] or "",
            row["asked_at"],
            row["handled_gap"],
        ),
        escalation=Escalation(
            tuple(Step(timedelta(microseconds=after), to) for after, to in json.loads(row["steps"])),
            row["level"],
            row["next_at"],
        ),
        finding=_finding(fingerprint, row["finding"]),
        opened_at=row["opened_at"],
        owner=row["owner"],
        route=row["route"],
        rule_revision=row["rule_revision"],
        occurrence=row["occurrence"],
        version=row["version"],
        fired_at=row["fired_at"],
        recovered_at=row["recovered_at"],
        told_at=row["told_at"],
        work=work_of(row),
        verdict=Feedback(row["verdict"]) if row["verdict"] else None,
        loss=None if row["loss"] is None else Loss(row["loss"], Unit(row["loss_unit"]), row["loss_of"]),
        offered_by=row["offered_by"],
        answer_by=row["answer_by"],
        flips=tuple(json.loads(row["flips"])) if row["flips"] else (),
    )


def labels_text(labels: Labels) -> str:
    """Return the one spelling of a slice, by which it is found."""
    return as_json(labels.pairs)


def labels_of(text: str) -> Labels:
    return Labels(tuple((dimension, value) for dimension, value in json.loads(text)))


def _finding_text(finding: Finding) -> str:
    terms = [
        [
            term.metric,
            str(term.unit),
            term.value,
            _against_parts(term.against),
            term.baseline,
            term.change,
            term.bound,
            term.sample,
            None if term.lent is None else [str(term.lent.lender), term.lent.event, term.lent.day, term.lent.year],
        ]
        for term in finding.terms
    ]
    faults = [
        [
            str(fault.check),
            int(fault.verdict),
            fault.labels.pairs,
            fault.measure,
            fault.other,
            fault.value,
            fault.usual,
            fault.detail,
            fault.share,
        ]
        for fault in finding.faults
    ]
    parts = [str(finding.period.grain), finding.period.index, int(finding.state), terms, finding.is_kept_back]
    return as_json([*parts, faults, finding.is_corrected])


def _finding(fingerprint: Fingerprint, text: str) -> Finding:
    grain, index, state, terms, *rest = json.loads(text)
    return Finding(
        fingerprint,
        Period(Grain(grain), index),
        State(state),
        tuple(
            Term(metric, Unit(unit), value, _against(against), *rest[:4], *map(_lent, rest[4:]))
            for metric, unit, value, against, *rest in terms
        ),
        # What was written before there were gates has none, nor before there were checks.
        bool(rest[0]) if rest else False,
        tuple(_fault(*parts) for parts in rest[1]) if len(rest) > 1 else (),
        bool(rest[2]) if len(rest) > 1 else False,
    )


def _lent(parts: list[Any] | None) -> Lent | None:
    return None if parts is None else Lent(Lender(parts[0]), *parts[1:])


def _fault(check: str, verdict: int, labels: list[list[str]], *rest: Any) -> Fault:
    where = Labels(tuple((dimension, value) for dimension, value in labels))
    return Fault(Check(check), Verdict(verdict), where, *rest)


def _against_parts(against: Against | None) -> list[Any] | None:
    match against:
        case None:
            return None
        case Lag(grain, periods):
            return ["lag", grain and str(grain), periods]
        case YearAgo():
            return ["year-ago"]
        case Usual(periods, statistic, same_weekday):
            return ["usual", periods, statistic, same_weekday]
        case Target():
            return ["target"]
        case LastTime(event):
            return ["last-time", event]
        case FixedBase(day):
            return ["fixed-base", day.isoformat()]
        case SoFar(held):
            return ["so-far", _against_parts(held)]


def _against(parts: list[Any] | None) -> Against | None:
    match parts:
        case None:
            return None
        case ["lag", grain, periods]:
            return Lag(Grain(grain) if grain else None, periods)
        case ["year-ago"]:
            return YearAgo()
        case ["usual", periods, statistic, same_weekday]:
            return Usual(periods, statistic, same_weekday)
        case ["target"]:
            return Target()
        case ["last-time", event]:
            return LastTime(event)
        case ["fixed-base", day]:
            return FixedBase(date.fromisoformat(day))
        case ["so-far", held] if isinstance(inner := _against(held), Lag | YearAgo | LastTime):
            return SoFar(inner)
        case _:
            raise ValueError(parts)


# --- events and holds ----------------------------------------------------------------------------------


def event_row(event: Event) -> Row:
    return {
        "alert": event.alert,
        "version": event.version,
        "at": event.at,
        "kind": event.kind,
        "actor": event.actor,
        "via": event.via,
        "facts": as_json(dict(event.facts)),
    }


def event_of(row: Mapping[str, Any]) -> Event:
    facts = json.loads(row["facts"])
    return Event(row["alert"], row["version"], row["at"], row["kind"], row["actor"], row["via"], facts)


def hold_row(hold: Hold) -> Row:
    return {
        "id": hold.id,
        "alert": hold.alert,
        "kind": str(hold.kind),
        "by": hold.by,
        "start": hold.start,
        "until": hold.until,
        "ended": hold.ended,
        "value": hold.value,
        "beyond": hold.beyond,
    }


def hold_of(row: Mapping[str, Any]) -> Hold:
    return Hold(
        row["id"],
        row["alert"],
        HoldKind(row["kind"]),
        row["by"],
        row["start"],
        row["until"],
        row["ended"],
        row["value"],
        row["beyond"],
    )


# --- the outbox and what it left -----------------------------------------------------------------------


def notice_row(notice: Notice, now: datetime) -> Row:
    """Return the row of a notice that nobody has tried to send yet."""
    return {
        "key": notice.key,
        "kind": str(notice.kind),
        "rank": notice.rank,
        "alert": notice.alert or "",
        "addressee": addressee_text(notice.to),
        "facts": as_json(dict(notice.facts)),
        "status": str(Status.QUEUED),
        "due_at": now,
        "created_at": now,
        "attempts": 0,
        "place": None,
        "error": None,
        "failures": 0,
    }


def delivery_of(row: Mapping[str, Any]) -> Delivery:
    notice = Notice(
        row["key"],
        Kind(row["kind"]),
        row["alert"] or None,
        addressee_of(row["addressee"]),
        json.loads(row["facts"]),
    )
    place = addressee_of(row["place"]) if row["place"] else None
    assert not isinstance(place, str)  # noqa: S101 - only places are written there
    return Delivery(
        row["id"],
        notice,
        Status(row["status"]),
        row["due_at"],
        row["created_at"],
        row["attempts"],
        place,
        row["error"],
        row["failures"],
    )


def addressee_text(to: Place | str) -> str:
    return as_json([to.platform, to.chat, to.thread] if isinstance(to, Place) else to)


def addressee_of(text: str) -> Place | str:
    read = json.loads(text)
    return read if isinstance(read, str) else Place(*read)


def surface_row(surface: Surface) -> Row:
    return {
        "alert": surface.alert,
        "platform": surface.place.platform,
        "chat": surface.place.chat,
        "thread": surface.place.thread or "",
        "receipt": surface.receipt,
        "shown": surface.shown,
        "version": surface.version,
    }


def surface_of(row: Mapping[str, Any]) -> Surface:
    place = Place(row["platform"], row["chat"], row["thread"] or None)
    return Surface(row["alert"], place, row["receipt"], row["shown"], row["version"])


# --- within --------------------------------------------------------------------------------------------


def _microseconds(length: timedelta) -> int:
    return length // timedelta(microseconds=1)
