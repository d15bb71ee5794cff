"""A slice's part of the whole, and how much of the whole lies in few hands.

The whole is the sum over the slices a rule tells apart: of `各渠道`, all channels, within one region where the rule is
confined to regions. If one of them has not come, the whole is not known, and nobody's part has grown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.cube.cube import Array

if TYPE_CHECKING:
    from core.labels import Labels

Rows = list[NDArray[np.int64]]
Flags = NDArray[np.bool_]


def groups(slices: Sequence[Labels], fixed: Sequence[str]) -> Rows:
    """Return the rows of each whole: slices alike in every dimension that the rule does not tell apart."""
    found: dict[Labels, list[int]] = defaultdict(list)
    for row, labels in enumerate(slices):
        found[labels.only(fixed)].append(row)
    return [np.array(rows, dtype=np.int64) for rows in found.values()]


def shares(values: Array, wholes: Rows) -> Array:
    """Return each slice's part of its whole; parts of nothing, or of less than nothing, are none."""
    found = np.full(values.shape, np.nan)
    for rows in wholes:
        total = np.nansum(values[rows], axis=0)
        np.divide(values[rows], total, out=(part := np.full((len(rows), values.shape[1]), np.nan)), where=total > 0)
        found[rows] = part
    return found


def concentration(values: Array, wholes: Rows, top: int | None) -> Array:
    """Return for each slice the part of its whole that the `top` largest have; without `top`, the sum of squares."""
    found = np.full(values.shape, np.nan)
    parts = shares(values, wholes)
    for rows in wholes:
        known = np.where(np.isnan(parts[rows]), 0.0, parts[rows])
        size = (known**2).sum(axis=0) if top is None else np.sort(known, axis=0)[::-1][:top].sum(axis=0)
        found[rows] = np.where(np.isnan(parts[rows]).all(axis=0), np.nan, size)
    return found


def leads(values: Array, wholes: Rows) -> Flags:
    """Return which slice is the largest of its whole; the first of equals, and of unknown ones none."""
    found = np.zeros(values.shape, dtype=np.bool_)
    for rows in wholes:
        known = np.where(np.isnan(values[rows]), -np.inf, values[rows])
        best = known.argmax(axis=0)
        columns = np.flatnonzero(known.max(axis=0) > -np.inf)
        found[rows[best[columns]], columns] = True
    return found


def spread(flags: Flags, wholes: Rows) -> Flags:
    """Return where any slice of the same whole is flagged."""
    found = np.zeros_like(flags)
    for rows in wholes:
        found[rows] = np.logical_or.reduce(flags[rows], axis=0)
    return found


def exact_share(value: Fraction | None, whole: Sequence[Fraction | None]) -> Fraction | None:
    total = sum((each for each in whole if each is not None), Fraction(0))
    return value / total if value is not None and total > 0 else None


def exact_concentration(whole: Sequence[Fraction | None], top: int | None) -> Fraction | None:
    known = sorted((each for each in whole if each is not None), reverse=True)
    total = sum(known, Fraction(0))
    if total <= 0:
        return None
    parts = [each / total for each in known]
    return sum((each**2 for each in parts), Fraction(0)) if top is None else sum(parts[:top], Fraction(0))
