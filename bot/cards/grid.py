"""The board's cells in words and signs: what each number is, how far from usual, and whether that is anybody's concern.

`!` stands where an alert is open, ▲ or ▼ where the detector is sure. Tone and sign always come together, so that who
sees no colour misses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.cards.dress import dimension_title, number, rule_of, slice_words, value_title
from bot.cards.terms import told
from bot.chat.card import Tone
from bot.phrases import say
from core.charts import numerals
from core.charts.figure import Grid, GridCell, GridRow
from core.labels import Labels
from core.rules.rule import Severity
from core.usecases.overview import is_good

if TYPE_CHECKING:
    from core.alerts.alert import Alert
    from core.text import Tongue
    from core.usecases.board import Board, Cell, Fresh, Row
    from core.workspace import Workspace

ALERT, UP, DOWN = "!", "▲", "▼"
TENFOLD = 9.0  # a change from here on is told as times
_TONES = {Severity.INFO: Tone.PLAIN, Severity.WARNING: Tone.WARNING, Severity.CRITICAL: Tone.BAD}
_LEGEND: tuple[tuple[str, Literal["bad", "warning", "good", "plain"], str], ...] = (
    (ALERT, "bad", "grid-critical"),
    (ALERT, "warning", "grid-warning"),
    (DOWN, "bad", "grid-worse"),
    (UP, "good", "grid-better"),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell as it is shown. `state` is `none` where there is no number."""

    labels: Labels
    value: str
    usual: str
    change: str
    sign: str
    tone: Tone
    state: Literal["alert", "sudden", "calm", "none"]
    alerts: tuple[Alert, ...]
    said: str  # all of it as a sentence, for who cannot see the grid
    score: float


def mark(row: Row, cell: Cell, board: Board, workspace: Workspace, tongue: Tongue) -> Mark:
    """Return how a cell of that row is shown."""
    metric, alerts = row.metric, alerts_on(row.metric.code, cell.labels, board, workspace)
    good = is_good(metric.direction, cell.change)
    state: Literal["alert", "sudden", "calm"] = "alert" if alerts else "sudden" if cell.is_sudden else "calm"
    sign = ALERT if alerts else _arrow(cell.change) if cell.is_sudden else ""
    tone = Tone.PLAIN
    if alerts:
        rule = rule_of(alerts[0].fingerprint.rule, workspace)
        tone = Tone.GOOD if rule is not None and rule.is_opportunity else _TONES[alerts[0].severity]
    elif cell.is_sudden and good is not None:
        tone = Tone.GOOD if good else Tone.BAD
    value, usual = (number(each, metric.unit, workspace, tongue) for each in (cell.value, cell.usual))
    change = short_change(cell.change, arrow=state != "calm")
    facts = {"metric": metric.title.to(tongue), "value": value, "usual": usual, "change": change or numerals.NOTHING}
    where = slice_words(cell.labels, workspace, tongue) or say("grid-whole", tongue)
    word = say(f"grid-{word_of(state, tone)}", tongue)
    said = say("grid-said", tongue, where=where, state=word, **facts)
    is_none = cell.value is None and not alerts
    shown = "none" if is_none else state
    return Mark(cell.labels, value, usual, change, sign, tone, shown, alerts, said, cell.score)


def word_of(state: str, tone: Tone) -> str:
    """Return the code of the one word that says how a cell stands."""
    if state == "alert":
        return "opportunity" if tone is Tone.GOOD else "critical" if tone is Tone.BAD else "warning"
    if state == "sudden":
        return {Tone.BAD: "worse", Tone.GOOD: "better"}.get(tone, "odd")
    return "calm"


def alerts_on(metric: str, labels: Labels, board: Board, workspace: Workspace) -> tuple[Alert, ...]:
    """Return the alerts about this number, worst first: on just this slice, or on a part of it."""
    return tuple(
        alert
        for alert in board.alerts
        if _holds(labels, alert.fingerprint.labels)
        and metric in {one.term.metric for one in told(alert.finding, rule_of(alert.fingerprint.rule, workspace))}
    )


def abnormal(board: Board, workspace: Workspace, tongue: Tongue) -> list[tuple[Row, Mark]]:
    """Return what is out of the ordinary, alerts first and then what the detector is surest of."""
    found = [
        (row, shown)
        for row in board.rows
        for cell in (row.whole, *row.cells)
        if cell is not None and (shown := mark(row, cell, board, workspace, tongue)).sign
    ]
    order = [Tone.BAD, Tone.WARNING, Tone.GOOD, Tone.PLAIN]
    return sorted(found, key=lambda each: (not each[1].alerts, order.index(each[1].tone), -each[1].score))


def abnormal_words(row: Row, shown: Mark, workspace: Workspace, tongue: Tongue) -> str:
    """Return `▼ 微信 投产比 0.79×，平常 1.31×（▼39%）`."""
    where = slice_words(shown.labels, workspace, tongue) or say("grid-whole", tongue)
    facts = {"where": where, "metric": row.metric.title.to(tongue), "value": shown.value}
    if not shown.change:
        return f"{shown.sign} {say('grid-line-bare', tongue, **facts)}"
    return f"{shown.sign} {say('grid-line', tongue, usual=shown.usual, change=shown.change, **facts)}"


def grid_figure(board: Board, workspace: Workspace, tongue: Tongue, title: str) -> Grid:
    """Return the board as a picture."""
    columns = tuple(value_title(board.dimension or "", value, workspace, tongue) for value in board.slices)
    return Grid(
        title,
        tongue,
        say("grid-all", tongue),
        columns,
        tuple(_rows(board, workspace, tongue)),
        legend(tongue),
        subtitle(board, workspace, tongue),
    )


def subtitle(board: Board, workspace: Workspace, tongue: Tongue) -> str:
    if board.dimension is None:
        return say("grid-against", tongue)
    return say("grid-against-by", tongue, dimension=dimension_title(board.dimension, workspace, tongue))


def fresh_words(fresh: Fresh, tongue: Tongue) -> str:
    """Return how far the facts of a source go."""
    if fresh.last is None:
        return say("grid-fresh-none", tongue, source=fresh.source)
    day = numerals.period(fresh.last, tongue, weekday=True)
    return say("grid-fresh-late" if fresh.is_late else "grid-fresh", tongue, source=fresh.source, day=day)


def short_change(change: float | None, *, arrow: bool) -> str:
    """Return a change in as few letters as tell it.

    >>> short_change(-0.394, arrow=True), short_change(0.031, arrow=False), short_change(14.0, arrow=True)
    ('▼39%', '+3%', '▲15×')
    """
    if change is None:
        return ""
    sign = _arrow(change) if arrow else "+" if change > 0 else numerals.MINUS
    if change >= TENFOLD:
        return f"{sign}{change + 1:.0f}×"
    written = f"{abs(change):.0%}"
    return written if written == "0%" else f"{sign}{written}"


def _rows(board: Board, workspace: Workspace, tongue: Tongue) -> Iterator[GridRow]:
    for row in board.rows:
        whole = mark(row, row.whole, board, workspace, tongue)
        cells = (mark(row, cell, board, workspace, tongue) if cell else None for cell in row.cells)
        drawn = tuple(
            GridCell(one.value, one.change, one.sign, one.tone.value) if one and one.state != "none" else None
            for one in cells
        )
        yield GridRow(row.metric.title.to(tongue), whole.value, whole.change, whole.sign, whole.tone.value, drawn)


def legend(tongue: Tongue) -> tuple[tuple[str, Literal["bad", "warning", "good", "plain"], str], ...]:
    return tuple((sign, tone, say(code, tongue)) for sign, tone, code in _LEGEND)


def _arrow(change: float | None) -> str:
    return UP if (change or 0.0) > 0 else DOWN


def _holds(labels: Labels, others: Labels) -> bool:
    return set(labels) <= set(others) if labels else not others
