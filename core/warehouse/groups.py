"""The slices that an answer speaks of, and where each slice of the facts goes among them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.cube.cube import Valued
from core.labels import Labels

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Groups:
    """The slices of a cube, and for each slice id its row there (-1 for one without facts)."""

    slices: tuple[Labels, ...]
    slots: Whole
    places: dict[Labels, int]  # filled by the first cube that is asked for one, and shared by all
    valued: dict[str, Valued] = field(default_factory=dict)  # as is this


def as_they_are(slices: Sequence[Labels], live: Collection[int]) -> Groups:
    """Return the slices as the facts have them; no two of them are alike."""
    lives = np.zeros(len(slices), np.bool_)
    lives[list(live)] = True
    slots = np.where(lives, np.cumsum(lives) - 1, -1)
    return Groups(tuple(labels for labels, is_live in zip(slices, lives.tolist(), strict=True) if is_live), slots, {})


def grouped(slices: Sequence[Labels], live: Collection[int], dimensions: tuple[str, ...]) -> Groups:
    """Return the slices by fewer dimensions; by none of them all are one, even before there is any."""
    rows: dict[Labels, int] = {} if dimensions else {Labels(): 0}
    slots = [
        rows.setdefault(labels.only(dimensions), len(rows)) if number in live else -1
        for number, labels in enumerate(slices)
    ]
    return Groups(tuple(rows), np.array(slots, np.int64), rows)
