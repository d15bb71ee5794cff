"""Which step of a funnel broke: a product's change, split exactly over its factors by logarithmic means (LMDI).

    ΔY over step k = L(Y1, Y0) · ln(x1/x0)        L(a, b) = (a − b)/(ln a − ln b)

A step that fell to nothing, or rose from it, has no logarithm. It takes the whole change, since it alone would have
brought it about; several such steps share it evenly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, log1p, prod

NEAR = 1e-3  # below it the difference of two logarithms has lost too many digits


@dataclass(frozen=True, slots=True)
class Step:
    """One factor before and now, and its part of the product's change; `share` is None where nothing changed."""

    before: float
    now: float
    change: float
    share: float | None


def funnel(before: Sequence[float], now: Sequence[float]) -> tuple[Step, ...]:
    """Return each factor's part in the change of their product; factors are not below zero.

    >>> steps = funnel([1_000_000, 0.02, 0.03, 200], [950_000, 0.021, 0.018, 205])
    >>> [round(step.change, 2) for step in steps]
    [-4869.09, 4631.48, -48490.87, 2343.98]
    """
    if any(factor < 0 for factor in (*before, *now)):
        raise ValueError("a factor below zero has no logarithm")
    total = prod(now) - prod(before)
    parts = _parts(before, now, total)
    return tuple(
        Step(old, new, part, part / total if total else None) for old, new, part in zip(before, now, parts, strict=True)
    )


def _parts(before: Sequence[float], now: Sequence[float], total: float) -> list[float]:
    pairs = list(zip(before, now, strict=True))
    broken = [(old == 0) != (new == 0) for old, new in pairs]
    if any(broken):
        return [total / sum(broken) if is_broken else 0.0 for is_broken in broken]
    if prod(before) == 0:  # nothing then and nothing now, by a step that did not move
        return [0.0 for _ in pairs]
    mean = _logarithmic_mean(prod(now), prod(before))
    return [mean * _log_ratio(new, old) if old else 0.0 for old, new in pairs]


def _logarithmic_mean(one: float, other: float) -> float:
    return one if one == other else (one - other) / _log_ratio(one, other)


def _log_ratio(one: float, other: float) -> float:
    near = (one - other) / other
    return log1p(near) if abs(near) < NEAR else log(one) - log(other)
