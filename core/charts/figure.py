"""What a chart shows, before anybody draws it. Words come in already chosen for their reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.calendar.grain import Grain
    from core.metrics.metric import Direction
    from core.quantity import Unit
    from core.text import Tongue


@dataclass(frozen=True, slots=True)
class Line:
    """One series over consecutive periods from `Figure.first`; None where there is no value."""

    label: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A line or a few, with what was usual (a band), a threshold, and the points that broke it."""

    title: str
    tongue: Tongue
    unit: Unit
    direction: Direction
    grain: Grain
    first: int  # index of the first period
    lines: tuple[Line, ...]
    subtitle: str = ""
    band: tuple[tuple[float | None, ...], tuple[float | None, ...]] | None = None
    band_label: str = ""
    bound: float | None = None
    bound_label: str = ""
    breaches: tuple[int, ...] = ()  # positions on the first line
    currency: str = "¥"  # the sign before an amount of money
