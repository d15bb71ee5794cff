"""Which chart goes with a card: an alert's last weeks, an answer's lines."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.cards.dress import metric_title, number, rule_of, slice_words
from bot.cards.terms import told
from bot.phrases import say
from bot.phrases.numbers import sign_of
from core.alerts.alert import Alert, Phase
from core.calendar.grain import Period
from core.charts import numerals
from core.charts.figure import Figure, Line, Lines
from core.metrics.metric import Direction
from core.rules.finding import State
from core.text import Tongue

if TYPE_CHECKING:
    from core.usecases.ask import Answer, Asked
    from core.usecases.history import History
    from core.workspace import Workspace

MOST_LINES = 6
_DAY = timedelta(days=1)
_USUAL = (10, 90)  # percentiles: what four of five periods before this one were like
_LEAST = 14  # periods, before anything is called usual


def alert_figure(alert: Alert, history: History, workspace: Workspace, tongue: Tongue) -> Lines:
    """Return the headline's line with its bound or its baseline, and the period that broke it marked."""
    metric = workspace.catalog.metrics.get(history.metric)
    terms = told(alert.finding, rule_of(alert.fingerprint.rule, workspace))
    here = next((one for one in terms if one.term.metric == history.metric), None)
    title = metric_title(history.metric, workspace, tongue)
    where = slice_words(alert.fingerprint.labels, workspace, tongue)
    unit, currency = (metric.unit if metric else alert.finding.terms[0].unit), sign_of(workspace.currency)
    bound = here.term.bound if here is not None and here.term.against is None else None
    label = "" if bound is None else numerals.number(bound, unit, tongue, currency=currency, exact=True)
    last = len(history.values) - 1
    is_bad = alert.finding.state is State.BREACHED and alert.condition.phase is not Phase.OK
    usual = _usual(history)
    count = len(history.values)
    return Lines(
        title=f"{title} · {where}" if where else title,
        subtitle=_subtitle(history.first, count, tongue),
        tongue=tongue,
        unit=unit,
        direction=metric.direction if metric else Direction.NONE,
        grain=history.first.grain,
        first=history.first.index,
        lines=(Line(title, history.values),),
        band=None if usual is None else ((usual[0],) * count, (usual[1],) * count),
        band_label="" if usual is None else say("chart-band", tongue),
        bound=bound,
        bound_label="" if bound is None else say("chart-bound", tongue, bound=label),
        breaches=(last,) if is_bad and history.values and history.values[last] is not None else (),
        currency=currency,
    )


def answer_figure(answer: Answer, workspace: Workspace, tongue: Tongue, title: str = "") -> Lines | None:
    """Return the first metric's line for each slice, six at most; None where there is nothing to draw a line of."""
    metric = workspace.catalog.metrics[answer.question.metrics[0]]
    shown = [one for one in answer.of(metric.code) if one.first and any(point is not None for point in one.series)]
    shown = shown[:MOST_LINES]
    if not shown or max(len(one.series) for one in shown) < 2:  # noqa: PLR2004 - one point is no line
        return None
    first = shown[0].first
    assert first is not None  # noqa: S101 - chosen so above
    return Lines(
        title=title or metric.title.to(tongue),
        subtitle=_subtitle(first, len(shown[0].series), tongue),
        tongue=tongue,
        unit=shown[0].unit,
        direction=metric.direction,
        grain=first.grain,
        first=first.index,
        lines=tuple(Line(_line_label(one, workspace, tongue), one.series) for one in shown),
        currency=sign_of(workspace.currency),
    )


def alt(figure: Figure, workspace: Workspace, tongue: Tongue) -> str:
    """Return in words what the first line shows; any other figure is told by the card around it."""
    if not isinstance(figure, Lines):
        return figure.title
    values = figure.lines[0].values
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    if not known:
        return figure.title
    at, value = known[-1]
    low, high = (number(pick(one for _, one in known), figure.unit, workspace, tongue) for pick in (min, max))
    period = numerals.period(Period(figure.grain, figure.first + at), tongue)
    said = number(value, figure.unit, workspace, tongue)
    title = f"{figure.title} · {figure.lines[0].label}" if len(figure.lines) > 1 else figure.title
    facts = {"title": title, "period": period, "value": said, "low": low, "high": high}
    return say("chart-alt", tongue, count=len(values), **facts)


def _usual(history: History) -> tuple[float, float] | None:
    """Return the range of what went before the last period, its few highest and lowest left out."""
    before = sorted(value for value in history.values[:-1] if value is not None)
    if len(before) < _LEAST:
        return None
    low, high = (before[round((len(before) - 1) * part / 100)] for part in _USUAL)
    return (low, high) if low < high else None


def _line_label(one: Asked, workspace: Workspace, tongue: Tongue) -> str:
    return slice_words(one.labels, workspace, tongue) or metric_title(one.metric, workspace, tongue)


def _subtitle(first: Period, count: int, tongue: Tongue) -> str:
    last = first.shift(count - 1)
    days = numerals.days(first.start.date(), last.shift(1).start.date() - _DAY, tongue)
    return say("chart-subtitle", tongue, window=days, grain=say(f"grain-{first.grain}", tongue))
