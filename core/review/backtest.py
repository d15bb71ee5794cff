"""What rules would have said of the past: every breach, and the alerts that people would have had of them.

There is no second evaluator and no second alert: all periods are judged at once by `core/rules/evaluate`, and the
verdicts are then walked through `core/alerts/condition` with the clock of each period's own completion, so that a
backtest is the day-by-day replay without its chat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from core.alerts.alert import Phase
from core.alerts.condition import GOOD_IN_A_ROW, has_fired, observe, ripen
from core.calendar.grain import Grain, Period, Window
from core.quality.trust import judge_all
from core.rules.evaluate import Outcome, evaluate
from core.rules.finding import Finding, State
from core.rules.rule import Rule
from core.rules.sides import Sides

if TYPE_CHECKING:
    from core.alerts.alert import Alert, Feedback, Reason
    from core.alerts.event import Change
    from core.calendar.events import Event
    from core.cube.cube import Cube
    from core.cube.spoilt import Spoilt
    from core.metrics.catalog import Catalog
    from core.quality.fault import Fault
    from core.rules.rule import Fingerprint

Moment = Callable[[Period], datetime]  # when a period is complete, and judged


@dataclass(frozen=True, slots=True)
class Episode:
    """One alert as it would have been: from the verdict with which it fired to its last bad period."""

    finding: Finding  # with which it fired
    last: Period
    label: Reason | Feedback | None = None  # what people said of the alert that it really was

    @property
    def fingerprint(self) -> Fingerprint:
        return self.finding.fingerprint


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """`firings` are all breaches, period by period; `episodes` what would have been heard of them."""

    rule: Rule
    outcome: Outcome
    firings: tuple[Finding, ...]
    episodes: tuple[Episode, ...]

    @property
    def judged(self) -> int:
        """Return how many slice-periods could be judged at all."""
        known = (self.outcome.state != State.UNKNOWN) & self.outcome.concerns[:, None]
        return int(np.count_nonzero(known))

    @property
    def weeks(self) -> float:
        return weeks_of(self.rule, self.outcome.periods)

    @property
    def per_week(self) -> float:
        return len(self.episodes) / self.weeks if self.weeks else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What one batch of rules is tried on. `faults` are a source's own, by period, where it has any that matter."""

    cube: Cube
    catalog: Catalog
    periods: range
    moment: Moment
    source: str = ""
    faults: Mapping[int, Sequence[Fault]] = field(default_factory=dict)
    events: Mapping[str, Event] | None = None
    spoilt: tuple[Spoilt, ...] = ()

    def sides(self, periods: range | None = None) -> Sides:
        asked = self.periods if periods is None else periods
        return Sides.of(self.cube, self.catalog, asked, self.events, self.spoilt)


def backtest(rules: Iterable[Rule], past: Past) -> tuple[Backtest, ...]:
    """Judge all these periods by rules that one cube answers."""
    sides, trust = past.sides(), judge_all(past.cube, past.periods, past.catalog, source=past.source)
    doubtful = []
    for index, faults in past.faults.items():  # few: those periods are judged again, in their own light
        alone = range(index, index + 1)
        seen = judge_all(past.cube, alone, past.catalog, source=past.source, faults=faults)
        doubtful.append((index - past.periods.start, past.sides(alone), seen))
    found = []
    for rule in rules:
        outcome = evaluate(rule, sides, trust)
        for column, day, seen in doubtful:
            outcome.state[:, column] = evaluate(rule, day, seen).state[:, 0]
        found.append(Backtest(rule, outcome, tuple(outcome.breached()), tuple(episodes(outcome, past.moment))))
    return tuple(found)


def episodes(outcome: Outcome, moment: Moment) -> list[Episode]:
    """Return the alerts that these verdicts lead to, in the order in which they fire."""
    alerts: dict[Fingerprint, Alert] = {}
    places: dict[Fingerprint, int] = {}
    told: list[Episode] = []
    numbers = count()

    def note(change: Change | None) -> None:
        if change is None:
            return
        after = change.after
        alerts[after.fingerprint] = after
        if has_fired(change):
            places[after.fingerprint] = len(told)
            told.append(Episode(after.finding, after.finding.period))
        elif after.condition.phase is Phase.FIRING and after.fingerprint in places:
            place = places[after.fingerprint]
            told[place] = replace(told[place], last=after.finding.period)

    for index in outcome.periods:
        period = Period(outcome.grain, index)
        now = moment(period)
        for alert in tuple(alerts.values()):
            note(ripen(alert, now))
        for change in observe(alerts, _At(outcome, period), now, new_id=lambda: str(next(numbers))):
            note(change)
    for alert in tuple(alerts.values()):  # one that held long enough fires although nothing newer was judged
        if alert.condition.ripe_at:
            note(ripen(alert, alert.condition.ripe_at))
    return told


def labelled(told: Iterable[Episode], alerts: Mapping[Fingerprint, Sequence[Alert]]) -> tuple[Episode, ...]:
    """Return the episodes with what people said of the alerts that they were."""
    return tuple(replace(one, label=_label(one, alerts.get(one.fingerprint, ()))) for one in told)


def weeks_of(rule: Rule, periods: range) -> float:
    """Return how many weeks these periods of the rule's grain last."""
    if not len(periods):
        return 0.0
    window = Window.of(Period(rule.grain, periods[0]), Period(rule.grain, periods[-1]))
    return (window.end - window.start) / timedelta(weeks=1)


@dataclass(frozen=True, slots=True, eq=False)
class _At:
    """One period of an outcome, as the alerts want to see it."""

    outcome: Outcome
    period: Period

    @property
    def rules(self) -> tuple[Rule, ...]:
        return (self.outcome.rule,)

    def breached(self) -> Iterator[Finding]:
        column = self.period.index - self.outcome.periods.start
        bad = (self.outcome.state[:, column] == State.BREACHED) & self.outcome.concerns
        for row in np.flatnonzero(bad):
            yield self.outcome.finding(int(row), self.period.index)

    def of(self, fingerprint: Fingerprint) -> Finding | None:
        row = self.outcome.sides.reader.cube.slice_index.get(fingerprint.labels)
        if row is None or not self.outcome.concerns[row]:
            return None
        return self.outcome.finding(row, self.period.index)


def _label(episode: Episode, alerts: Iterable[Alert]) -> Reason | Feedback | None:
    """Return what was tapped, or else why it was closed; an alert that is well has the period in which it became so."""
    first, last = episode.finding.period, episode.last.shift(GOOD_IN_A_ROW if episode.last.grain is Grain.HOUR else 1)
    found: Reason | Feedback | None = None
    for alert in alerts:
        period = alert.finding.period
        if period.grain is last.grain and first <= period <= last:
            found = alert.verdict or (None if alert.is_open else alert.handling.reason) or found
    return found
