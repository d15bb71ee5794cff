"""A heat map: rows by hours, each cell as strong as it is far from what was usual there.

The cell that is farthest has a frame and its number; colour alone would leave the colour-blind out.
"""

from __future__ import annotations

from core.charts.figure import HeatMap
from core.charts.letters import cut, width_of
from core.charts.numerals import change
from core.charts.pen import NARROW, PAD, Pen, heading
from core.metrics.metric import Direction

FULL = 0.6  # of the usual: from here on a cell has its whole colour
FAINT = 0.08


def lay_heat(pen: Pen, figure: HeatMap, width: int, height: int) -> None:
    """Put a heat map on the sheet."""
    small = 11.0 if width < NARROW else 12.0
    top = heading(pen, figure.title, figure.subtitle, width, height)
    left = PAD + min(max((width_of(row, small) for row in figure.rows), default=0), width * 0.3) + 8
    bottom = PAD + small * 2 + 18
    wide = (width - PAD - left) / max(len(figure.columns), 1)
    high = min((top - bottom) / max(len(figure.rows), 1), 34.0)
    base = top - high * len(figure.rows)
    for place, name in enumerate(figure.rows):
        y = top - high * (place + 0.5)
        pen.text(left - 8, y, cut(name, small, left - PAD - 8), small, pen.palette.ink, across="right")
        for at, value in enumerate(figure.cells[place]):
            _cell(pen, figure, value, left + wide * at, y, wide, high)
    _column_names(pen, figure, left, base - 6 - small / 2, wide, small)
    _legend(pen, figure, left, width - PAD, base - small * 1.5 - 18, small)
    _farthest(pen, figure, left, top, wide, high, small, width)


def _cell(pen: Pen, figure: HeatMap, value: float | None, x: float, y: float, wide: float, high: float) -> None:
    low, up, right = y - high / 2 + 1, y + high / 2 - 1, x + wide - 1
    if value is None:
        pen.line([x + wide * 0.35, x + wide * 0.65], [y, y], pen.palette.grid, 1)
        return
    pen.area([x, right], [low, low], [up, up], pen.palette.grid, 0.6)
    strength = min(abs(value) / FULL, 1.0)
    if strength > FAINT:
        pen.area([x, right], [low, low], [up, up], _colour(figure, value, pen), strength)


def _colour(figure: HeatMap, value: float, pen: Pen) -> str:
    match figure.direction:
        case Direction.UP:
            return pen.palette.good if value > 0 else pen.palette.bad
        case Direction.DOWN:
            return pen.palette.bad if value > 0 else pen.palette.good
        case Direction.BAND | Direction.NONE:
            return pen.palette.accent if value > 0 else pen.palette.others[1]


def _column_names(pen: Pen, figure: HeatMap, left: float, y: float, wide: float, small: float) -> None:
    """Write as many names below the columns as have room, always as many apart."""
    widest = max((width_of(name, small) for name in figure.columns), default=0) + 8
    apart = next((step for step in (1, 2, 3, 4, 6, 12) if step * wide >= widest), 24)
    for at, name in enumerate(figure.columns):
        if at % apart == 0:
            x = max(left + wide * (at + 0.5), left + width_of(name, small) / 2)
            pen.text(x, y, name, small, pen.palette.muted, across="center")


def _legend(pen: Pen, figure: HeatMap, left: float, right: float, y: float, small: float) -> None:
    low, high = change(-FULL), change(FULL)
    begin, end = left + width_of(low, small) + 6, min(left + 200.0, right) - width_of(high, small) - 6
    steps = 12
    for step in range(steps):
        value = FULL * (2 * (step + 0.5) / steps - 1)
        x = begin + (end - begin) * step / steps
        _cell(pen, figure, value, x, y, (end - begin) / steps + 1, small)
    pen.text(left, y, low, small, pen.palette.muted)
    pen.text(end + 6, y, high, small, pen.palette.muted)


def _farthest(
    pen: Pen, figure: HeatMap, left: float, top: float, wide: float, high: float, small: float, width: int
) -> None:
    known = [
        (abs(value), place, at)
        for place, row in enumerate(figure.cells)
        for at, value in enumerate(row)
        if value is not None
    ]
    if not known or max(known)[0] < FAINT:
        return
    _, place, at = max(known)
    value = figure.cells[place][at]
    x, y = left + wide * at, top - high * (place + 1)
    pen.line(
        [x, x + wide - 1, x + wide - 1, x, x], [y + 1, y + 1, y + high - 1, y + high - 1, y + 1], pen.palette.ink, 1.4
    )
    words = change(value)
    half = width_of(words, small) / 2
    inside = wide > 2 * half + 4
    here = min(max(x + wide / 2, left + half), width - PAD - half)
    below = y - small / 2 - 2 if place < len(figure.rows) - 1 else y + high + small / 2 + 2
    pen.text(here, y + high / 2 if inside else below, words, small, pen.palette.ink, across="center", halo=True)
