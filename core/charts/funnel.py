"""A funnel, then and now: how many came to each stage, and what became of each step's rate.

A stage's bar is as long as the logarithm of how many there were, as a funnel narrows a thousandfold; the numbers
stand beside it. The pale bar behind is what it was. The step that broke is named.
"""

from __future__ import annotations

from math import log10

from core.charts.figure import Funnel, Stage
from core.charts.letters import cut, width_of
from core.charts.numerals import change, number
from core.charts.pen import NARROW, PAD, Pen, heading
from core.quantity import Unit

LEAST = 0.06  # of the widest bar, for a stage that hardly anybody reaches
STILL = 0.02  # a rate that moved by less is as it was


def lay_funnel(pen: Pen, figure: Funnel, width: int, height: int) -> None:
    """Put a funnel on the sheet."""
    small = 11.0 if width < NARROW else 12.5
    top = heading(pen, figure.title, figure.subtitle, width, height)
    counts = [number(stage.now, Unit.COUNT, figure.tongue) for stage in figure.stages]
    left = PAD + min(max(width_of(stage.label, small) for stage in figure.stages), width * 0.3) + 10
    right = width - PAD - max(width_of(count, small) for count in counts) - 8
    step = (top - PAD) / len(figure.stages)
    bar = min(step * 0.42, 26.0)
    most = max(max(stage.before, stage.now) for stage in figure.stages)
    for place, (stage, count) in enumerate(zip(figure.stages, counts, strict=True)):
        y = top - step * place - step * 0.68
        is_broken = place == figure.broke
        colour = pen.palette.bad if is_broken else pen.palette.accent
        then, now = (left + (right - left) * _length(value, most) for value in (stage.before, stage.now))
        pen.area([left, then], [y - bar / 2] * 2, [y + bar / 2] * 2, pen.palette.muted, 0.22)
        pen.area([left, now], [y - bar / 2 + 2] * 2, [y + bar / 2 - 2] * 2, colour, 1.0)
        pen.text(left - 10, y, cut(stage.label, small, left - PAD - 10), small, pen.palette.ink, across="right")
        pen.text(max(then, now) + 6, y, count, small, pen.palette.ink)
        if stage.rate_now is not None:
            words = _rate(stage, figure)
            if is_broken and figure.broke_label:
                words = f"{words}  {figure.broke_label}"
            shown = cut(words, small, width - PAD - left)
            pen.text(left, y + bar / 2 + small / 2 + 3, shown, small, colour if is_broken else pen.palette.muted)


def _length(value: float, most: float) -> float:
    return LEAST + (1 - LEAST) * (log10(value + 1) / log10(most + 1) if most > 0 else 0.0)


def _rate(stage: Stage, figure: Funnel) -> str:
    """Return `▼ click-through rate 2.00% → 1.20% (−40%)`."""
    then, now = (number(rate, Unit.PERCENT, figure.tongue) for rate in (stage.rate_before, stage.rate_now))
    if not stage.rate_before or stage.rate_now is None:
        return f"{stage.rate} {then} → {now}"
    moved = stage.rate_now / stage.rate_before - 1
    sign = "▼" if moved < -STILL else "▲" if moved > STILL else "·"
    return f"{sign} {stage.rate} {then} → {now} ({change(moved)})"
