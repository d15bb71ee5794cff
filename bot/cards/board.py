"""What is wrong now, as a list; and the few numbers that matter most, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cards.alert import headline, state_words, tell
from bot.cards.dress import metric_title, number, person_name, rule_of, severity_words, slice_words
from bot.cards.terms import told
from bot.chat.card import Block, Button, Buttons, Card, Prose, Table, Tone
from bot.phrases import say
from core.alerts.alert import Alert, Stage
from core.alerts.holds import Hold
from core.charts import numerals
from core.rules.rule import Severity
from core.text import Tongue

if TYPE_CHECKING:
    from core.usecases.overview import Overview, Tile
    from core.workspace import Workspace

MOST_ALERTS = 15
MOST_BUTTONS = 5
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
    blocks.append(Buttons(tuple(_button(alert) for alert in shown[:MOST_BUTTONS])))
    worst = max(alert.severity for alert in alerts)
    return Card(title, tongue, _TONES[worst], tuple(blocks), title)


def alerts_table(
    alerts: Iterable[Alert], workspace: Workspace, tongue: Tongue, now: datetime, holds: Iterable[Hold] = ()
) -> Table:
    held = list(holds)
    names = ("handle", "what", "change", "severity", "owner", "state")
    rows = tuple(_row(alert, workspace, tongue, now, held) for alert in alerts)
    return Table(tuple(say(f"column-{name}", tongue) for name in names), rows, numeric=(2,))


def board_card(overview: Overview, workspace: Workspace, tongue: Tongue, now: datetime) -> Card:
    """Return the few numbers that matter most, and below them what is wrong."""
    count = say("board-alerts", tongue, count=len(overview.alerts))
    newest = max((tile.period for tile in overview.tiles), default=None)
    name = workspace.name.to(tongue)
    if newest is None:
        return Card(name, tongue, Tone.PLAIN, (Prose(say("board-empty", tongue)), Prose(count)), count)
    title = say("board-title", tongue, name=name, day=numerals.period(newest, tongue, weekday=True))
    blocks: list[Block] = [tiles_table(overview.tiles, workspace, tongue), Prose(count, "strong")]
    if overview.alerts:
        blocks.append(alerts_table(overview.alerts[:MOST_ALERTS], workspace, tongue, now, overview.holds))
    worst = max((alert.severity for alert in overview.alerts), default=None)
    return Card(title, tongue, Tone.GOOD if worst is None else _TONES[worst], tuple(blocks), f"{title} · {count}")


def tiles_table(tiles: Iterable[Tile], workspace: Workspace, tongue: Tongue) -> Table:
    """Return each number beside the day before and the same weekday of the week before."""
    columns = ("column-metric", "column-value", "digest-day-before", "digest-week-before")
    rows = tuple(
        (
            tile.metric.title.to(tongue),
            number(tile.value, tile.metric.unit, workspace, tongue),
            numerals.change(tile.day_change, arrow=True),
            numerals.change(tile.week_change, arrow=True),
        )
        for tile in tiles
    )
    return Table(tuple(say(code, tongue) for code in columns), rows, numeric=(1, 2, 3))


def _row(alert: Alert, workspace: Workspace, tongue: Tongue, now: datetime, holds: Iterable[Hold]) -> tuple[str, ...]:
    rule = rule_of(alert.fingerprint.rule, workspace)
    terms = told(alert.finding, rule)
    what = metric_title(terms[0].term.metric, workspace, tongue) if terms else alert.fingerprint.rule
    where = slice_words(alert.fingerprint.labels, workspace, tongue)
    if alert.fingerprint.orphan:
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


def _button(alert: Alert) -> Button:
    """Open one of the list: its name is what one would type."""
    is_urgent = alert.handling.stage is Stage.OPEN and alert.severity is Severity.CRITICAL
    return Button(alert.handle, f"alert {alert.handle}", "primary" if is_urgent else "plain")
