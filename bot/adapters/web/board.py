"""The board in one reader's tongue: every number and moment already written, so that the page only lays them out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.cards.alert import state_words, why_words
from bot.cards.dress import person_name, rule_of, slice_words
from bot.phrases import say
from bot.phrases.numbers import sign_of
from core.alerts.alert import Alert, Stage
from core.charts import numerals
from core.charts.sparkline import spark
from core.errors import Missing
from core.rules.rule import Severity
from core.usecases.overview import Overview, Tile, foremost, is_good

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.adapters.web.render import Json
    from core.alerts.holds import Hold
    from core.text import Tongue
    from core.workspace import Workspace

MINUTE = timedelta(minutes=1)
SPARK = (120, 32)  # the box the path is drawn in; the page stretches it
TONES = {Severity.INFO: "plain", Severity.WARNING: "warning", Severity.CRITICAL: "bad"}


def board_json(seen: Overview, workspace: Workspace, tongue: Tongue, now: datetime) -> Json:
    latest = max((tile.period for tile in seen.tiles), default=None)
    told = numerals.period(latest, tongue, weekday=True) if latest else ""
    return {
        "of": say("web-of-day", tongue, day=told) if told else "",
        "tiles": [_tile(tile, workspace, tongue, is_latest=tile.period == latest) for tile in seen.tiles],
        "alerts": [_alert(alert, workspace, seen.holds, tongue, now) for alert in seen.alerts],
    }


def _tile(tile: Tile, workspace: Workspace, tongue: Tongue, *, is_latest: bool) -> Json:
    metric = tile.metric
    good = is_good(metric.direction, tile.day_change)
    title = metric.title.to(tongue)
    by = _first_dimension(metric.code, workspace, tongue)
    return {
        "metric": metric.code,
        "title": title,
        "value": numerals.number(tile.value, metric.unit, tongue, currency=sign_of(workspace.currency)),
        "period": "" if is_latest else numerals.period(tile.period, tongue),
        "tone": "plain" if good is None else "good" if good else "bad",
        "change": _change(tile.day_change),
        "against": say("web-against-day", tongue),
        "word": "" if good is None else say("web-better" if good else "web-worse", tongue),
        "week": say("web-against-week", tongue, change=numerals.change(tile.week_change)),
        "spark": spark(tile.series, *SPARK),
        "alerts": tile.alerts,
        "alerts_word": say("web-tile-alerts", tongue, count=tile.alerts) if tile.alerts else "",
        "ask": say("web-ask-by", tongue, metric=title, dimension=by) if by else f"/kpi {title}",
    }


def _change(moved: float | None) -> str:
    if moved is None:
        return numerals.NOTHING
    arrow = "▲" if moved > 0 else "▼" if moved < 0 else "–"
    return f"{arrow} {numerals.change(abs(moved)).lstrip('+±')}"


def _alert(alert: Alert, workspace: Workspace, holds: Sequence[Hold], tongue: Tongue, now: datetime) -> Json:
    rule = rule_of(alert.fingerprint.rule, workspace)
    is_open = alert.handling.stage is Stage.OPEN
    take = [{"label": say("button-ack", tongue), "command": f"ack {alert.stamp}"}] if is_open else []
    return {
        "handle": alert.handle,
        "tone": TONES[alert.severity],
        "severity": say(f"severity-{alert.severity.name.lower()}", tongue),
        "title": rule.title.to(tongue) if rule else alert.fingerprint.rule,
        "slice": slice_words(alert.fingerprint.labels, workspace, tongue),
        "why": why_words(alert, workspace, tongue, now),
        "since": say("web-since", tongue, duration=_whole_minutes(now - (alert.fired_at or alert.opened_at), tongue)),
        "owner": _owner(alert, workspace, tongue),
        "state": state_words(alert, [one for one in holds if one.alert == alert.id], workspace, tongue, now),
        "open": is_open,
        "buttons": [*take, {"label": say("button-why", tongue), "command": f"why {alert.handle}"}],
    }


def _whole_minutes(length: timedelta, tongue: Tongue) -> str:
    """Return a duration without its seconds, so that a row does not change with each of them."""
    return numerals.duration(max(length - length % MINUTE, MINUTE), tongue)


def _owner(alert: Alert, workspace: Workspace, tongue: Tongue) -> str:
    """Return whose it is, unless the state beside it says so already."""
    if alert.owner is None:
        return say("web-nobody", tongue)
    if alert.handling.stage is Stage.ACKED and alert.handling.by == alert.owner:
        return ""
    return say("web-owner", tongue, name=person_name(alert.owner, workspace, tongue))


def _first_dimension(metric: str, workspace: Workspace, tongue: Tongue) -> str | None:
    catalog = workspace.catalog
    try:
        source = catalog.source_for(catalog.bases(metric))
    except Missing:
        return None
    return next(
        (catalog.dimensions[code].title.to(tongue) for code in source.dimensions if code in catalog.dimensions), None
    )


def suggestions(workspace: Workspace, tongue: Tongue) -> list[str]:
    """Return what a newcomer may say first, in words that work in this workspace."""
    first = foremost(workspace)[:1]
    asks = []
    for metric in first:
        title = metric.title.to(tongue)
        by = _first_dimension(metric.code, workspace, tongue)
        asks.append(say("web-try-week", tongue, metric=title))
        if by:
            asks.append(say("web-ask-by", tongue, metric=title, dimension=by))
    return [*asks, say("web-try-alerts", tongue), say("web-try-help", tongue)]


def alert_json(alert: Alert) -> Json:
    """Return an alert as a script wants it: codes and plain numbers."""
    term = alert.finding.headline
    return {
        "id": alert.id,
        "handle": alert.handle,
        "rule": alert.fingerprint.rule,
        "metric": term.metric if term else None,
        "slice": dict(alert.fingerprint.labels.pairs),
        "period": str(alert.finding.period),
        "value": term.value if term else None,
        "baseline": term.baseline if term else None,
        "severity": alert.severity.name.lower(),
        "phase": alert.condition.phase.value,
        "stage": alert.handling.stage.value,
        "owner": alert.owner,
        "opened_at": alert.opened_at.isoformat(),
        "version": alert.version,
    }
