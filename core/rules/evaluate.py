"""What rules say of every slice and every period of a cube, all at once: breached, calm or unknown.

Unknown is what a missing day, a zero baseline or too small a sample leads to. The live check asks for one period and
the backtest for all of them, one rule by itself or a thousand; there is no second evaluator. `logic` judges a
condition, `family` tells which rules are judged together, and an envelope makes of it what its author wished.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.calendar.grain import Grain, Period
from core.rules import gate, shares
from core.rules.family import Family, Plan, planned, remembered
from core.rules.finding import Finding, State
from core.rules.logic import Verdict, contested, judged
from core.rules.occasions import find
from core.rules.rule import Fingerprint, Gating, Rule, Severity
from core.rules.shown import terms
from core.rules.sides import Flags, Gate, Sides
from core.rules.tree import Concentration, Condition, Reading

if TYPE_CHECKING:
    from core.calendar.events import Event
    from core.cube.cube import Columns, Cube
    from core.cube.spoilt import Spoilt
    from core.labels import Labels
    from core.metrics.catalog import Catalog
    from core.quality.trust import Trust

States = NDArray[np.int8]
_AT_ONCE = 1 << 18  # cells judged in one go: what passes between numpy's steps stays near the processor
_kept_plan = remembered(planned)


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a family says: `shared[slice, period]` by all its rules, but of the slices `rows` each by itself."""

    sides: Sides
    grain: Grain
    shared: States
    rows: Columns
    own: States  # [rule, place in `rows`, period]
    doubted: tuple[Trust, tuple[str, ...]] | None = None  # where any fact is: with what the rules need of them

    def of(self, place: int) -> States:
        """Return what one rule says; of a family of one it is what they share."""
        if not len(self.rows):
            return self.shared
        state = self.shared.copy()
        state[self.rows] = self.own[place]
        return state

    def at(self, place: int, row: int, column: int) -> State:
        """Return one cell of it."""
        near = int(np.searchsorted(self.rows, row))
        if near < len(self.rows) and self.rows[near] == row:
            return State(int(self.own[place, near, column]))
        return State(int(self.shared[row, column]))


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """Severities, what is not yet well, and the periods whose numbers are those of another sentence."""

    severity: NDArray[np.int8]
    lingers: Flags
    instead: Mapping[int, Outcome]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One rule over a cube: what its family answers, and its place there."""

    rule: Rule
    answers: Answers
    place: int
    envelope: Envelope | None = None

    @property
    def state(self) -> States:
        """Return `state[slice, period]`."""
        return self.answers.of(self.place)

    @property
    def concerns(self) -> Flags:
        """Return which slices the rule is for at all."""
        return concerned(self.rule, self.sides)

    @property
    def sides(self) -> Sides:
        return self.answers.sides

    @property
    def slices(self) -> tuple[Labels, ...]:
        return self.sides.slices

    @property
    def grain(self) -> Grain:
        return self.answers.grain

    @property
    def periods(self) -> range:
        return self.sides.periods

    def finding(self, row: int, period: int) -> Finding:
        """Return one cell as a value, with the numbers it rests on."""
        column, envelope = period - self.periods.start, self.envelope
        if envelope is None:
            return self._finding(row, period, column)
        by = envelope.instead.get(column, self)
        found = replace(by._finding(row, period, column), state=self.answers.at(self.place, row, column))  # noqa: SLF001
        severity = Severity(int(envelope.severity[row, column]))
        return replace(found, severity=severity, lingers=bool(envelope.lingers[row, column]))

    def _finding(self, row: int, period: int, column: int) -> Finding:
        state, doubted = self.answers.at(self.place, row, column), self.answers.doubted
        return Finding(
            Fingerprint(self.rule.id, self.slices[row]),
            Period(self.grain, period),
            state,
            tuple(terms(self.rule.sentence.condition, self.sides, row, column)),
            is_kept_back=state is State.CALM and self._is_kept_back(row, column),
            faults=doubted[0].of(row, period, doubted[1]) if doubted else (),
        )

    def _is_kept_back(self, row: int, column: int) -> bool:
        """Return whether the bound is crossed, and only the gate calls it luck."""
        if self.rule.gate is Gating.OFF:
            return False
        condition, alone = self.rule.sentence.condition, gate.without(self.sides)
        key = ("without a gate", condition, self.periods)
        return bool(self.sides.reader.once(key, lambda: judged((condition,), alone))[0][row, column])

    def breached(self) -> Iterator[Finding]:
        """Yield every breach, period by period."""
        columns, rows = np.nonzero((self.state == State.BREACHED).T & self.concerns)
        for row, column in zip(rows, columns, strict=True):
            yield self.finding(int(row), self.periods[int(column)])


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the rules of one batch say of one period; cells become values only when asked for."""

    rules: tuple[Rule, ...]
    period: Period
    outcomes: Mapping[str, Outcome]
    rows: Mapping[Labels, int]

    def breached(self) -> Iterator[Finding]:
        for outcome in self.outcomes.values():
            yield from outcome.breached()

    def of(self, fingerprint: Fingerprint) -> Finding | None:
        """Return what is known of one alert's slice, calm and unknown too; None if it is not in this batch."""
        outcome, row = self.outcomes.get(fingerprint.rule), self.rows.get(fingerprint.labels)
        if outcome is None or row is None or not outcome.concerns[row]:
            return None
        return outcome.finding(row, self.period.index)


def findings(
    rules: Iterable[Rule],
    cube: Cube,
    catalog: Catalog,
    trust: Trust,
    period: Period,
    events: Mapping[str, Event] | None = None,
    spoilt: Iterable[Spoilt] = (),
) -> Seen:
    """Judge one period by every rule of a batch; without a team's own `events`, by those that every team has."""
    plan = _kept_plan(rules)
    sides = Sides.of(cube, catalog, range(period.index, period.index + 1), events, spoilt)
    outcomes = {outcome.rule.id: outcome for outcome in evaluated(plan, sides, trust)}
    return Seen(plan.rules, period, outcomes, cube.slice_index)


def evaluate(rule: Rule, sides: Sides, trust: Trust | None = None) -> Outcome:
    """Judge all slices, and all the periods in question, by one rule and its envelope."""
    (outcome,) = evaluated(planned((rule,)), sides, trust)
    return outcome


def evaluated(plan: Plan, sides: Sides, trust: Trust | None = None) -> Iterator[Outcome]:
    """Judge every family, and yield what each rule then says."""
    answers = [answered(family, sides, trust) for family in plan.families]
    last = Period(sides.grain, sides.periods.stop - 1).start.date()
    for rule, (own, *others) in zip(plan.rules, plan.places, strict=True):
        plain = Outcome(rule, answers[own[0]], own[1])
        if not (others or rule.during or rule.is_over(last)):
            yield plain
        else:
            spoken = (Outcome(plan.families[at].rules[place], answers[at], place) for at, place in others)
            yield enveloped(plain, spoken)


def enveloped(plain: Outcome, others: Iterator[Outcome]) -> Outcome:
    """Return what the sentence says with what its envelope makes of it: other bounds during 618, severity by size.

    `others` are the outcomes of the rule's other sentences, in the order in which `spoken` names them.
    """
    rule, sides = plain.rule, plain.sides
    state = plain.state.copy()
    lingers = np.zeros(state.shape, dtype=np.bool_)
    severity = np.full(state.shape, rule.severity, dtype=np.int8)
    days = [Period(plain.grain, each).start.date() for each in plain.periods]
    by_column: dict[int, Outcome] = {}
    for size, _ in sorted(rule.sizes, key=lambda each: each[0]):
        severity[next(others).state == State.BREACHED] = size
    for during in rule.during:
        event = find(during.event, sides.events)
        on = [column for column, day in enumerate(days) if event is not None and event.year_of(day) is not None]
        if during.sentence is not None:
            instead = next(others)
            state[:, on] = instead.state[:, on]
            by_column.update(dict.fromkeys(on, instead))
        if during.severity is not None:
            severity[:, on] = during.severity
    if rule.recover is not None:
        lingers = (state == State.CALM) & (next(others).state == State.BREACHED)
    over = [column for column, day in enumerate(days) if rule.is_over(day)]
    state[:, over], lingers[:, over] = State.UNKNOWN, False  # nobody judges any more: neither bad nor well
    answers = replace(plain.answers, shared=state, rows=np.empty(0, np.int64))
    return Outcome(rule, answers, 0, Envelope(severity, lingers, by_column))


def answered(family: Family, sides: Sides, trust: Trust | None = None) -> Answers:
    """Judge all slices, and all the periods in question, by the sentences of one family."""
    rule, alike = family.rules[0], family.alike
    needed = _needed(family, sides) if trust is not None and trust.finds_fault else ()
    doubt = trust.frozen(needed) if trust is not None and trust.is_doubtful else None
    if family.parts:
        sides = sides.within(each for each in sides.reader.cube.dimensions if each not in rule.sentence.by)
    gated = sides.reader.once(
        ("gate", rule.gate, rule.where), lambda: Gate(rule.gate, rule.where, concerned(rule, sides))
    )
    sides = sides.gated(gated)

    def states(looked: Sides, conditions: tuple[Condition, ...]) -> States:
        apart = family.is_doubted_apart
        state = _state(judged(conditions, looked, doubt if apart else None))
        if doubt is not None and not apart:
            state = np.maximum(state, looked.here(doubt).view(np.int8) * np.int8(State.UNKNOWN))
        for part in family.parts:
            if isinstance(part, Concentration):
                state[..., ~looked.here(_speaks(part, sides))] = State.CALM
        return state

    rows = np.flatnonzero(contested(alike, sides))
    own = np.empty((len(alike) if len(rows) else 0, len(rows), len(sides.periods)), np.int8)
    if len(rows):
        near, step = sides.only(rows), max(1, _AT_ONCE // (len(rows) * len(sides.periods)))
        for first in range(0, len(alike), step):
            own[first : first + step] = states(near, alike[first : first + step])
    doubted = (trust, needed) if trust is not None and trust.finds_fault else None
    return Answers(sides, sides.grain, states(sides, alike[:1]), rows, own, doubted)


def concerned(rule: Rule, sides: Sides) -> Flags:
    """Return which slices a rule is for."""
    if not rule.where:
        return sides.reader.once("everywhere", lambda: np.ones(len(sides.slices), np.bool_))
    return sides.reader.once(("where", rule.where), lambda: sides.reader.cube.matching(rule.where))


def _needed(family: Family, sides: Sides) -> tuple[str, ...]:
    """Return the base metrics that its numbers are made of."""
    return tuple(base for code in family.metrics for base in sides.catalog.bases(code))


def _state(verdict: Verdict) -> States:
    # Arithmetic in place of four masks: unknown is 2, less 1 where it holds, less 2 where it does not.
    holds, fails = verdict
    state: States = np.int8(State.UNKNOWN) - holds.view(np.int8)
    state -= fails.view(np.int8)
    state -= fails.view(np.int8)
    return state


def _speaks(part: Concentration, sides: Sides) -> Flags:
    """Return the slices that a concentration is said of: the largest, or all while nobody knows which."""
    sizes = sides.operand(Reading(part.metric))
    return shares.leads(sizes, sides.wholes) | ~shares.spread(~np.isnan(sizes), sides.wholes)
