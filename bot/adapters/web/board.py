"""The board in one reader's tongue: every number and moment already written, so that the page only lays them out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.cards.alert import state_words, why_words
from bot.cards.dress import dimension_title, person_name, rule_of, slice_words, value_title
from bot.cards.grid import Mark, abnormal, fresh_words, legend, mark, subtitle
from bot.cards.ways import report_way
from bot.phrases import say
from core.alerts.alert import Alert, Stage
from core.charts import numerals
from core.charts.sparkline import spark
from core.errors import Missing
from core.labels import Labels
from core.rules.rule import Severity
from core.usecases.overview import foremost

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.adapters.web.render import Json
    from core.alerts.holds import Hold
    from core.text import Tongue
    from core.usecases.board import Board, Row
    from core.workspace import Workspace

MINUTE = timedelta(minutes=1)
SPARK = (120, 32)  # the box the path is drawn in; the page stretches it
TONES = {Severity.INFO: "plain", Severity.WARNING: "warning", Severity.CRITICAL: "bad"}


def board_json(seen: Board, workspace: Workspace, tongue: Tongue, now: datetime, *, shared: bool = False) -> Json:
    """Return the board; `shared` is for whoever holds a link: nobody is named, and nothing can be done."""
    latest = max((row.period for row in seen.rows), default=None)
    strange = abnormal(seen, workspace, tongue)
    drawn = _shared_alert if shared else _alert
    return {
        "of": numerals.period(latest, tongue, weekday=True) if latest else "",
        "against": subtitle(seen, workspace, tongue) if seen.rows else "",
        "strange": say("grid-strange", tongue, count=len(strange)) if seen.rows else "",
        "is_calm": not strange,
        "fresh": [{"text": fresh_words(one, tongue), "late": one.is_late} for one in seen.fresh],
        "dimensions": [
            {"code": code, "title": dimension_title(code, workspace, tongue), "on": code == seen.dimension}
            for code in seen.dimensions
        ],
        "all": say("grid-all", tongue),
        "columns": [value_title(seen.dimension or "", value, workspace, tongue) for value in seen.slices],
        "rest": say("grid-rest", tongue, count=seen.rest) if seen.rest else "",
        "rows": [_row(row, seen, workspace, tongue, is_latest=row.period == latest) for row in seen.rows],
        "legend": [{"sign": sign, "tone": tone, "text": text} for sign, tone, text in legend(tongue)],
        "alerts": [drawn(alert, workspace, seen.holds, tongue, now) for alert in seen.alerts],
    }


def _row(row: Row, seen: Board, workspace: Workspace, tongue: Tongue, *, is_latest: bool) -> Json:
    marks = [mark(row, cell, seen, workspace, tongue) if cell else None for cell in row.cells]
    calm = sum(one is not None and not one.sign for one in marks)
    way = report_way(row.metric.code, Labels(), row.period, row.period, workspace, tongue)
    return {
        "metric": row.metric.code,
        "title": row.metric.title.to(tongue),
        "period": "" if is_latest else numerals.period(row.period, tongue),
        "whole": _cell(mark(row, row.whole, seen, workspace, tongue)),
        "spark": spark(row.series, *SPARK),
        "cells": [_cell(one) if one else None for one in marks],
        "calm": say("grid-others-calm", tongue, count=calm) if any(one and one.sign for one in marks) else "",
        "report": way.url if way else "",
        "path": f"metric/{row.metric.code}" + (f"?by={seen.dimension}" if seen.dimension else ""),
    }


def _cell(one: Mark) -> Json:
    return {
        "value": one.value,
        "change": one.change,
        "sign": one.sign,
        "tone": one.tone.value,
        "state": one.state,
        "said": one.said,
    }


def _shared_alert(alert: Alert, workspace: Workspace, holds: Sequence[Hold], tongue: Tongue, now: datetime) -> Json:
    told = _alert(alert, workspace, holds, tongue, now)
    return {name: told[name] for name in ("tone", "severity", "title", "slice", "why", "since", "open")}


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
