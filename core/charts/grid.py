"""A board: metrics down, slices across, each cell with its number and how far it is from what is usual.

What is abnormal has a ground of its colour and a sign, so that it is seen without the colour too. Where not all
columns have room, those with something abnormal stay. It is as high as its rows are many.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.charts.figure import Grid, GridCell
from core.charts.letters import cut, width_of, wrapped
from core.charts.pen import NARROW, PAD, Pen, heading

ROW, ROW_NARROW = 40.0, 34.0
HEAD = 28.0  # the names of the columns
LEAST = 46.0  # a narrower column could not hold its number
GAP = 1.5  # between cells
SMALLEST = 8.0
FAINT, FULL = 0.16, 0.34  # how strong the ground of a sudden number is, and of one with an alert


def height_of(figure: Grid, width: int) -> int:
    """Return how high the sheet must be."""
    small = width < NARROW
    titles = (1 + (width_of(figure.title, 15.0 if small else 17.0) > width - 2 * PAD)) * 23 + (
        20 if figure.subtitle else 0
    )
    return round(2 * PAD + titles + HEAD + _row(width) * len(figure.rows) + 30)


def lay_grid(pen: Pen, figure: Grid, width: int, height: int) -> None:
    """Put a board on the sheet."""
    top = heading(pen, figure.title, figure.subtitle, width, height)
    small, high = (9.5 if width < NARROW else 11.0), _row(width)
    name = min(max((width_of(row.label, small + 1) for row in figure.rows), default=0.0) + 10, max(width * 0.17, 84))
    whole = max((width_of(row.value, small + 1) for row in figure.rows), default=0.0) + 14
    left = PAD + name + whole
    chosen = _chosen(figure, int((width - PAD - left) / LEAST))
    wide = (width - PAD - left) / max(len(chosen), 1)
    _columns(pen, [figure.columns[at] for at in chosen], left, top, wide, small)
    pen.text(left - whole / 2 - 3, top - 18, cut(figure.whole, small, whole), small, pen.palette.muted, across="center")
    if len(chosen) < len(figure.columns):
        pen.text(PAD, top - 18, f"+{len(figure.columns) - len(chosen)}", small, pen.palette.muted)
    top -= HEAD
    for place, row in enumerate(figure.rows):
        y = top - high * (place + 0.5)
        pen.line([PAD, width - PAD], [y + high / 2, y + high / 2], pen.palette.grid, 0.8)
        _name(pen, row.label, y, name, small + 1)
        _cell(pen, GridCell(row.value, row.change, row.sign, row.tone), PAD + name, y, whole - 6, high, small + 1)
        for at, column in enumerate(chosen):
            if (cell := row.cells[column]) is not None:
                _cell(pen, cell, left + wide * at, y, wide, high, small)
    _legend(pen, figure, PAD + small / 2 + 2, width, small)


def _row(width: int) -> float:
    return ROW_NARROW if width < NARROW else ROW


def _chosen(figure: Grid, most: int) -> list[int]:
    """Return the columns that have room: those with something abnormal first, then the largest; in their order."""
    every = range(len(figure.columns))
    told = [at for at in every if any(row.cells[at] and row.cells[at].sign for row in figure.rows)]  # type: ignore[union-attr]
    return sorted([*told, *(at for at in every if at not in told)][: max(most, 1)])


def _columns(pen: Pen, names: Sequence[str], left: float, top: float, wide: float, small: float) -> None:
    for at, name in enumerate(names):
        size = max(min(small, small * (wide - 4) / max(width_of(name, small), 1)), SMALLEST)
        lines = wrapped(name, size, wide - 2, most=2)
        for number, line in enumerate(reversed(lines)):
            x = left + wide * (at + 0.5)
            pen.text(x, top - 18 + number * (size + 1), line, size, pen.palette.muted, across="center")


def _name(pen: Pen, name: str, y: float, room: float, size: float) -> None:
    lines = wrapped(name, size, room - 6, most=2)
    step = size + 2
    for number, line in enumerate(lines):
        pen.text(PAD, y + step * ((len(lines) - 1) / 2 - number), cut(line, size, room - 6), size, pen.palette.ink)


def _cell(pen: Pen, cell: GridCell, x: float, y: float, wide: float, high: float, size: float) -> None:
    colour = _colour(pen, cell)
    is_told = cell.sign != ""
    if is_told:
        low, up = y - high / 2 + GAP, y + high / 2 - GAP
        right, begin = x + wide - GAP, x + GAP
        pen.area([begin, right], [low, low], [up, up], colour, FULL if cell.sign == "!" else FAINT)
        if cell.sign == "!":
            pen.line([begin, right, right, begin, begin], [low, low, up, up, low], colour, 1.2)
    middle = x + wide / 2
    below = f"{cell.sign} {cell.change}" if cell.sign == "!" and cell.change else cell.change
    room = wide - 6
    lines = [(line, tone) for line, tone in ((cell.value, pen.palette.ink), (below, colour)) if line]
    if not lines or any(width_of(line, SMALLEST) > room for line, _ in lines):
        lines = [(cell.sign or "·", colour)]
    for number, (line, tone) in enumerate(lines):
        fit = min(size, size * room / max(width_of(line, size), 1))
        pen.text(middle, y + (size + 3) * ((len(lines) - 1) / 2 - number), line, fit, tone, across="center")


def _colour(pen: Pen, cell: GridCell) -> str:
    match cell.tone:
        case "bad":
            return pen.palette.bad
        case "warning":
            return pen.palette.warning
        case "good":
            return pen.palette.good
        case "plain":
            return pen.palette.accent if cell.sign else pen.palette.muted


def _legend(pen: Pen, figure: Grid, y: float, width: int, size: float) -> None:
    x = PAD
    for sign, tone, words in figure.legend:
        wide = 16.0
        if x + wide + width_of(words, size) > width - PAD:
            return
        _cell(pen, GridCell("", "", sign, tone), x, y, wide + 2, size + 8, size - 1)
        pen.text(x + wide + 6, y, words, size, pen.palette.muted)
        x += wide + width_of(words, size) + 20
