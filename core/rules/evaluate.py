"""What a rule says of every slice and every period of a cube, all at once.

Three answers, not two: breached, calm, and unknown, which is what a missing day, a zero baseline or too small a
sample leads to. `and`, `or` and `not` keep it: an unknown beside a calm is calm, beside a breach unknown. The live
check asks for one period and the backtest for all of them; there is no second evaluator. Floats decide what is far
from its bound, and `exact` what is near, so that a fall by exactly 20 % is never more than 20 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, reduce
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.calendar.grain import Grain, Period
from core.cube.cube import Array, taken
from core.labels import all_match
from core.quantity import Quantity, Unit
from core.rules import gate, shares, sudden
from core.rules.detect import LINE
from core.rules.finding import Finding, State, Term
from core.rules.line import told_apart
from core.rules.occasions import find
from core.rules.rule import Fingerprint, Gating, Rule, Severity
from core.rules.sides import Flags, Gate, Sides, named
from core.rules.tree import (
    All,
    Any,
    Baseline,
    Bound,
    Change,
    Compare,
    Comparison,
    Concentration,
    Condition,
    Held,
    Lag,
    NoData,
    Not,
    Operand,
    Reading,
    Share,
    SoFar,
    Streak,
    Sudden,
    leaves,
    metrics,
    own_grain,
    parts_of_whole,
)

if TYPE_CHECKING:
    from core.calendar.events import Event
    from core.cube.cube import Cube
    from core.labels import Labels
    from core.metrics.catalog import Catalog
    from core.quality.trust import Trust

States = NDArray[np.int8]
Verdict = tuple[Flags, Flags]  # where it holds, and where it does not; neither is unknown


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """Severities, what is not yet well, and the periods whose numbers are those of another sentence."""

    severity: NDArray[np.int8]
    lingers: Flags
    instead: Mapping[int, Outcome]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One rule over a cube: `state[slice, period]`, and which slices the rule is for at all."""

    rule: Rule
    slices: tuple[Labels, ...]
    grain: Grain
    periods: range
    state: States
    concerns: Flags
    sides: Sides
    doubted: tuple[Trust, tuple[str, ...]] | None = None  # where any fact is: with what the rule needs of them
    envelope: Envelope | None = None

    def finding(self, row: int, period: int) -> Finding:
        """Return one cell as a value, with the numbers it rests on."""
        column, envelope = period - self.periods.start, self.envelope
        if envelope is None:
            return self._finding(row, period, column)
        by = envelope.instead.get(column, self)
        found = replace(by._finding(row, period, column), state=State(int(self.state[row, column])))  # noqa: SLF001
        severity = Severity(int(envelope.severity[row, column]))
        return replace(found, severity=severity, lingers=bool(envelope.lingers[row, column]))

    def _finding(self, row: int, period: int, column: int) -> Finding:
        return Finding(
            Fingerprint(self.rule.id, self.slices[row]),
            Period(self.grain, period),
            State(int(self.state[row, column])),
            tuple(terms(self.rule.sentence.condition, self.sides, row, column)),
            is_kept_back=self._is_kept_back(row, column),
            faults=self.doubted[0].of(row, period, self.doubted[1]) if self.doubted else (),
        )

    def _is_kept_back(self, row: int, column: int) -> bool:
        """Return whether the bound is crossed, and only the gate calls it luck."""
        if self.state[row, column] != State.CALM or self.rule.gate is Gating.OFF:
            return False
        alone = gate.without(self.sides)
        key = ("without a gate", self.rule.sentence.condition, self.periods)
        return bool(self.sides.reader.once(key, lambda: judged(self.rule.sentence.condition, alone))[0][row, column])

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
) -> Seen:
    """Judge one period by every rule of a batch; without a team's own `events`, by those that every team has."""
    sides = Sides.of(cube, catalog, range(period.index, period.index + 1), events)
    outcomes = {rule.id: evaluate(rule, sides, trust) for rule in rules}
    return Seen(tuple(each.rule for each in outcomes.values()), period, outcomes, cube.slice_index)


def evaluate(rule: Rule, sides: Sides, trust: Trust | None = None) -> Outcome:
    """Judge all slices, and all the periods in question, by one rule and its envelope."""
    outcome = by_sentence(rule, sides, trust)
    if not (rule.recover or rule.until or rule.during or rule.sizes):
        return outcome
    return enveloped(outcome, trust)


def enveloped(plain: Outcome, trust: Trust | None) -> Outcome:
    """Return what the sentence says with what its envelope makes of it: other bounds during 618, severity by size."""
    rule, sides = plain.rule, plain.sides
    state, lingers = plain.state.copy(), np.zeros(plain.state.shape, dtype=np.bool_)
    severity = np.full(state.shape, rule.severity, dtype=np.int8)
    days = [Period(plain.grain, each).start.date() for each in plain.periods]
    by_column: dict[int, Outcome] = {}
    for size, sentence in sorted(rule.sizes, key=lambda each: each[0]):
        severity[by_sentence(replace(rule, sentence=sentence), sides, trust).state == State.BREACHED] = size
    for during in rule.during:
        event = find(during.event, sides.events)
        on = [column for column, day in enumerate(days) if event is not None and event.year_of(day) is not None]
        if during.sentence is not None:
            instead = by_sentence(replace(rule, sentence=during.sentence), sides, trust)
            state[:, on] = instead.state[:, on]
            by_column.update(dict.fromkeys(on, instead))
        if during.severity is not None:
            severity[:, on] = during.severity
    if rule.recover is not None:
        held = by_sentence(replace(rule, sentence=rule.recover, gate=Gating.OFF), sides, trust)
        lingers = (state == State.CALM) & (held.state == State.BREACHED)
    over = [column for column, day in enumerate(days) if rule.is_over(day)]
    state[:, over], lingers[:, over] = State.CALM, False
    return replace(plain, state=state, envelope=Envelope(severity, lingers, by_column))


def by_sentence(rule: Rule, sides: Sides, trust: Trust | None = None) -> Outcome:
    """Judge all slices, and all the periods in question, by a rule's sentence alone."""
    condition, about = rule.sentence.condition, _about(rule.sentence.condition)
    needed = _needed(about, sides) if trust is not None and trust.finds_fault else ()
    doubt = trust.frozen(needed) if trust is not None and trust.is_doubtful else None
    if about.parts:
        sides = sides.within(each for each in sides.reader.cube.dimensions if each not in rule.sentence.by)
    gated = sides.reader.once(
        ("gate", rule.gate, rule.where), lambda: Gate(rule.gate, rule.where, concerned(rule, sides))
    )
    sides = sides.gated(gated)
    holds, fails = judged(condition, sides, doubt if about.is_doubted_apart else None)
    # Arithmetic in place of four masks: unknown is 2, less 1 where it holds, less 2 where it does not.
    state = np.int8(State.UNKNOWN) - holds.view(np.int8)
    state -= fails.view(np.int8)
    state -= fails.view(np.int8)
    if doubt is not None and not about.is_doubted_apart:
        np.maximum(state, doubt.view(np.int8) * np.int8(State.UNKNOWN), out=state)
    for part in about.parts:
        if isinstance(part, Concentration):
            state[~_speaks(part, sides)] = State.CALM
    doubted = (trust, needed) if trust is not None and trust.finds_fault else None
    return Outcome(rule, sides.slices, sides.grain, sides.periods, state, gated.eligible, sides, doubted)


@dataclass(frozen=True, slots=True)
class _About:
    """What a sentence says whatever the numbers are: found once for each, and not at every tick."""

    metrics: tuple[str, ...]
    parts: tuple[Share | Concentration, ...]
    # Late facts silence a rule as a whole; only what speaks of their absence, or of all slices, is masked by itself.
    is_doubted_apart: bool


@lru_cache(maxsize=10_000)
def _about(condition: Condition) -> _About:
    parts = parts_of_whole(condition)
    return _About(metrics(condition), parts, bool(parts) or any(isinstance(each, NoData) for each in leaves(condition)))


def _needed(about: _About, sides: Sides) -> tuple[str, ...]:
    """Return the base metrics that its numbers are made of."""
    bases = sides.catalog.bases
    return sides.reader.once(
        ("bases", about.metrics), lambda: tuple(base for code in about.metrics for base in bases(code))
    )


def concerned(rule: Rule, sides: Sides) -> Flags:
    """Return which slices a rule is for."""
    if not rule.where:
        return sides.reader.once("everywhere", lambda: np.ones(len(sides.slices), np.bool_))
    return sides.reader.once(
        ("where", rule.where), lambda: np.array([all_match(rule.where, labels) for labels in sides.slices], np.bool_)
    )


# --- three-valued logic ----------------------------------------------------------------------------------------


def judged(condition: Condition, sides: Sides, doubt: Flags | None = None) -> Verdict:
    """Return where a condition holds and where it does not; both arrays are of slices by periods.

    Where there is `doubt`, only a part that speaks of absence is answered.
    """
    match condition:
        case NoData(metric):
            absent = sides.no_data(named(metric))
            here = (sides.columns >= 0) & (sides.columns < len(sides.reader.cube.periods))
            return absent & here, ~absent
        case Compare() | Streak() | Sudden() if doubt is not None:
            holds, fails = judged(condition, sides)
            if isinstance(condition, Compare) and isinstance(condition.left, (Share, Concentration)):
                doubt = shares.spread(doubt, sides.wholes)
            return holds & ~doubt, fails & ~doubt
        case Compare() if (own := own_grain(condition)) is not None and own is not sides.grain:
            coarse, places = sides.at_grain(own)
            holds, fails = judged(condition, coarse)
            return holds[:, places], fails[:, places]
        case Compare(left, comparison, Bound() as bound):
            verdict = told_apart(left, comparison, bound, sides) or compared(left, comparison, bound, sides)
            # The gate knows whole periods only; a day so far is none.
            return verdict if is_so_far(left) else gate.kept(condition, verdict, sides)
        case Compare(left, comparison, right):
            # Two sides without a number of the rule's own, `spend > budget`, come in many rules alike.
            key = ("compared", condition, sides.periods)
            found = sides.reader.once(key, lambda: compared(left, comparison, right, sides))
            return gate.kept(condition, found, sides)
        case All(parts):
            every = [judged(part, sides, doubt) for part in parts]
            return _all([holds for holds, _ in every]), _any([fails for _, fails in every])
        case Any(parts):
            some = [judged(part, sides, doubt) for part in parts]
            return _any([holds for holds, _ in some]), _all([fails for _, fails in some])
        case Not(part):
            holds, fails = judged(part, gate.without(sides), doubt)
            return fails, holds
        case Held(part, times, of):
            row = judged(part, sides.reaching(of - 1))
            # Only the judged period's facts are ever in doubt: what is known of the others by now is believed.
            return _often(row, None if doubt is None else judged(part, sides, doubt), times, of)
        case Streak():
            moves, bare = ("streak", condition, sides.periods), gate.without(sides)
            return sides.reader.once(moves, lambda: judged(condition.moves, bare))
        case Sudden(metric, direction):
            seen = sudden.scores(named(metric), sides)
            score, expected = taken(seen.score, sides.columns), taken(seen.expected, sides.columns)
            value = sides.operand(Reading(metric))
            rises = value > expected if direction == "up" else value < expected
            return (score >= LINE) & rises, (score < LINE) | ((score >= LINE) & ~rises)


def is_so_far(operand: Operand) -> bool:
    return isinstance(operand, Change) and isinstance(operand.against, SoFar)


def _speaks(part: Concentration, sides: Sides) -> Flags:
    """Return the slices that a concentration is said of: the largest, or all while nobody knows which."""
    sizes = sides.operand(Reading(part.metric))
    return shares.leads(sizes, sides.wholes) | ~shares.spread(~np.isnan(sizes), sides.wholes)


def _often(row: Verdict, newest: Verdict | None, times: int, of: int) -> Verdict:
    """Return where a condition held `times` times in the last `of` periods; unknown while both ends are open.

    `newest` is what to make of each last one, where that is another than what the row says.
    """
    held, failed = (
        np.add.reduce(sliding_window_view(each, of, axis=1), axis=2, dtype=np.int32)
        + (0 if newest is None else newest[side].astype(np.int32) - each[:, of - 1 :])
        for side, each in enumerate(row)
    )
    return held >= times, failed > of - times


def compared(left: Operand, comparison: Comparison, right: Operand, sides: Sides) -> Verdict:
    """Compare by floats, with a margin that only exact numbers may cross."""
    numbers = sides.operand(left)
    least, most = sides.margins(right)
    below, above = numbers < least, numbers > most
    known = sides.known(left, right)
    if np.count_nonzero(below) + np.count_nonzero(above) == sides.number_known(left, right):
        return _verdict(comparison, below, above, None)
    return _verdict(comparison, *settled(left, right, below, above, known & ~below & ~above, sides))


def settled(
    left: Operand, right: Operand, below: Flags, above: Flags, near: Flags, sides: Sides
) -> tuple[Flags, Flags, Flags]:
    """Work out exactly what lies too near to its bound for floats to tell."""
    equal = np.zeros_like(near)
    if _is_as_it_came(left, sides) and (isinstance(right, Bound) or _is_as_it_came(right, sides)):
        # Numbers that nothing was done to, and that equal each other, do so exactly, however many there are.
        equal = near & (sides.operand(left) == sides.operand(right))
        near = near & ~equal
    rows, columns = np.nonzero(near)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        one, other = sides.exactly(left, row, column), sides.exactly(right, row, column)
        if one is not None and other is not None:
            (below if one < other else above if one > other else equal)[row, column] = True
    return below, above, equal


def _verdict(comparison: Comparison, below: Flags, above: Flags, equal: Flags | None) -> Verdict:
    match comparison:
        case Comparison.LESS:
            return below, _or(above, equal)
        case Comparison.AT_MOST:
            return _or(below, equal), above
        case Comparison.MORE:
            return above, _or(below, equal)
        case Comparison.AT_LEAST:
            return _or(above, equal), below
        case Comparison.EQUAL:
            return (np.zeros_like(below) if equal is None else equal), below | above
        case Comparison.UNEQUAL:
            return below | above, (np.zeros_like(below) if equal is None else equal)


def _or(one: Flags, other: Flags | None) -> Flags:
    return one if other is None else one | other


def _all(every: list[Flags]) -> Flags:
    found: Flags = reduce(np.logical_and, every)  # one after the other: numpy's own would first lay them together
    return found


def _any(some: list[Flags]) -> Flags:
    found: Flags = reduce(np.logical_or, some)
    return found


def _is_as_it_came(operand: Operand, sides: Sides) -> bool:
    """Return whether an operand is a number just as it came."""
    return isinstance(operand, Reading) and sides.catalog.metrics[named(operand.metric)].formula is None


# --- what a person is shown ------------------------------------------------------------------------------------


def terms(condition: Condition, sides: Sides, row: int, at: int) -> Iterator[Term]:
    """Yield the numbers that each single condition rests on."""
    for leaf in leaves(condition):
        if isinstance(leaf, NoData):
            metric = named(leaf.metric)
            yield Term(metric, sides.catalog.metrics[metric].unit, None)
        if isinstance(leaf, Sudden):
            yield _sudden_term(leaf, sides, row, at)
        if isinstance(leaf, Streak):
            yield _streak_term(leaf, sides, row, at)
        if isinstance(leaf, Compare):
            leaf_sides, leaf_at = sides, at
            if (own := own_grain(leaf)) is not None and own is not sides.grain:
                leaf_sides, places = sides.at_grain(own)
                leaf_at = int(places[at])
            for operand in (leaf.left, leaf.right):
                if not isinstance(operand, (Bound, Baseline)) or operand is leaf.left:
                    yield _term(operand, leaf, leaf_sides, row, leaf_at)


def _term(operand: Operand, leaf: Compare, sides: Sides, row: int, at: int) -> Term:
    metric = named(None if isinstance(operand, Bound) else operand.metric)
    held = next((side.against for side in (operand, leaf.right) if isinstance(side, (Change, Baseline))), None)
    of = leaf.right.metric if isinstance(leaf.right, Baseline) else metric
    is_part = isinstance(operand, (Share, Concentration))
    value = _cell(sides.operand(operand) if is_part else sides.now(metric, held), row, at)
    then = _cell(sides.baseline(named(of), held), row, at) if held else None
    sample = sides.reader.sample(metric, sides.columns)
    return Term(
        metric=metric,
        unit=_unit(operand, metric, sides),
        value=value,
        against=held,
        baseline=then,
        change=(value - then) / abs(then) if value is not None and then else None,
        bound=_cell(sides.operand(leaf.right), 0, 0) if isinstance(leaf.right, Bound) else None,
        sample=None if sample is None else _cell(sample, row, at),
    )


def _unit(operand: Operand, metric: str, sides: Sides) -> Unit:
    match operand:
        case Share() | Concentration(_, int()):
            return Unit.PERCENT
        case Concentration():
            return Unit.BARE
        case _:
            return sides.catalog.metrics[metric].unit


def _sudden_term(leaf: Sudden, sides: Sides, row: int, at: int) -> Term:
    """The baseline is what was to be expected."""
    metric = named(leaf.metric)
    value = _cell(sides.operand(Reading(metric)), row, at)
    expected = _cell(taken(sudden.scores(metric, sides).expected, sides.columns), row, at)
    change = (value - expected) / abs(expected) if value is not None and expected else None
    sample = sides.reader.sample(metric, sides.columns)
    return Term(
        metric=metric,
        unit=sides.catalog.metrics[metric].unit,
        value=value,
        baseline=expected,
        change=change,
        sample=None if sample is None else _cell(sample, row, at),
    )


def _streak_term(streak: Streak, sides: Sides, row: int, at: int) -> Term:
    metric = named(streak.metric)
    move = Compare(Change(metric, Lag(None)), Comparison.UNEQUAL, Bound(Quantity.bare(0)))
    return replace(_term(move.left, move, sides, row, at), bound=None)


def _cell(array: Array, row: int, at: int) -> float | None:
    number = float(array[row, at])
    return None if np.isnan(number) else number
