"""Lines over time: what was usual, the bound, the points that broke it, and the last value's words.

The last value, the bound and the band are named at the right end of what they name, so that nobody has to look up a
legend. ▼ is below, ▲ above.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.calendar.grain import EPOCH
from core.charts.axis import mark_labels, period_labels, span
from core.charts.figure import Line, Lines
from core.charts.letters import cut, width_of
from core.charts.numerals import day, number
from core.charts.pen import NARROW, PAD, Palette, Pen, heading
from core.metrics.metric import Direction
from core.quantity import Unit

MOST_LINES = 6


@dataclass(frozen=True, slots=True)
class _Tag:
    """Words at the right end of a line, wanted at height `y`."""

    text: str
    y: float
    colour: str
    weight: Literal["plain", "quiet"] = "plain"


def lay_lines(pen: Pen, figure: Lines, width: int, height: int) -> None:
    """Put a line or a few on the sheet, and all that is said of them."""
    palette = pen.palette
    lines = figure.lines[:MOST_LINES]
    small = 11.0 if width < NARROW else 12.0

    top = heading(pen, figure.title, figure.subtitle, width, height)
    bottom = PAD + small + 12
    low, high, marks = span(_all_values(figure, lines), whole=figure.unit is Unit.COUNT)
    labels = mark_labels(marks, figure.unit, figure.tongue, figure.currency)
    left = PAD + max((width_of(label, small) for label in labels), default=0) + 8
    tags = _tags(figure, lines, palette)
    most = width * (0.34 if len(lines) > 1 else 0.3)
    tags = [_Tag(cut(tag.text, small, most), tag.y, tag.colour, tag.weight) for tag in tags]
    right = width - PAD - max((width_of(tag.text, small) for tag in tags), default=0) - (10 if tags else 0)

    count = max((len(line.values) for line in lines), default=0)
    plot = _Plot(left, right, bottom, top - 10, low, high, count)
    for mark, label in zip(marks, labels, strict=True):
        y = plot.y(mark)
        pen.line([left, right], [y, y], palette.grid, 1)
        pen.text(left - 8, y, label, small, palette.muted, across="right")
    _time_axis(pen, plot, figure, small, width)
    _band(pen, plot, figure, len(lines))
    if figure.bound is not None:
        y = plot.y(figure.bound)
        pen.line([left, right], [y, y], palette.bad, 1.3, dashes=(5, 4))
    for place, line in reversed(list(enumerate(lines))):
        _line(pen, plot, line, _colour(place, palette), is_first=place == 0, is_alone=len(lines) == 1)
    _breaches(pen, plot, figure, small)
    for tag, y in _stacked(tags, plot, small + 4):
        pen.text(right + 10, y, tag.text, small, palette.muted if tag.weight == "quiet" else tag.colour)


# --- what goes where ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plot:
    """The frame of the axes, and where a value lies in it."""

    left: float
    right: float
    bottom: float
    top: float
    low: float
    high: float
    count: int

    def x(self, position: float) -> float:
        inset = 6.0
        if self.count < 2:  # noqa: PLR2004 - a single point stands in the middle
            return (self.left + self.right) / 2
        return self.left + inset + (self.right - self.left - 2 * inset) * position / (self.count - 1)

    def y(self, value: float) -> float:
        return self.bottom + (self.top - self.bottom) * (value - self.low) / (self.high - self.low)


def _time_axis(pen: Pen, plot: _Plot, figure: Lines, small: float, width: float) -> None:
    pen.line([plot.left, plot.right], [plot.bottom, plot.bottom], pen.palette.muted, 1, alpha=0.6)
    widest = width_of(day(EPOCH, figure.tongue), small)
    room = int((plot.right - plot.left) / (widest + 24))
    labels = period_labels(figure.first, plot.count, figure.grain, figure.tongue, room)
    end = width - PAD / 2
    for position, label in reversed(labels):
        half = width_of(label, small) / 2
        x = max(min(plot.x(position), width - PAD / 2 - half), PAD + half)
        if x + half > end:  # January and midnight have longer names than their neighbours
            continue
        end = x - half - 6
        pen.line([plot.x(position)] * 2, [plot.bottom, plot.bottom - 4], pen.palette.muted, 1, alpha=0.6)
        pen.text(x, plot.bottom - 8 - small / 2, label, small, pen.palette.muted, across="center")


def _band(pen: Pen, plot: _Plot, figure: Lines, lines: int) -> None:
    """Tint what was usual, in pieces where it is not known throughout."""
    if figure.band is None:
        return
    colour = pen.palette.accent if lines == 1 else pen.palette.muted
    lower, upper = figure.band
    for piece in _pieces(
        [None if low is None or high is None else low for low, high in zip(lower, upper, strict=True)]
    ):
        ends = [0.0, 0.0] if len(piece) > 1 else [-0.4, 0.4]
        xs = [plot.x(piece[0] + ends[0]), *(plot.x(at) for at in piece[1:-1]), plot.x(piece[-1] + ends[1])]
        at = piece if len(piece) > 1 else piece * 2
        low = [plot.y(_known(lower[position])) for position in at]
        high = [plot.y(_known(upper[position])) for position in at]
        pen.area(xs, low, high, colour, 0.13)


def _line(pen: Pen, plot: _Plot, line: Line, colour: str, *, is_first: bool, is_alone: bool) -> None:
    for piece in _pieces(line.values):
        xs = [plot.x(at) for at in piece]
        ys = [plot.y(_known(line.values[at])) for at in piece]
        if is_alone and plot.low == 0 and len(piece) > 1:
            pen.area(xs, [plot.bottom] * len(xs), ys, colour, 0.05)
        if len(piece) == 1:  # no neighbour to draw a line to
            pen.dots(xs, ys, "o", colour, 4.5)
        else:
            pen.line(xs, ys, colour, 2.4 if is_first else 1.8)
    if (last := _last(line.values)) is not None:
        pen.dots([plot.x(last)], [plot.y(_known(line.values[last]))], "o", colour, 7 if is_first else 5)


def _breaches(pen: Pen, plot: _Plot, figure: Lines, small: float) -> None:
    points = _breached(figure)
    for at in points:
        values = figure.lines[0].values
        is_below = _is_below(figure, at)
        colour = pen.palette.good if _is_good(figure, is_below=is_below) else pen.palette.bad
        x, y = plot.x(at), plot.y(_known(values[at]))
        pen.dots([x], [y], "v" if is_below else "^", colour, 11 if at == points[-1] else 9)
        if at == points[-1] and at != _last(values):  # the last value has its words at the right already
            text = number(values[at], figure.unit, figure.tongue, currency=figure.currency)
            down = is_below and y - small - 14 > plot.bottom
            half = width_of(text, small) / 2
            x = min(max(x, plot.left + half), plot.right - half)
            pen.text(
                x, y - 12 - small / 2 if down else y + 12 + small / 2, text, small, colour, across="center", halo=True
            )


def _tags(figure: Lines, lines: Sequence[Line], palette: Palette) -> list[_Tag]:
    """Return what is said at the right ends, the most important first."""
    tags = []
    for place, line in enumerate(lines):
        last = _last(line.values)
        if last is None:
            continue
        value = _known(line.values[last])
        text = number(value, figure.unit, figure.tongue, currency=figure.currency)
        colour = _colour(place, palette)
        if place == 0 and last in figure.breaches:
            is_below = _is_below(figure, last)
            colour = palette.good if _is_good(figure, is_below=is_below) else palette.bad
            text = f"{'▼' if is_below else '▲'} {text}"
        tags.append(_Tag(f"{line.label} {text}" if len(lines) > 1 else text, value, colour))
    if figure.bound is not None and figure.bound_label:
        tags.append(_Tag(figure.bound_label, figure.bound, palette.bad))
    if figure.band is not None and figure.band_label:
        lower, upper = figure.band
        at = _last(_where_both(lower, upper))
        if at is not None:
            tags.append(_Tag(figure.band_label, (_known(lower[at]) + _known(upper[at])) / 2, palette.muted, "quiet"))
    return tags


def _stacked(tags: Sequence[_Tag], plot: _Plot, step: float) -> list[tuple[_Tag, float]]:
    """Return each tag with a height near the one it wants, `step` from the next.

    Tags that would overlap form a block, which stands where its members want to be on the whole.
    """
    blocks: list[tuple[float, list[_Tag]]] = []  # the middle, and the members from below
    least, most = plot.bottom + step / 2, plot.top + step / 2
    for tag in sorted(tags, key=lambda tag: tag.y):
        members, middle = [tag], plot.y(tag.y)
        while True:
            reach = step * (len(members) - 1) / 2
            middle = max(min(middle, most - reach), least + reach)
            if not blocks or blocks[-1][0] + step * len(blocks[-1][1]) / 2 <= middle - reach - step / 2 + 1e-6:
                break
            _, before = blocks.pop()
            members = before + members
            offsets = [plot.y(one.y) - step * place for place, one in enumerate(members)]
            middle = sum(offsets) / len(offsets) + step * (len(members) - 1) / 2
        blocks.append((middle, members))
    return [
        (tag, middle + step * (place - (len(members) - 1) / 2))
        for middle, members in blocks
        for place, tag in enumerate(members)
    ]


# --- good and bad ------------------------------------------------------------------------------------------------


def _is_below(figure: Lines, at: int) -> bool:
    """Return whether a breach lies below what it left: the band, else the bound, else the point before."""
    values = figure.lines[0].values
    value = _known(values[at])
    low, high = (edge[at] for edge in figure.band) if figure.band is not None else (None, None)
    if low is not None and high is not None and not low <= value <= high:
        return value < low
    if figure.bound is not None:
        return value <= figure.bound
    before = [known for known in values[:at] if known is not None]
    return bool(before) and value < before[-1]


def _is_good(figure: Lines, *, is_below: bool) -> bool:
    match figure.direction:
        case Direction.UP:
            return not is_below
        case Direction.DOWN:
            return is_below
        case Direction.BAND | Direction.NONE:
            return False


# --- values ------------------------------------------------------------------------------------------------------


def _all_values(figure: Lines, lines: Sequence[Line]) -> list[float]:
    """Return all that the axis must hold, and room beyond the newest breach for its words."""
    found: list[float | None] = [value for line in lines for value in line.values]
    found.append(figure.bound)
    for edge in figure.band or ():
        found.extend(edge)
    known = [value for value in found if value is not None and math.isfinite(value)]
    points = _breached(figure)
    if points and points[-1] != _last(figure.lines[0].values):
        room = 0.12 * (max(known) - min(known))
        known.append(_known(figure.lines[0].values[points[-1]]) + (-room if _is_below(figure, points[-1]) else room))
    return known


def _breached(figure: Lines) -> list[int]:
    """Return the breaches that have a value to stand at."""
    pieces = _pieces(figure.lines[0].values) if figure.lines else []
    known = {at for piece in pieces for at in piece}
    return sorted(known.intersection(figure.breaches))


def _pieces(values: Sequence[float | None]) -> list[list[int]]:
    """Return the stretches of positions that have a value."""
    pieces: list[list[int]] = []
    for at, value in enumerate(values):
        if value is None or not math.isfinite(value):
            continue
        if pieces and pieces[-1][-1] == at - 1:
            pieces[-1].append(at)
        else:
            pieces.append([at])
    return pieces


def _where_both(lower: Sequence[float | None], upper: Sequence[float | None]) -> list[float | None]:
    return [None if high is None else low for low, high in zip(lower, upper, strict=True)]


def _last(values: Sequence[float | None]) -> int | None:
    pieces = _pieces(values)
    return pieces[-1][-1] if pieces else None


def _known(value: float | None) -> float:
    assert value is not None  # noqa: S101 - its place came from _pieces
    return value


def _colour(place: int, palette: Palette) -> str:
    return palette.accent if place == 0 else palette.others[place - 1]
