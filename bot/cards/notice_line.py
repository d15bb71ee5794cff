"""The line that a notice puts in front of its alert's card: why it is shown now, where the card does not say so."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.cards.dress import dressed, number
from bot.cards.trust import correction
from bot.cards.work import promise_notice, proposal_notice
from bot.phrases import say
from bot.phrases.numbers import moment
from core.alerts.alert import Alert
from core.charts import numerals
from core.notices.notice import Kind, Notice
from core.text import Tongue

if TYPE_CHECKING:
    from core.workspace import Workspace

_NOTED = (
    *(Kind.WORSE, Kind.REOPENED, Kind.ESCALATION, Kind.ASSIGNED, Kind.HOLD_ENDED, Kind.REMINDER),
    *(Kind.CORRECTED, Kind.RECOVERED, Kind.REQUEST),
)


def notice_line(notice: Notice, alert: Alert, workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    if notice.kind not in _NOTED:
        return ""
    facts = dressed(notice.facts, workspace, tongue, now)
    match notice.kind:
        case Kind.REOPENED:
            return say("notice-reopened", tongue, count=alert.occurrence)
        case Kind.ESCALATION:
            return say("notice-escalation", tongue, level=facts.get("level", alert.escalation.level))
        case Kind.ASSIGNED if notice.facts.get("happening") in ("declined", "handed-back"):
            by = facts.get("actor") or facts.get("was") or ""
            return say(f"notice-{notice.facts['happening']}", tongue, by=by, note=facts.get("note", ""))
        case Kind.ASSIGNED if notice.facts.get("happening") == "handed-off":
            return say("notice-handed-off", tongue, by=facts.get("actor", ""), note=facts.get("note", ""))
        case Kind.REQUEST:
            return proposal_notice(notice, workspace, tongue)
        case Kind.ASSIGNED:
            by = facts.get("by") or facts.get("actor") or say("beacon", tongue)
            if alert.due is None:
                return say("notice-assigned", tongue, by=by)
            return say("notice-assigned-due", tongue, by=by, due=moment(alert.due, workspace.zone, tongue, now))
        case Kind.HOLD_ENDED:
            return _hold_ended(notice, alert, workspace, tongue)
        case Kind.REMINDER:
            return _reminder(notice, workspace, tongue, now)
        case Kind.CORRECTED:
            return say("notice-corrected", tongue, correction=correction(notice, workspace, tongue))
        case Kind.RECOVERED if notice.facts.get("restated"):
            return say("notice-corrected-closed", tongue, correction=correction(notice, workspace, tongue))
        case Kind.RECOVERED if alert.fingerprint.source:
            return say("notice-data-well", tongue, duration=lasted(alert, tongue))
        case Kind.RECOVERED:
            return say("notice-recovered", tongue, duration=lasted(alert, tongue))
        case _:
            return say("notice-worse", tongue)


def _reminder(notice: Notice, workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    facts = dressed(notice.facts, workspace, tongue, now)
    match notice.facts.get("happening"):
        case "flapping":
            return say("notice-flapping", tongue, count=facts.get("count", 0), within=facts.get("within", 0))
        case "unanswered":
            return say("notice-unanswered", tongue, days=facts.get("days", 1))
        case "ack-ended":
            return say("notice-ack-ended", tongue, by=facts.get("by", ""))
        case "due-soon" | "due" | "overdue":
            return promise_notice(notice, workspace, tongue, now)
        case _:
            return say("notice-reminder", tongue, ack=say("button-keep", tongue))


def _hold_ended(notice: Notice, alert: Alert, workspace: Workspace, tongue: Tongue) -> str:
    term = alert.finding.headline
    if not alert.condition.is_bad or term is None:
        return say("notice-hold-ended-well", tongue)
    value, was = number(term.value, term.unit, workspace, tongue), notice.facts.get("was")
    if not isinstance(was, int | float):
        return say("notice-hold-ended", tongue, value=value)
    before = number(float(was), term.unit, workspace, tongue)
    return say("notice-hold-ended-was", tongue, value=value, was=before)


def lasted(alert: Alert, tongue: Tongue) -> str:
    """Return how long it was bad."""
    start = alert.fired_at or alert.opened_at
    return numerals.duration((alert.recovered_at or start) - start, tongue)
