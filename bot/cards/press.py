"""Which buttons an alert's own card carries: the few that fit its state, and `more` for the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bot.cards.dress import rule_of
from bot.chat.card import Button
from bot.phrases import say
from core.alerts.alert import Alert, Stage
from core.alerts.checklist import ticked
from core.alerts.holds import Hold, HoldKind
from core.alerts.work import Answer
from core.notices.notice import Kind, Notice
from core.text import Tongue

if TYPE_CHECKING:
    from core.workspace import Workspace

SNOOZE = "2h"


def alert_buttons(
    alert: Alert, holds: Sequence[Hold], notice: Notice | None, workspace: Workspace, tongue: Tongue
) -> Iterator[Button]:
    """Yield at most five, so that they stand in one row on a phone or two."""
    stamp, has_it = alert.stamp, alert.handling.stage is Stage.ACKED
    is_asked = is_proposed(alert)
    if is_asked:
        yield Button(say("button-approve", tongue), f"approve {stamp}", "primary")
        yield Button(say("button-reject", tongue), f"reject {stamp}")
    if alert.is_open and alert.offered_by is not None:
        yield Button(say("button-accept", tongue), f"accept {stamp}", "plain" if is_asked else "primary")
        yield Button(say("button-decline", tongue), f"decline {stamp}")
    elif alert.is_open and alert.condition.is_bad:
        if not has_it:
            yield Button(say("button-ack", tongue), f"ack {stamp}", "plain" if is_asked else "primary")
        elif notice is not None and notice.facts.get("happening") == "ack-asked":
            yield Button(say("button-keep", tongue), f"ack {stamp}", "primary")
        elif promised := _promised(notice):
            yield Button(say("button-kept", tongue), f"done {stamp} p{promised}", "primary")
        elif step := _next_step(alert, workspace):
            yield Button(say("button-step", tongue, step=step), f"done {stamp} {step}")
        if not is_asked and not any(hold.kind is HoldKind.SNOOZE for hold in holds):
            yield Button(say("button-snooze", tongue), f"snooze {stamp} {SNOOZE}")
    if not is_asked and alert.offered_by is None:
        yield Button(say("button-why", tongue), f"why {stamp}")
    if alert.is_open and alert.fired_at is not None and not (is_asked and alert.offered_by is not None):
        yield Button(say("button-close", tongue), f"close {stamp}", "plain" if not has_it else "primary")
    if alert.fired_at is not None:
        yield Button(say("button-more", tongue), f"more {stamp}")


def is_proposed(alert: Alert) -> bool:
    proposal = alert.work.proposal
    return alert.is_open and proposal is not None and proposal.answer is Answer.PROPOSED


def _promised(notice: Notice | None) -> int | None:
    """Return the promise that this notice asks for."""
    if notice is None or notice.kind is not Kind.REMINDER or "number" not in notice.facts:
        return None
    return int(notice.facts["number"])


def _next_step(alert: Alert, workspace: Workspace) -> int | None:
    rule, done = rule_of(alert.fingerprint.rule, workspace), ticked(alert)
    steps = range(1, len(rule.sop) + 1) if rule else ()
    return next((step for step in steps if step not in done), None)
