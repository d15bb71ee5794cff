"""Cron lines as people write them: five fields, weekdays counted from Sunday, a range that may run over the week's end.

`plain` says each weekday by its name, so that no scheduler can count it from another day.
"""

from __future__ import annotations

import re

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIELDS: tuple[tuple[int, int, tuple[str, ...]], ...] = (
    (0, 59, ()),
    (0, 23, ()),
    (1, 31, ()),
    (1, 12, _MONTHS),
    (0, 7, _DAYS),  # 7 is Sunday as well
)
_PART = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d+))?")


def plain(line: str) -> str | None:
    """Return the same schedule with its weekdays named, or None when the line is no schedule.

    >>> plain("5 9 * * 1-5"), plain("0 9 * * 5-1"), plain("0 25 * * *")
    ('5 9 * * mon,tue,wed,thu,fri', '0 9 * * sun,mon,fri,sat', None)
    """
    fields = line.lower().split()
    if len(fields) != len(_FIELDS):
        return None
    found = [_values(written, *field) for written, field in zip(fields, _FIELDS, strict=True)]
    if any(values is None for values in found):
        return None
    days = sorted({day % len(_DAYS) for day in found[-1] or ()})
    named = "*" if len(days) == len(_DAYS) else ",".join(_DAYS[day] for day in days)
    return " ".join((*fields[:-1], named))


def _values(written: str, low: int, high: int, names: tuple[str, ...]) -> set[int] | None:
    """Return the numbers that one field means, None when it means none."""
    found: set[int] = set()
    for part in written.split(","):
        match = _PART.fullmatch(part)
        step = int(match["step"] or 1) if match else 0
        if match is None or step < 1:
            return None
        first = low if match["first"] is None else _number(match["first"], low, high, names)
        bare = match["step"] is None and match["first"] is not None
        last = _number(match["last"], low, high, names) if match["last"] else (first if bare else high)
        if first is None or last is None or (last < first and names is not _DAYS):
            return None
        found |= set(range(first, last + (len(_DAYS) if last < first else 0) + 1, step))
    return found


def _number(written: str, low: int, high: int, names: tuple[str, ...]) -> int | None:
    if written in names:
        return names.index(written) + low
    return int(written) if written.isascii() and written.isdigit() and low <= int(written) <= high else None
