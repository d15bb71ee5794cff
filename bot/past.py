"""A workspace's rules over its own past: what would have fired, when, and whose it would have been."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from bot.app import open_world
from bot.cards.alert import headline, why_words
from bot.phrases import say
from core.alerts.alert import Alert
from core.errors import Problem
from core.text import Tongue
from core.usecases.replay import HandClock, has_fired, replay
from core.workspace import Workspace


async def relive(workspace: Workspace, first: date, last: date, *, data: Path | None = None) -> AsyncIterator[Alert]:
    """Yield each alert as it first fires, day by day, with nobody listening."""
    if first > last:
        raise Problem("days-reversed", first=first.isoformat(), last=last.isoformat())
    clock = HandClock(datetime.combine(first, time(), workspace.zone).astimezone(UTC))
    async with open_world(workspace, clock, data=data) as world:
        async for change in replay(workspace, world, clock, first, last):
            if has_fired(change):
                yield change.after


def alert_json(alert: Alert, workspace: Workspace, tongue: Tongue) -> dict[str, Any]:
    """Return the fields that `beacon evaluate --json` promises."""
    headline = alert.finding.headline
    return {
        "rule": alert.fingerprint.rule,
        "metric": headline.metric if headline else None,
        "slice": dict(alert.fingerprint.labels),
        "period": str(alert.finding.period),
        "value": headline.value if headline else None,
        "baseline": headline.baseline if headline else None,
        "severity": alert.severity.name.lower(),
        "owner": alert.owner,
        "sentence": sentence(alert, workspace, tongue),
    }


def alert_line(alert: Alert, workspace: Workspace, tongue: Tongue) -> str:
    """Return one line for a terminal: when, how bad, whose, and what."""
    owner = workspace.people.get(alert.owner or "")
    name = owner.name.to(tongue) if owner else "-"
    return f"{alert.finding.period}  {alert.fingerprint.rule}  {name}  {sentence(alert, workspace, tongue)}"


def sentence(alert: Alert, workspace: Workspace, tongue: Tongue) -> str:
    """Return what happened in one sentence, without who has it now."""
    facts = {
        "headline": headline(alert, workspace, tongue),
        "why": why_words(alert, workspace, tongue, alert.opened_at),
    }
    return say("alert-sentence", tongue, **facts)
