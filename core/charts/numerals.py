"""How a number and a moment read, in both tongues: 12.3%, ¥1.23万, 6月18日.

It stands here and not in `bot/phrases`, because a chart writes numbers too and core opens no phrase book. Three
digits tell enough of a value by itself; beside a bound, `apart` writes as many as tell the two apart.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta

from core.calendar.grain import Grain, Period
from core.quantity import Unit
from core.text import Tongue

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"  # where there is no number
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_WEEKDAYS = {"en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], "zh": [f"周{day}" for day in "一二三四五六日"]}
_SCALES: dict[Tongue, tuple[tuple[float, str], ...]] = {
    "zh": ((1e8, "亿"), (1e4, "万")),
    "en": ((1e9, "B"), (1e6, "M"), (1e3, "K")),
}
_COMPACT_FROM = 10_000
_MINUTE = 60
_MOST_PLACES = 6
_PLACES = ((100, 0), (10, 1), (0.1, 2), (0.01, 3), (0, 4))  # the least size, and its places


# --- numbers -----------------------------------------------------------------------------------------------------


def number(
    value: float | None,
    unit: Unit,
    tongue: Tongue,
    *,
    currency: str = "¥",
    extra: int = 0,
    exact: bool = False,
) -> str:
    """Return a value as people read it; with `extra` places, or `exact`: all of it, and no zero that says nothing.

    >>> number(0.12345, Unit.PERCENT, "en"), number(1_234_567, Unit.COUNT, "en"), number(123_000, Unit.MONEY, "zh")
    ('12.3%', '1.23M', '¥12.3万')
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    size = abs(float(value))
    written = _sized(size, unit, tongue, currency, extra, exact)
    if not re.search("[1-9]", written):
        return written
    return f"{MINUS if value < 0 else '+' if unit is Unit.POINTS else ''}{written}"


def apart(value: float, bound: float, unit: Unit, tongue: Tongue, *, currency: str = "¥") -> tuple[str, str]:
    """Return both as words that differ where the numbers do: 99.99% is not written as its bound of 100%.

    >>> apart(0.9999, 1.0, Unit.PERCENT, "en"), apart(0.1234, 0.2, Unit.PERCENT, "en")
    (('99.99%', '100%'), ('12.3%', '20%'))
    """
    held = number(bound, unit, tongue, currency=currency, exact=True)
    said = number(value, unit, tongue, currency=currency)
    for extra in range(1, _MOST_PLACES + 1):
        if value == bound or _bare(said) != _bare(held):
            break
        said = number(value, unit, tongue, currency=currency, extra=extra)
    return said, held


def change(relative: float | None, *, arrow: bool = False) -> str:
    """Return a relative change with its sign, or with an arrow in its place: −40.2%, ↓ 40.2%.

    >>> change(-0.402), change(0.05), change(-0.402, arrow=True)
    ('−40.2%', '+5.00%', '↓ 40.2%')
    """
    if relative is None or not math.isfinite(relative):
        return NOTHING
    size = number(abs(relative), Unit.PERCENT, "en")
    if relative == 0:
        return "±0%" if not arrow else "→ 0%"
    if arrow:
        return f"{'↑' if relative > 0 else '↓'} {size}"
    return f"{'+' if relative > 0 else MINUS}{size}"


def duration(length: timedelta, tongue: Tongue) -> str:
    """Return its two largest parts.

    >>> duration(timedelta(hours=3, minutes=10), "en"), duration(timedelta(days=1, hours=2), "zh")
    ('3 h 10 min', '1天2小时')
    """
    left = round(abs(length.total_seconds()))
    if left >= 3600:  # noqa: PLR2004 - an hour's seconds say nothing
        left = round(left / 60) * 60
    sizes = (86400, 3600, 60, 1)
    names = ("天", "小时", "分", "秒") if tongue == "zh" else (" d", " h", " min", " s")
    parts: list[str] = []
    for size, name in zip(sizes, names, strict=True):
        count, left = divmod(left, size)
        if count or (size == 1 and not parts):
            parts.append(f"{count}{name}")
        elif parts:
            break
        if len(parts) == 2:  # noqa: PLR2004 - the two largest
            break
    alone = "钟" if len(parts) == 1 and parts[0].endswith("分") else ""
    return ("" if tongue == "zh" else " ").join(parts) + alone


def scale_of(largest: float, tongue: Tongue) -> tuple[float, str]:
    """Return by what numbers up to `largest` are divided, and the sign that says so."""
    return next((scale for scale in _SCALES[tongue] if largest >= max(scale[0], _COMPACT_FROM)), (1.0, ""))


def places_of(size: float) -> int:
    """Return how many places a number of that size needs for three digits; a rate below 0.1 gets one or two more."""
    return next(places for least, places in _PLACES if size >= least)


def _sized(size: float, unit: Unit, tongue: Tongue, currency: str, extra: int, exact: bool) -> str:  # noqa: FBT001
    match unit:
        case Unit.PERCENT:
            return _written(size * 100, extra, exact) + "%"
        case Unit.POINTS:
            return _written(size * 100, extra, exact) + " pp"
        case Unit.TIMES:
            return _written(size, extra, exact) + "×"
        case Unit.SECONDS:
            return _seconds(size, tongue, extra, exact)
        case Unit.SCORE:
            return _written(size, extra, exact)
        case Unit.MONEY:
            return currency + _compact(size, tongue, extra, exact)
        case Unit.COUNT | Unit.BARE:
            return _compact(size, tongue, extra, exact)


def _compact(size: float, tongue: Tongue, extra: int, exact: bool) -> str:  # noqa: FBT001
    rounded = float(f"{size:.3g}")  # 999,600 is 1.00M, not 1,000K
    scale, sign = scale_of(rounded, tongue)
    if sign and not extra and not (exact and round(size / scale, 2) * scale != size):
        return _written(rounded if not exact else size, 0, exact, scale) + sign
    if size.is_integer():
        return f"{size:,.0f}"
    return _written(size, extra - 1 if sign and extra else extra, exact)


def _seconds(size: float, tongue: Tongue, extra: int, exact: bool) -> str:  # noqa: FBT001
    if size >= _MINUTE and not extra and not (exact and not size.is_integer()):
        return duration(timedelta(seconds=size), tongue)
    return _written(size, extra, exact) + ("秒" if tongue == "zh" else " s")


def _written(size: float, extra: int, exact: bool, scale: float = 1.0) -> str:  # noqa: FBT001
    if size == 0:
        return "0"
    if exact:
        return _trimmed(f"{size / scale:,.{_MOST_PLACES}f}")
    return f"{size / scale:,.{places_of(size / scale) + extra}f}"


def _trimmed(written: str) -> str:
    return written.rstrip("0").rstrip(".") if "." in written else written


def _bare(written: str) -> str:
    """Return it without the zeros that end its number, to see whether two say the same."""
    return re.sub(r"\.?0+(?=\D*$)", "", written) if "." in written else written


# --- moments -----------------------------------------------------------------------------------------------------


def day(when: date, tongue: Tongue, *, year: bool = False, weekday: bool = False) -> str:
    """Return a day; the year only where it is asked for.

    >>> day(date(2026, 6, 18), "zh", weekday=True), day(date(2026, 6, 18), "en", year=True)
    ('6月18日 周四', 'Jun 18, 2026')
    """
    named = _WEEKDAYS[tongue][when.weekday()]
    if tongue == "zh":
        written = f"{f'{when.year}年' if year else ''}{when.month}月{when.day}日"
        return f"{written} {named}" if weekday else written
    written = f"{_MONTHS[when.month - 1]} {when.day}{f', {when.year}' if year else ''}"
    return f"{named}, {written}" if weekday else written


def month(when: date, tongue: Tongue, *, year: bool = False) -> str:
    if tongue == "zh":
        return f"{f'{when.year}年' if year else ''}{when.month}月"
    return f"{_MONTHS[when.month - 1]}{f' {when.year}' if year else ''}"


def clock(when: datetime) -> str:
    return f"{when:%H:%M}"


def days(first: date, last: date, tongue: Tongue, *, year: bool = False) -> str:
    """Return a stretch of days, both included; one day by itself, a whole month by its name.

    >>> days(date(2026, 6, 18), date(2026, 6, 24), "zh"), days(date(2026, 6, 18), date(2026, 6, 24), "en")
    ('6月18日–6月24日', 'Jun 18 – Jun 24')
    """
    if first == last:
        return day(first, tongue, year=year)
    if first.day == 1 and (last + timedelta(days=1)).day == 1 and (first.year, first.month) == (last.year, last.month):
        return month(first, tongue, year=True)
    years = year or first.year != last.year
    dash = "–" if tongue == "zh" else " – "
    first_year = years and (first.year != last.year or tongue == "zh")
    last_year = years and (first.year != last.year or tongue == "en")
    return day(first, tongue, year=first_year) + dash + day(last, tongue, year=last_year)


def period(one: Period, tongue: Tongue, *, year: bool = False, weekday: bool = False) -> str:
    """Return one hour, day, week or month.

    >>> period(Period.holding(date(2026, 6, 18), Grain.WEEK), "en")
    'Jun 15 – Jun 21'
    """
    start = one.start
    match one.grain:
        case Grain.HOUR:
            joint = " " if tongue == "zh" else ", "
            return f"{day(start.date(), tongue, year=year)}{joint}{clock(start)}–{clock(one.end)}"
        case Grain.DAY:
            return day(start.date(), tongue, year=year, weekday=weekday)
        case Grain.WEEK:
            return days(start.date(), one.end.date() - timedelta(days=1), tongue, year=year)
        case Grain.MONTH:
            return month(start.date(), tongue, year=True)
