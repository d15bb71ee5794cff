"""What each slice gave to a sum's change: its own change, of the whole.

A slice that is there on one side only was nothing on the other. Shares add up to one, unless nothing changed on the
whole: then there is nothing to have a share of.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import fsum
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Contribution(Generic[Key]):
    """`change` is `now - before`; `relative` is that of the slice's own past, `share` of the whole change."""

    slice: Key
    before: float
    now: float
    change: float
    relative: float | None
    share: float | None


def contributions(before: Mapping[Key, float], now: Mapping[Key, float]) -> tuple[Contribution[Key], ...]:
    """Return every slice's part in the change, the largest first.

    >>> [(one.slice, one.change, one.share) for one in contributions({"wechat": 10, "email": 4}, {"wechat": 4})]
    [('wechat', -6, 0.6), ('email', -4, 0.4)]
    """
    moved = {key: now.get(key, 0) - before.get(key, 0) for key in dict.fromkeys((*before, *now))}
    total = fsum(moved.values())
    found = (
        Contribution(
            slice=key,
            before=before.get(key, 0),
            now=now.get(key, 0),
            change=change,
            relative=change / abs(before[key]) if before.get(key) else None,
            share=change / total if total else None,
        )
        for key, change in moved.items()
    )
    return tuple(sorted(found, key=lambda one: -abs(one.change)))
