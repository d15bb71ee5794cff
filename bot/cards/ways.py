"""Where else to look: a number's report in the tool that the team reads it in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.cards.dress import metric_title
from bot.chat.card import Way, Ways
from bot.phrases import say
from core.calendar.grain import Grain, Period
from core.labels import Labels
from core.metrics.report import report_url

if TYPE_CHECKING:
    from core.alerts.alert import Alert
    from core.calendar.grain import Window
    from core.text import Tongue
    from core.usecases.ask import Answer
    from core.workspace import Workspace


def report_way(
    metric: str, labels: Labels, first: Period, last: Period, workspace: Workspace, tongue: Tongue
) -> Way | None:
    """Return the way to a metric's report on this slice and these periods, where it has one."""
    known = workspace.catalog.metrics.get(metric)
    if known is None or not known.report:
        return None
    url = report_url(known.report, metric, labels, first, last, workspace.catalog.dimensions)
    return Way(say("way-report", tongue, metric=metric_title(metric, workspace, tongue)), url)


def alert_ways(alert: Alert, workspace: Workspace, tongue: Tongue) -> Iterator[Ways]:
    """Yield the reports of the numbers that an alert is about."""
    labels, period = alert.fingerprint.labels, alert.finding.period
    codes = dict.fromkeys(term.metric for term in alert.finding.terms)
    yield from _ways(report_way(code, labels, period, period, workspace, tongue) for code in codes)


def answer_ways(answer: Answer, workspace: Workspace, tongue: Tongue) -> Iterator[Ways]:
    question = answer.question
    slices = {one.labels for one in answer.values}
    named = {one.dimension: one.values[0] for one in question.where if len(one.values) == 1 and not one.negated}
    labels = next(iter(slices)) if len(slices) == 1 else Labels.of(named)
    first, last = _days(question.window)
    yield from _ways(report_way(code, labels, first, last, workspace, tongue) for code in question.metrics)


def _ways(found: Iterator[Way | None]) -> Iterator[Ways]:
    if ways := tuple(way for way in found if way is not None):
        yield Ways(ways)


def _days(window: Window) -> tuple[Period, Period]:
    return Period.holding(window.first_day, Grain.DAY), Period.holding(window.last_day, Grain.DAY)
