"""What a chart shows, before anybody draws it. Words come in already chosen for their reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from core.calendar.grain import Grain
    from core.metrics.metric import Direction
    from core.quantity import Unit
    from core.text import Tongue


@dataclass(frozen=True, slots=True)
class Line:
    """One series over consecutive periods from `Lines.first`; None where there is no value."""

    label: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Lines:
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


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause gave to a change; `is_rest` is what nobody can explain."""

    label: str
    change: float
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class Waterfall:
    """From what it was to what it is, part by part; the parts add up to the difference."""

    title: str
    tongue: Tongue
    unit: Unit
    direction: Direction
    before: tuple[str, float]
    now: tuple[str, float]
    parts: tuple[Part, ...]
    subtitle: str = ""
    currency: str = "¥"


@dataclass(frozen=True, slots=True)
class HeatMap:
    """How far each cell is from what was usual there: 0.1 is a tenth above, None where nothing came."""

    title: str
    tongue: Tongue
    direction: Direction
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[float | None, ...], ...]
    subtitle: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a funnel: how many came so far, and what part of those before it (None for the first)."""

    label: str
    before: float
    now: float
    rate: str = ""  # the step's name: click-through rate
    rate_before: float | None = None
    rate_now: float | None = None


@dataclass(frozen=True, slots=True)
class Funnel:
    """Stages from the widest down; `broke` is the position of the stage whose step lost most."""

    title: str
    tongue: Tongue
    stages: tuple[Stage, ...]
    broke: int | None = None
    broke_label: str = ""
    subtitle: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One colour of a stacked bar, and what it counts."""

    label: str
    tone: Literal["good", "bad", "plain", "muted"]


@dataclass(frozen=True, slots=True)
class Bars:
    """Counts of a few kinds, a lying bar for each thing that was counted."""

    title: str
    tongue: Tongue
    kinds: tuple[Kind, ...]
    bars: tuple[tuple[str, tuple[int, ...]], ...]  # each with its label, and a count for every kind
    subtitle: str = ""


Shade = Literal["bad", "warning", "good", "plain"]


@dataclass(frozen=True, slots=True)
class GridCell:
    """A number and how far it is from what is usual; `sign` is `!` under an alert, ▲ or ▼ where it is abnormal."""

    value: str
    change: str
    sign: str = ""
    tone: Shade = "plain"


@dataclass(frozen=True, slots=True)
class GridRow:
    """One metric: over the whole business, and by slice (None where a slice has none)."""

    label: str
    value: str
    change: str
    sign: str
    tone: Shade
    cells: tuple[GridCell | None, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A board; `legend` says of each sign and tone what it means."""

    title: str
    tongue: Tongue
    whole: str  # what the column before the slices is called
    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]
    legend: tuple[tuple[str, Shade, str], ...] = ()
    subtitle: str = ""


Figure = Lines | Waterfall | HeatMap | Funnel | Bars | Grid
