"""What happened to an alert, in one sentence: of its trail, of a receipt, of what goes along when it is handed on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cards.dress import dressed
from bot.cards.trust import correction
from bot.phrases import say
from core.alerts.event import Event
from core.charts import numerals
from core.text import Tongue

if TYPE_CHECKING:
    from core.alerts.alert import Alert
    from core.workspace import Workspace


def event_words(event: Event, workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    """Return what happened in one sentence."""
    facts = dressed(event.facts, workspace, tongue, now)
    metric, value = facts.get("metric", ""), facts.get("value", numerals.NOTHING)
    code = f"event-{event.kind}"
    if event.kind == "assigned" and "due" in facts:
        code = "event-assigned-due"
    elif event.kind == "worse" and "severity" not in facts:
        code = "event-outgrown"
    if event.kind == "restated" or event.facts.get("restated"):
        words = {"correction": correction(event, workspace, tongue)}
        return say("event-restated" if event.kind == "restated" else "event-taken-back", tongue, **words)
    blanks = {
        "note": "",
        "owner": "",
        "cause": "",
        "instead": "",
        "action": "",
        "text": facts.get("text") or say("promise-bare", tongue),
    }
    said = {"consequence": facts.get(f"say_{tongue}", "")}
    return say(code, tongue, **(blanks | facts | said | {"metric": metric, "value": value, "text": blanks["text"]}))


def late_words(alert: Alert, events: Sequence[Event], workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    """Return that its facts came or were corrected only after newer days were judged, where it fired for that."""
    begun = alert.fired_at or alert.opened_at
    late = [event for event in events if event.kind == "late-found" and event.at >= begun]
    return event_words(late[-1], workspace, tongue, now) if late else ""
