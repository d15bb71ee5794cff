"""Lying bars of a few kinds, one after the other: how many of each, and what they come to."""

from __future__ import annotations

from core.charts.figure import Bars, Kind
from core.charts.letters import cut, width_of
from core.charts.pen import NARROW, PAD, Pen, heading

_SQUARE = 9.0  # beside a kind's name
_GAP = 14.0  # between two names


def lay_bars(pen: Pen, figure: Bars, width: int, height: int) -> None:
    """Put stacked bars on the sheet."""
    small = 11.0 if width < NARROW else 12.5
    top = heading(pen, figure.title, figure.subtitle, width, height)
    top = _legend(pen, figure, width, top, small)
    left = PAD + min(max((width_of(label, small) for label, _ in figure.bars), default=0.0), width * 0.36) + 10
    right = width - PAD - width_of("000", small) - 6
    most = max((sum(counts) for _, counts in figure.bars), default=0) or 1
    step = (top - PAD) / max(len(figure.bars), 1)
    thick = min(step * 0.6, 26.0)
    for place, (label, counts) in enumerate(figure.bars):
        y = top - step * (place + 0.5)
        pen.text(left - 10, y, cut(label, small, left - PAD - 10), small, pen.palette.ink, across="right")
        begin = left
        for kind, count in zip(figure.kinds, counts, strict=True):
            end = begin + (right - left) * count / most
            if count:
                pen.area([begin, end], [y - thick / 2] * 2, [y + thick / 2] * 2, _colour(kind, pen), 1.0)
            if end - begin > width_of(str(count), small) + 4:
                pen.text((begin + end) / 2, y, str(count), small, pen.palette.ground, across="center")
            begin = end
        pen.text(begin + 6, y, str(sum(counts)), small, pen.palette.muted)


def _legend(pen: Pen, figure: Bars, width: int, top: float, small: float) -> float:
    """Write what each colour counts, in as many lines as it takes, and return where they end."""
    x, y = PAD, top - small / 2
    for kind in figure.kinds:
        wide = _SQUARE + 5 + width_of(kind.label, small)
        if x > PAD and x + wide > width - PAD:
            x, y = PAD, y - small - 6
        pen.area([x, x + _SQUARE], [y - _SQUARE / 2] * 2, [y + _SQUARE / 2] * 2, _colour(kind, pen), 1.0)
        pen.text(x + _SQUARE + 5, y, kind.label, small, pen.palette.muted)
        x += wide + _GAP
    return y - small


def _colour(kind: Kind, pen: Pen) -> str:
    palette = pen.palette
    return {"good": palette.good, "bad": palette.bad, "plain": palette.accent, "muted": palette.muted}[kind.tone]
