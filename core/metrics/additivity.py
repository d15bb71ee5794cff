"""What may be added up, found from the formula alone, so that nobody has to declare it and be wrong.

Every formula is brought to one quotient where it has one: `1 - a / b` is `(b - a) / b`. If neither half holds
another quotient, adding up slices or days means adding up both halves; that is a ratio. A distinct count or a
level may stand as a half, but never in a sum: people seen on two days are not two people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never

from core.errors import Fact, Mistake
from core.metrics.formula import refs, replaced
from core.metrics.metric import Additivity, Const, Formula, How, Metric, Op, Ref, ToDate

Quotient = tuple[Formula, Formula | None]
HowOf = Callable[[str], How]
_ADDITIVITY = {
    How.SUM: Additivity.SUM,
    How.COUNT: Additivity.SUM,
    How.DISTINCT: Additivity.DISTINCT,
    How.LAST: Additivity.SNAPSHOT,
}


def expanded(formula: Formula, metrics: Mapping[str, Metric]) -> Formula:
    """Return the formula over base metrics alone. Must not be asked where definitions go round in a circle."""

    def base(ref: Ref) -> Formula:
        inner = metrics[ref.code].formula
        return ref if inner is None else expanded(inner, metrics)

    return replaced(formula, base)


def quotient(formula: Formula) -> Quotient | None:
    """Return (numerator, denominator) of a formula over base metrics; the latter is None where nothing divides.

    None altogether: a product of metrics, or a quotient of quotients.
    """
    match formula:
        case Ref() | Const() | ToDate():
            return formula, None
        case Op(sign, left, right):
            halves = quotient(left), quotient(right)
            if halves[0] is None or halves[1] is None:
                return None
            return _combined(sign, halves[0], halves[1])
    assert_never(formula)


def additivity(formula: Formula, how: HowOf) -> Additivity:
    """Return the letter of a formula over base metrics."""
    found = quotient(formula)
    if found is None or _has_to_date(formula):
        return Additivity.DERIVED
    numerator, denominator = found
    if denominator is not None:
        return Additivity.RATIO
    letters = {_ADDITIVITY[how(code)] for code in refs(numerator)}
    return letters.pop() if len(letters) == 1 else Additivity.DERIVED


def faults(metrics: Mapping[str, Metric], how: HowOf) -> list[Mistake]:
    """Return what is wrong with these definitions; each mistake's facts name its `metric`."""
    found: list[Mistake] = []
    for metric in metrics.values():
        if (metric.how is None) == (metric.formula is None):
            found.append(_fault("how-or-formula", metric))
        elif metric.formula is not None:
            unknown = [code for code in refs(metric.formula) if code not in metrics]
            found += [_fault("unknown-metric-in-formula", metric, name=code) for code in unknown]
    if not found:
        found = [_fault("formula-circle", metric) for metric in metrics.values() if _is_circular(metric, metrics)]
    if not found:
        for metric in metrics.values():
            if metric.formula is not None:
                found += _unaddable(metric, expanded(metric.formula, metrics), how)
    return found


def not_additive(code: str, letter: Additivity) -> Mistake:
    """Return the mistake of adding up what may not be added up: `sum-of-distinct`, `sum-of-ratio` and so on."""
    return Mistake(f"sum-of-{letter.name.lower()}", {"name": code})


# --- within ------------------------------------------------------------------------------------------------


def _combined(sign: str, left: Quotient, right: Quotient) -> Quotient | None:
    match (sign, left, right):
        case ("+" | "-", (a, None), (b, None)):
            return Op(sign, a, b), None
        case ("+" | "-", (a, c), (b, d)) if c == d:
            return Op(sign, a, b), c
        case ("+" | "-", (Const() as a, None), (b, d)) if d is not None:
            return Op(sign, Op("*", a, d), b), d
        case ("+" | "-", (a, c), (Const() as b, None)) if c is not None:
            return Op(sign, a, Op("*", b, c)), c
        case ("*", (Const() as a, None), (b, d)):
            return Op("*", b, a), d
        case ("*" | "/", (a, c), (Const() as b, None)):
            return Op(sign, a, b), c
        case ("/", (a, None), (b, None)):
            return a, b
        case _:
            return None


def _has_to_date(formula: Formula) -> bool:
    match formula:
        case ToDate():
            return True
        case Op(_, left, right):
            return _has_to_date(left) or _has_to_date(right)
        case _:
            return False


def _is_circular(metric: Metric, metrics: Mapping[str, Metric]) -> bool:
    seen: set[str] = set()
    waiting = [metric.code]
    while waiting:
        formula = metrics[waiting.pop()].formula
        named = set(refs(formula)) if formula is not None else set()
        if metric.code in named:
            return True
        waiting += named - seen
        seen |= named
    return False


def _unaddable(metric: Metric, formula: Formula, how: HowOf) -> list[Mistake]:
    match formula:
        case ToDate(inner, _) if additivity(inner, how) is not Additivity.SUM:
            return [_fault("to-date-not-additive", metric, name=", ".join(refs(inner)))]
        case Op(sign, left, right):
            below = _unaddable(metric, left, how) + _unaddable(metric, right, how)
            counted = [ref.code for ref in (left, right) if isinstance(ref, Ref) and how(ref.code) is How.DISTINCT]
            if sign in ("+", "-") and counted:
                below.append(_fault("formula-sums-distinct", metric, name=", ".join(counted)))
            return below
        case _:
            return []


def _fault(code: str, metric: Metric, **facts: Fact) -> Mistake:
    return Mistake(code, {"metric": metric.code, **facts})
