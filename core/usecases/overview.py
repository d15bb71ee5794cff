"""What comes first: of the metrics those that a team watches, of the alerts the worst, of the days the last whole one.

A number is that of its last complete day: a day still running, or a rate whose leads may yet become deals, is not
held against a whole one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.alerts.alert import Alert, Phase, Stage
from core.alerts.risk import at_risk
from core.calendar.grain import Grain, Period
from core.metrics.metric import Direction, Metric, Tier
from core.rules.tree import metrics as named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.metrics.source import Source
    from core.workspace import Workspace

FLAT = 0.01  # a change of less than a percent is neither good nor bad


def foremost(workspace: Workspace) -> list[Metric]:
    """Return what can be shown, as a reader wants it: what the team watches, then the core of the dictionary."""
    watched = list(dict.fromkeys(code for rule in workspace.rules for code in named(rule.sentence.condition)))
    tiers = list(Tier)

    def rank(metric: Metric) -> tuple[int, int, bool]:
        place = watched.index(metric.code) if metric.code in watched else len(watched)
        return place, tiers.index(metric.tier), metric.direction is Direction.NONE

    return sorted(workspace.catalog.available(), key=rank)


def last_complete(source: Source, bases: Sequence[str], wall: datetime, grain: Grain = Grain.DAY) -> Period:
    """Return the last day, or other period, whose rows are all there, and have stopped growing."""
    matures = max((source.measures[base].matures for base in bases), default=timedelta(0))
    return Period.holding(wall - source.delay - matures, grain).shift(-1)


def change(value: float | None, before: float | None) -> float | None:
    """Return a relative change; from nothing there is none."""
    return None if value is None or before is None or before == 0 else (value - before) / abs(before)


def is_good(direction: Direction, moved: float | None) -> bool | None:
    """Return whether a change is for the better, or None where it is neither."""
    if moved is None or abs(moved) < FLAT or direction not in (Direction.UP, Direction.DOWN):
        return None
    return (moved > 0) is (direction is Direction.UP)


def is_shown(alert: Alert) -> bool:
    """Return whether people have it before them: a pending one is nobody's business yet."""
    return alert.is_open and alert.condition.phase in (Phase.FIRING, Phase.CLEARING, Phase.UNKNOWN)


def worst_first(opened: Iterable[Alert], workspace: Workspace) -> tuple[Alert, ...]:
    """Return those that anybody has been shown, losses before opportunities."""
    good = {rule.id for rule in workspace.rules if rule.is_opportunity}
    shown = (one for one in opened if is_shown(one))
    return tuple(sorted(shown, key=lambda one: (one.fingerprint.rule in good, *_worst_first(one, workspace))))


def _worst_first(alert: Alert, workspace: Workspace) -> tuple[int, bool, float, float]:
    """Order by severity, then by whether somebody has it, then by the money that it costs, then by age."""
    risk = at_risk(alert, workspace.catalog) or 0.0
    return -alert.severity, alert.handling.stage is not Stage.OPEN, -risk, -alert.opened_at.timestamp()
