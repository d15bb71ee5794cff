"""What is wrong now, as a list; and the board, as a picture with words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cards.alert import headline, state_words, tell
from bot.cards.dress import metric_title, person_name, rule_of, severity_words, slice_words
from bot.cards.grid import abnormal, abnormal_words, fresh_words, grid_figure, subtitle
from bot.cards.terms import told as told_terms
from bot.chat.card import Block, Button, Buttons, Card, Picture, Prose, Table, Tone, Way, Ways
from bot.phrases import say
from core.alerts.alert import Alert, Stage
from core.alerts.holds import Hold
from core.charts import numerals
from core.rules.rule import Severity
from core.text import Tongue

if TYPE_CHECKING:
    from core.usecases.board import Board
    from core.workspace import Workspace

MOST_ALERTS = 15
MOST_BUTTONS = 5
MOST_STRANGE = 6
_TONES = {Severity.INFO: Tone.PLAIN, Severity.WARNING: Tone.WARNING, Severity.CRITICAL: Tone.BAD}


def alerts_card(
    alerts: Sequence[Alert], workspace: Workspace, tongue: Tongue, now: datetime, *, holds: Iterable[Hold] = ()
) -> Card:
    """Return open alerts, in the order given: worst first."""
    title = say("alerts-title", tongue, count=len(alerts))
    if not alerts:
        return Card(title, tongue, Tone.GOOD, (Prose(say("alerts-none", tongue)),), title)
    shown = alerts[:MOST_ALERTS]
    blocks: list[Block] = [alerts_table(shown, workspace, tongue, now, holds)]
    if len(alerts) > len(shown):
        blocks.append(Prose(say("alerts-more", tongue, count=len(alerts) - len(shown)), "quiet"))
    led = enumerate(shown[:MOST_BUTTONS])
    blocks.append(Buttons(tuple(_button(alert, is_first=place == 0) for place, alert in led)))
    worst = max(alert.severity for alert in alerts)
    return Card(title, tongue, _TONES[worst], tuple(blocks), title)


def alerts_table(
    alerts: Iterable[Alert], workspace: Workspace, tongue: Tongue, now: datetime, holds: Iterable[Hold] = ()
) -> Table:
    held = list(holds)
    names = ("handle", "what", "change", "severity", "owner", "state")
    rows = tuple(_row(alert, workspace, tongue, now, held) for alert in alerts)
    return Table(tuple(say(f"column-{name}", tongue) for name in names), rows, numeric=(2,))


def board_card(board: Board, workspace: Workspace, tongue: Tongue, now: datetime, *, way: str = "") -> Card:
    """Return the board as a picture, and in words what is out of the ordinary; `way` is its address."""
    count = say("board-alerts", tongue, count=len(board.alerts))
    newest = max((row.period for row in board.rows), default=None)
    name = workspace.name.to(tongue)
    if newest is None:
        return Card(name, tongue, Tone.PLAIN, (Prose(say("board-empty", tongue)), Prose(count)), count)
    title = say("board-title", tongue, name=name, day=numerals.period(newest, tongue, weekday=True))
    strange = abnormal(board, workspace, tongue)
    lines = [abnormal_words(row, one, workspace, tongue) for row, one in strange[:MOST_STRANGE]]
    if len(strange) > MOST_STRANGE:
        lines.append(say("grid-abnormal-more", tongue, count=len(strange) - MOST_STRANGE))
    told = say("grid-abnormal", tongue, count=len(strange))
    against = subtitle(board, workspace, tongue)
    alt = say("grid-alt", tongue, title=title, metrics=len(board.rows), against=against, told=told)
    fresh = say("list-semicolon", tongue).join(fresh_words(one, tongue) for one in board.fresh)
    blocks: list[Block] = [
        Picture(grid_figure(board, workspace, tongue, title), alt),
        Prose(told, "strong"),
        *((Prose("\n".join(lines)),) if lines else ()),
        Prose(count, "strong"),
    ]
    if board.alerts:
        blocks.append(alerts_table(board.alerts[:MOST_ALERTS], workspace, tongue, now, board.holds))
    blocks.append(Prose(fresh, "quiet"))
    if way:
        blocks.append(Ways((Way(say("way-board", tongue), way),)))
    worst = max((alert.severity for alert in board.alerts), default=None)
    tone = _TONES[worst] if worst else Tone.WARNING if strange else Tone.GOOD
    return Card(title, tongue, tone, tuple(blocks), f"{title} · {count}", "board")


def _row(alert: Alert, workspace: Workspace, tongue: Tongue, now: datetime, holds: Iterable[Hold]) -> tuple[str, ...]:
    rule = rule_of(alert.fingerprint.rule, workspace)
    terms = told_terms(alert.finding, rule)
    what = metric_title(terms[0].term.metric, workspace, tongue) if terms else ""
    where = slice_words(alert.fingerprint.labels, workspace, tongue)
    if alert.fingerprint.orphan or not terms:  # what no metric tells, its own headline does: a source that is late
        what, where = headline(alert, workspace, tongue), ""
    mine = [hold for hold in holds if hold.alert == alert.id and hold.ended is None and hold.until > now]
    return (
        alert.handle,
        f"{what} · {where}" if where else what,
        tell(terms[0], workspace, tongue) if terms else numerals.NOTHING,
        severity_words(alert.severity, tongue),
        person_name(alert.owner, workspace, tongue),
        state_words(alert, mine, workspace, tongue, now),
    )


def _button(alert: Alert, *, is_first: bool) -> Button:
    """Open one of the list: its name is what one would type. Where five are urgent, the first of them still leads."""
    is_urgent = is_first and alert.handling.stage is Stage.OPEN and alert.severity is Severity.CRITICAL
    return Button(alert.handle, f"alert {alert.handle}", "primary" if is_urgent else "plain")
