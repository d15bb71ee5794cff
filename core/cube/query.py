"""What to ask of a warehouse: one aggregate that answers every rule sharing source, grain and dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.calendar.grain import Grain, Window


@dataclass(frozen=True, slots=True)
class Query:
    """`measures` are codes of base metrics. A `grain` of None asks for one number over the whole window.

    A distinct count is exact for just this grain and these dimensions, and for no others. What is asked `aside` is
    kept by itself, since nobody wants what lies between it and the rest.
    """

    source: str
    grain: Grain | None
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    window: Window
    aside: bool = False
