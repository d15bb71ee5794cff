"""Where an axis has its marks, and what is written at them.

Numbers step by 1, 2, 2.5 or 5 of some size, in one scale for the whole axis. Time counts back from the newest
period, so that the day a reader asks about always has its name.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime

from core.calendar.grain import Grain, Period
from core.charts.numerals import MINUS, clock, day, month, scale_of
from core.quantity import Unit
from core.text import Tongue

_STEPS = (1, 2, 2.5, 5, 10)
_TIME_STEPS = (1, 2, 3, 6, 12, 24, 48, 72, 168)
_NEAR_ZERO = 0.45  # of the largest value: an axis that begins this low may as well begin at nothing


def span(values: Iterable[float], *, most: int = 6, whole: bool = False) -> tuple[float, float, list[float]]:
    """Return the axis's two ends and its marks; a flat line lies in the middle. Of things `whole` no half is marked."""
    found = [value for value in values if math.isfinite(value)]
    if not found:
        return 0.0, 1.0, []
    low, high = min(found), max(found)
    if 0 <= low <= _NEAR_ZERO * high:
        low = 0.0
    if low == high:
        room = max(abs(low) * 0.1, 1.0) if whole else abs(low) * 0.1 or 1.0
        low, high = low - room, high + room
    room = (high - low) * 0.08
    bottom, top = low - (room if low else 0), high + room
    step = _step((top - bottom) / most)
    if whole and top - bottom >= 2:  # noqa: PLR2004 - two whole ones, to have two marks
        step = max(step, 1.0)
    first = math.ceil(bottom / step - 1e-9)
    return bottom, top, [index * step for index in range(first, math.floor(top / step + 1e-9) + 1)]


def mark_labels(marks: list[float], unit: Unit, tongue: Tongue, currency: str) -> list[str]:
    """Return the words at the marks: as few places as tell neighbours apart."""
    if not marks:
        return []
    largest = max(abs(mark) for mark in marks)
    scale, sign = _scale(largest, unit, tongue)
    step = (marks[1] - marks[0] if len(marks) > 1 else largest or 1.0) / scale
    places = next((places for places in range(6) if math.isclose(round(step, places), step, rel_tol=1e-6)), 6)
    before = currency if unit is Unit.MONEY else ""
    return [_mark(mark / scale, places, before, sign) for mark in marks]


def period_marks(first: int, count: int, grain: Grain, room: int) -> list[int]:
    """Return the positions that are named, at most `room` of them, the newest among them unless hours are."""
    if count <= 0:
        return []
    room = max(room, 1)
    if grain is Grain.HOUR:
        step = next((step for step in _TIME_STEPS if count / step <= room), math.ceil(count / room))
        return [position for position in range(count) if (first + position) % step == 0]
    steps = (1, 2, 7, 14, 28) if grain is Grain.DAY else (1, 2, 3, 4, 6, 12)
    step = next((step for step in steps if math.ceil(count / step) <= room), math.ceil(count / room))
    return list(range(count - 1, -1, -step))[::-1]


def period_labels(first: int, count: int, grain: Grain, tongue: Tongue, room: int) -> list[tuple[int, str]]:
    """Return what is written below which position; midnight shows its day, a month its year when that is news."""
    labels: list[tuple[int, str]] = []
    year = 0
    for position in period_marks(first, count, grain, room):
        start = Period(grain, first + position).start
        labels.append((position, _period_label(start, grain, tongue, with_year=start.year != year)))
        year = start.year
    return labels


def _period_label(start: datetime, grain: Grain, tongue: Tongue, *, with_year: bool) -> str:
    match grain:
        case Grain.HOUR:
            return clock(start) if start.hour else day(start.date(), tongue)
        case Grain.DAY | Grain.WEEK:
            return day(start.date(), tongue)
        case Grain.MONTH:
            return month(start.date(), tongue, year=with_year)


def _step(least: float) -> float:
    size = 10.0 ** math.floor(math.log10(least))
    return next(step * size for step in _STEPS if step * size >= least * 0.999)


def _scale(largest: float, unit: Unit, tongue: Tongue) -> tuple[float, str]:
    match unit:
        case Unit.PERCENT:
            return 0.01, "%"
        case Unit.POINTS:
            return 0.01, " pp"
        case Unit.TIMES:
            return 1.0, "×"
        case Unit.SECONDS:
            minute = 120
            if largest >= minute:
                return 60.0, "分" if tongue == "zh" else " min"
            return 1.0, "秒" if tongue == "zh" else " s"
        case Unit.SCORE:
            return 1.0, ""
        case Unit.COUNT | Unit.MONEY | Unit.BARE:
            return scale_of(largest, tongue)


def _mark(size: float, places: int, before: str, after: str) -> str:
    if abs(size) < 1e-12:  # noqa: PLR2004 - the zero of a stepped axis
        return f"{before}0{after if after in ('%', '×') else ''}"
    return f"{MINUS if size < 0 else ''}{before}{abs(size):,.{places}f}{after}"
