"""A waterfall lying down: from what it was to what it is, a bar for each cause.

Bars lie, as labels are long and phones are narrow. Where the parts are small beside the whole, the axis begins above
nothing and the two whole bars fade towards it, so that nobody reads their lengths.
"""

from __future__ import annotations

from itertools import accumulate

from core.charts.figure import Part, Waterfall
from core.charts.letters import width_of, wrapped
from core.charts.numerals import MINUS, number
from core.charts.pen import NARROW, PAD, Pen, heading
from core.metrics.metric import Direction
from core.quantity import Unit

LEAST_SHARE = 0.5  # of the largest value: when all lies above it the axis begins higher
_FADES = 12


def lay_waterfall(pen: Pen, figure: Waterfall, width: int, height: int) -> None:
    """Put a waterfall on the sheet."""
    small = 11.0 if width < NARROW else 12.0
    top = heading(pen, figure.title, figure.subtitle, width, height)
    totals = list(accumulate((part.change for part in figure.parts), initial=figure.before[1]))
    low, high = _ends([*totals, figure.now[1]])
    labels = [figure.before[0], *(part.label for part in figure.parts), figure.now[0]]
    values = [
        number(figure.before[1], figure.unit, figure.tongue, currency=figure.currency),
        *(_signed(part, figure) for part in figure.parts),
        number(figure.now[1], figure.unit, figure.tongue, currency=figure.currency),
    ]
    left = PAD + min(max(width_of(label, small) for label in labels), width * 0.4) + 8
    right = width - PAD - max(width_of(value, small) for value in values) - 6
    step = (top - PAD) / len(labels)
    thick = min(step * 0.66, 26.0)

    def x(value: float) -> float:
        return left + (right - left) * (value - low) / (high - low)

    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        y = top - step * (place + 0.5)
        said = wrapped(label, small, left - PAD - 8, most=2)
        for line, words in enumerate(said):
            below = (small + 2) * (line - (len(said) - 1) / 2)
            pen.text(left - 8, y - below, words, small, pen.palette.ink, across="right")
        if 0 < place < len(labels) - 1:
            part = figure.parts[place - 1]
            ends = sorted((x(totals[place - 1]), x(totals[place])))
            colour = _colour(part, figure, pen)
            _bar(pen, ends[0], max(ends[1], ends[0] + 1.5), y, thick, colour, 0.45 if part.is_rest else 1.0)
            pen.text(ends[1] + 6, y, value, small, colour)
        else:
            whole = figure.now[1] if place else figure.before[1]
            _whole(pen, left, x(whole), y, thick, is_cut=low > 0)
            pen.text(max(x(whole), left) + 6, y, value, small, pen.palette.ink)
        if place < len(labels) - 1:
            at = x(totals[place])
            pen.line([at, at], [y - thick / 2, y - step + thick / 2], pen.palette.muted, 1, alpha=0.6)
    if low < 0 < high:
        pen.line([x(0), x(0)], [PAD, top], pen.palette.grid, 1)


def _ends(values: list[float]) -> tuple[float, float]:
    """Return the axis's ends: from nothing, unless all lies far above it."""
    low, high = min(*values, 0.0), max(*values, 0.0)
    if low == 0 and min(values) > LEAST_SHARE * high:
        room = high - min(values)
        low = max(min(values) - 0.6 * room, 0.0)
    return (low, high) if high > low else (low, low + 1)


def _whole(pen: Pen, left: float, right: float, y: float, thick: float, *, is_cut: bool) -> None:
    faded = left + (right - left) * 0.3 if is_cut else left
    for place in range(_FADES if is_cut else 0):
        begin, end = (left + (faded - left) * (place + more) / _FADES for more in (0, 1))
        _bar(pen, begin, end, y, thick, pen.palette.accent, (place + 1) / (_FADES + 1))
    _bar(pen, min(faded, right), max(faded, right), y, thick, pen.palette.accent, 1.0)


def _bar(pen: Pen, left: float, right: float, y: float, thick: float, colour: str, alpha: float) -> None:
    pen.area([left, right], [y - thick / 2] * 2, [y + thick / 2] * 2, colour, alpha)


def _signed(part: Part, figure: Waterfall) -> str:
    unit = Unit.POINTS if figure.unit is Unit.PERCENT else figure.unit  # a difference of percentages is none
    size = number(abs(part.change), unit, figure.tongue, currency=figure.currency).lstrip("+")
    return f"{'+' if part.change >= 0 else MINUS}{size}"


def _colour(part: Part, figure: Waterfall, pen: Pen) -> str:
    is_up = part.change > 0
    if part.is_rest or figure.direction in (Direction.BAND, Direction.NONE):
        return pen.palette.muted
    return pen.palette.good if is_up is (figure.direction is Direction.UP) else pen.palette.bad
