"""Thresholds from history: as many alerts as a team will read, and those the strongest.

All series are measured with one ruler, robust deviations from their own usual place, and share one threshold on it,
taken down from the top until the week's budget is spent. So a quiet rule does not have to speak to
use up a share of its own. The surprise is the second brake: a bound that is crossed for more than a twentieth of all
time is no alert, however few notifications its one long episode would make.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.calendar.grain import Grain
from core.cube.cube import taken
from core.errors import Problem
from core.review.backtest import Episode, Moment, episodes, weeks_of
from core.review.bounds import bound_of, bounded, movable, rounded, side_of
from core.review.worlds import median
from core.rules.evaluate import Outcome, concerned, evaluate
from core.rules.finding import State
from core.rules.rule import Rule
from core.rules.sides import Sides
from core.rules.tree import Change, Compare

if TYPE_CHECKING:
    from core.cube.cube import Array
    from core.quantity import Quantity

LEAST_WEEKS = 8
MOST_OF_TIME = 0.05
COOL_DOWN = {Grain.HOUR: 24}  # periods without another notification; else one
TRIED = 200  # thresholds, over the highest of all scores
_HIGHEST = 0.15  # of them: lower down nothing is out of the ordinary
_MAD = 1.4826
_DIGITS = 3
_DEEPEST = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A rule and the history on which its number is looked for."""

    rule: Rule
    sides: Sides
    known: NDArray[np.bool_]  # what could be judged in fact: the number in a rule does not change that
    moment: Moment
    told: tuple[Episode, ...]  # with today's number

    @property
    def weeks(self) -> float:
        return weeks_of(self.rule, self.sides.periods)

    def place(self, episode: Episode) -> tuple[int, int]:
        """Return the row and the column of the verdict with which it fired."""
        rows = self.sides.reader.cube.slice_index
        return rows[episode.fingerprint.labels], episode.finding.period.index - self.sides.periods.start

    @property
    def weeks_of_facts(self) -> float:
        """Return how many weeks have any facts; days on which nothing came are no history."""
        cube, columns = self.sides.reader.cube, self.sides.columns
        came = np.logical_or.reduce([~np.isnan(taken(each, columns)).all(axis=0) for each in cube.measures.values()])
        return self.weeks * float(np.mean(came)) if len(columns) else 0.0

    def judged(self, rule: Rule) -> Outcome:
        outcome = evaluate(rule, self.sides)
        outcome.state[~self.known] = State.UNKNOWN
        return outcome


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A rule with another number. `missed` is what today's number tells of and the proposed one would not."""

    before: Rule
    after: Rule
    bound: Quantity
    proposed: Quantity
    told: tuple[Episode, ...]
    caught: tuple[Episode, ...]
    missed: tuple[Episode, ...]
    weeks: float


def is_tunable(rule: Rule) -> bool:
    """Return whether a rule has just one number that may be moved."""
    return movable(rule) is not None


def tune(candidates: Sequence[Candidate], budget: float) -> tuple[Proposal, ...]:
    """Return a number for each rule, so that all of them together notify `budget` times a week at most."""
    for one in candidates:
        if (weeks := one.weeks_of_facts) < LEAST_WEEKS:
            raise Problem("tune-too-short", rule=one.rule.id, weeks=round(weeks, 1), least=LEAST_WEEKS)
    rulers = [_ruler(one) for one in candidates]
    scores = np.unique(np.concatenate([ruler.scores for ruler in rulers]))[::-1] if rulers else np.array([])
    best = [ruler.rule_at(float(scores[0]) + 1 if len(scores) else 0.0) for ruler in rulers]
    spent, braked = [0.0] * len(rulers), [False] * len(rulers)
    for score in _from_the_top(scores):
        rules = [
            held if stop else ruler.rule_at(float(score))
            for ruler, held, stop in zip(rulers, best, braked, strict=True)
        ]
        for place, (one, rule) in enumerate(zip(candidates, rules, strict=True)):
            if rule != best[place]:
                spent[place], share = _notified(one, rule)
                if share > MOST_OF_TIME:  # this one has come as near as it may; the others go on
                    braked[place], rules[place] = True, best[place]
                    spent[place], _ = _notified(one, best[place])
        if sum(spent) > budget:
            break
        best = rules
    return tuple(_proposal(one, rule) for one, rule in zip(candidates, best, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class _Ruler:
    """A rule's number as deviations from its usual place, the bad way positive."""

    rule: Rule
    leaf: Compare
    side: int
    middles: Array  # of each slice
    spreads: Array
    scores: Array

    def rule_at(self, score: float) -> Rule:
        """Return the rule with the number that is out of the ordinary by so much in every slice.

        Where no slice ever moved, nothing says what would be out of the ordinary, and the number stays.
        """
        if not len(self.scores):
            return self.rule
        numbers = self.middles + score * self.spreads
        if isinstance(self.leaf.left, Change) and self.leaf.left.relative and self.side < 0:
            # A slice that falls by nine tenths every other day would keep all others from ever being told of.
            numbers = numbers[numbers < _DEEPEST] if (numbers < _DEEPEST).any() else numbers[:1]
        number = self.side * float(numbers.max(initial=0.0 if isinstance(self.leaf.left, Change) else -np.inf))
        return bounded(self.rule, self.leaf, rounded(number, self.side, bound_of(self.leaf)))


def _ruler(one: Candidate) -> _Ruler:
    leaf = movable(one.rule)
    if leaf is None:
        raise ValueError(f"{one.rule.id} has no number to move")
    side = side_of(leaf)
    values = side * one.sides.operand(leaf.left)[concerned(one.rule, one.sides)]
    values = values[np.isfinite(values).any(axis=1)]
    middles = median(values)
    wide = _MAD * median(np.abs(values - middles[:, None]))
    # A constant series moves by nothing that one could measure in.
    spreads = np.where(wide > 0, wide, np.maximum(np.abs(middles) * 0.01, 1e-6))
    scores = (values - middles[:, None]) / spreads[:, None]
    known = scores[np.isfinite(scores)]
    return _Ruler(one.rule, leaf, side, middles, spreads, known if known.any() else known[:0])


def _from_the_top(scores: Array) -> Array:
    high = scores[: max(1, int(len(scores) * _HIGHEST))]
    found: Array = high[np.unique(np.linspace(0, len(high) - 1, min(TRIED, len(high))).astype(np.int64))]
    return found


def _notified(one: Candidate, rule: Rule) -> tuple[float, float]:
    """Return how often a week this rule would notify, and for what share of the time it would be in alarm."""
    outcome = one.judged(rule)
    bad = (outcome.state == State.BREACHED) & outcome.concerns[:, None]
    known = (outcome.state != State.UNKNOWN) & outcome.concerns[:, None]
    quiet = np.ones_like(bad)
    for back in range(1, COOL_DOWN.get(rule.grain, 1) + 1):
        quiet[:, back:] &= ~bad[:, :-back]
    return float(np.count_nonzero(bad & quiet)) / one.weeks, float(bad.sum()) / max(1, int(known.sum()))


def _proposal(one: Candidate, after: Rule) -> Proposal:
    outcome = one.judged(after)
    caught = tuple(_labelled(episode, one.told) for episode in episodes(outcome, one.moment))
    missed = tuple(told for told in one.told if not any(_overlap(told, other) for other in caught))
    before, moved = movable(one.rule), movable(after)
    if before is None or moved is None:
        raise ValueError(f"{one.rule.id} has no number to move")
    return Proposal(one.rule, after, bound_of(before), bound_of(moved), one.told, caught, missed, one.weeks)


def _labelled(episode: Episode, told: Sequence[Episode]) -> Episode:
    """Return the episode with what people said of the one that it was by today's number."""
    label = next((other.label for other in told if other.label and _overlap(episode, other)), None)
    return replace(episode, label=label)


def _overlap(one: Episode, other: Episode) -> bool:
    same = one.fingerprint == other.fingerprint
    return same and one.finding.period <= other.last and other.finding.period <= one.last
