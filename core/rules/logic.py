"""Where a condition holds and where it does not, over all slices and periods at once; neither is unknown.

`and`, `or` and `not` keep the third answer: an unknown beside a calm is calm, beside a breach unknown. Floats decide
what is far from its bound, and `exact` what is near, so that a fall by exactly 20 % is never more than 20 %.

The surprise: a condition comes as a tuple, `alike`, once for each rule of a family, every one with its own numbers.
Where these numbers differ, answers have an axis for the rules in front of slices and periods.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.cube.cube import taken
from core.rules import gate, shares, sudden
from core.rules.detect import LINE
from core.rules.sides import Flags, Sides, named
from core.rules.tree import (
    All,
    Any,
    Bound,
    Change,
    Compare,
    Comparison,
    Condition,
    Held,
    NoData,
    Not,
    Operand,
    Reading,
    SoFar,
    Streak,
    Sudden,
    own_grain,
    parts_of_whole,
)

Alike = tuple[Condition, ...]
Verdict = tuple[Flags, Flags]  # where it holds, and where it does not


def judged(alike: Alike, sides: Sides, doubt: Flags | None = None) -> Verdict:
    """Return where a condition holds and where it does not.

    Where there is `doubt`, of all slices, only a part that speaks of absence is answered.
    """
    match alike[0]:
        case All():
            every = [judged(part, sides, doubt) for part in _within(alike)]
            return _all([holds for holds, _ in every]), _any([fails for _, fails in every])
        case Any():
            some = [judged(part, sides, doubt) for part in _within(alike)]
            return _any([holds for holds, _ in some]), _all([fails for _, fails in some])
        case Not():
            (part,) = _within(alike)
            holds, fails = judged(part, gate.without(sides), doubt)
            return fails, holds
        case Held(_, times, of):
            (part,) = _within(alike)
            row = judged(part, sides.reaching(of - 1))
            # Only the judged period's facts are ever in doubt: what is known of the others by now is believed.
            return _often(row, None if doubt is None else judged(part, sides, doubt), times, of)
        case NoData(metric):
            absent = sides.no_data(named(metric))
            there = (sides.columns >= 0) & (sides.columns < len(sides.reader.cube.periods)) & ~sides.never
            return sides.here(absent & there), sides.here(~absent)
        case Compare() | Streak() | Sudden() as leaf:
            holds, fails = _single(alike, sides)
            if doubt is None:
                return holds, fails
            if isinstance(leaf, Compare) and parts_of_whole(leaf):
                doubt = shares.spread(doubt, sides.wholes)
            sure = ~sides.here(doubt)
            return holds & sure, fails & sure


def contested(alike: Alike, sides: Sides) -> Flags:
    """Return the slices of which the rules may say different things; of all others they say the same."""
    match alike[0]:
        case All() | Any() | Not():
            return _any([contested(part, sides) for part in _within(alike)])
        case Held(_, _, of):
            (part,) = _within(alike)
            return contested(part, sides.reaching(of - 1))
        case Compare(left, _, Bound()) as leaf if len(bounds := _rights(alike)) > 1:
            if (own := own_grain(leaf)) is not None and own is not sides.grain:
                sides, _ = sides.at_grain(own)
            numbers, (least, most) = sides.operand(left), sides.margins(bounds)
            found: Flags = np.logical_or.reduce((numbers >= np.min(least)) & (numbers <= np.max(most)), axis=1)
            return found
        case _:
            return np.zeros(len(sides.slices), np.bool_)


def _single(alike: Alike, sides: Sides) -> Verdict:
    """Judge a single condition; what rests on no number of the rules' own is worked out once for all of them."""
    match alike[0]:
        case Compare() as leaf if (own := own_grain(leaf)) is not None and own is not sides.grain:
            coarse, places = sides.at_grain(own)
            holds, fails = _single(alike, coarse)
            return holds[..., places], fails[..., places]
        case Compare(left, comparison, Bound()) as leaf:
            verdict = compared(left, comparison, _rights(alike), sides)
            # The gate knows whole periods only; a day so far is none.
            return verdict if is_so_far(left) else _but_luck(leaf, verdict, sides)
        case Compare(left, comparison, right) as leaf:
            found = sides.reader.once(
                ("compared", leaf, sides.periods), lambda: compared(left, comparison, (right,), sides.everywhere)
            )
            holds, fails = gate.kept(leaf, found, sides)
        case Streak() as leaf:
            bare = gate.without(sides.everywhere)
            found = sides.reader.once(("streak", leaf, sides.periods), lambda: judged((leaf.moves,), bare))
            holds, fails = gate.kept(leaf.whole_move, found, sides)
        case Sudden(metric, direction):
            seen = sudden.scores(named(metric), sides)
            score, expected = taken(seen.score, sides.columns), taken(seen.expected, sides.columns)
            value = sides.operand(Reading(metric))
            rises = value > expected if direction == "up" else value < expected
            holds, fails = (score >= LINE) & rises, (score < LINE) | ((score >= LINE) & ~rises)
        case other:
            raise TypeError(other)
    return sides.here(holds), sides.here(fails)


def is_so_far(operand: Operand) -> bool:
    return isinstance(operand, Change) and isinstance(operand.against, SoFar)


def _but_luck(leaf: Compare, verdict: Verdict, sides: Sides) -> Verdict:
    """Return the verdict with what may well be luck made calm. Rules of one family ask chance the same question."""
    holds, fails = verdict
    if not holds.any():
        return verdict
    everything = np.ones((len(sides.slices), len(sides.periods)), np.bool_)
    kept, luck = gate.kept(leaf, (everything, ~everything), sides)
    if kept is everything:
        return verdict
    return holds & sides.here(kept), fails | (holds & sides.here(luck))


def _within(alike: Alike) -> list[Alike]:
    """Return each part of a condition, again once for each rule."""
    inner = (
        each.parts if isinstance(each, (All, Any)) else (each.part,) if isinstance(each, (Not, Held)) else ()
        for each in alike
    )
    return list(zip(*inner, strict=True))


def _rights(alike: Alike) -> tuple[Operand, ...]:
    """Return what each rule compares with; just one where all compare with the same."""
    rights = tuple(each.right for each in alike if isinstance(each, Compare))
    return rights if any(each != rights[0] for each in rights) else rights[:1]


def _often(row: Verdict, newest: Verdict | None, times: int, of: int) -> Verdict:
    """Return where a condition held `times` times in the last `of` periods; unknown while both ends are open.

    `newest` is what to make of each last one, where that is another than what the row says.
    """
    held, failed = (
        np.add.reduce(sliding_window_view(each, of, axis=-1), axis=-1, dtype=np.int32)
        + (0 if newest is None else newest[side].astype(np.int32) - each[..., of - 1 :])
        for side, each in enumerate(row)
    )
    return held >= times, failed > of - times


# --- one comparison --------------------------------------------------------------------------------------------


def compared(left: Operand, comparison: Comparison, rights: Sequence[Operand], sides: Sides) -> Verdict:
    """Compare by floats, with a margin that only exact numbers may cross; several `rights` are bounds."""
    numbers, (least, most) = sides.here(sides.operand(left)), sides.margins(rights)
    below, above = numbers < least, numbers > most
    known = ~np.isnan(numbers)
    if not isinstance(rights[0], Bound):
        known &= ~np.isnan(least)
    if np.count_nonzero(below) + np.count_nonzero(above) == np.count_nonzero(known) * len(rights):
        return _verdict(comparison, below, above, None)
    return _verdict(comparison, *settled(left, rights, below, above, known & ~below & ~above, sides))


def settled(
    left: Operand, rights: Sequence[Operand], below: Flags, above: Flags, near: Flags, sides: Sides
) -> tuple[Flags, Flags, Flags]:
    """Work out exactly what lies too near to its bound for floats to tell."""
    equal = np.zeros_like(near)
    if _is_as_it_came(left, sides) and (isinstance(rights[0], Bound) or _is_as_it_came(rights[0], sides)):
        # Numbers that nothing was done to, and that equal each other, do so exactly, however many there are.
        equal = near & (sides.here(sides.operand(left)) == sides.against(rights))
        near = near & ~equal
    for cell in zip(*(each.tolist() for each in np.nonzero(near)), strict=True):
        *rule, place, column = cell
        row = place if sides.rows is None else int(sides.rows[place])
        one = sides.exactly(left, row, column)
        other = sides.exactly(rights[rule[0]] if rule else rights[0], row, column)
        if one is not None and other is not None:
            (below if one < other else above if one > other else equal)[cell] = True
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
