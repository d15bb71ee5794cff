"""A file of times and values, read cell by cell, every row in its place.

A column with one bad cell is still a column of numbers, so what cannot be read is unknown and its row stays. Which
column is which is known by its name in either tongue, else by what is in it; where two could be meant, neither is.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.cells import WIDE, delimiter_of, number, text_of
from core.document import fold
from core.errors import Problem

TIME_NAMES = frozenset((
    "time", "timestamp", "ts", "date", "datetime", "day", "hour", "week", "month", "dt", "ds", "period",
    "时间", "日期", "时刻", "时间戳", "统计时间", "统计日期", "数据日期", "小时", "周", "月份",
))  # fmt: skip
VALUE_NAMES = frozenset(("value", "values", "val", "y", "count", "metric", "值", "数值", "指标值", "数量", "取值"))
MANY = 3  # rows for each time, and more than one series lies in the file
_SAMPLE = 200
_EPOCH, _EPOCH_MS, _EPOCH_END = 1e8, 1e11, 1e14
MOST = 1e100  # what is larger counts nothing in this world, and its square is no float
_BLANKS = frozenset(("", "-", "--", "---", "/", "—", "——", "n/a", "#n/a", "na", "null", "nan", "none"))
_DAY = re.compile(
    r"((?:19|20)\d{2})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|[-/年](\d{1,2})月?)"
    r"(?:[T ]*(\d{1,2})(?:[:时点](\d{1,2})?分?(?::?(\d{1,2})(?:\.\d+)?秒?)?)?)?"
)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:[T ]?(\d{2}):?(\d{2})?:?(\d{2})?)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The rows of a file, in its own order: NaT and NaN where a cell cannot be read."""

    said: tuple[str, ...]
    times: NDArray[np.datetime64]
    values: NDArray[np.float64]


def read_series(file: Path) -> Series:
    """Return a file's times and values; a Problem says what to mend."""
    rows = _rows(file)
    header, body = (rows[0], rows[1:]) if not _is_data(rows[0]) else ([], rows)
    if not body:
        raise Problem("file-no-rows", file=str(file))
    columns = [[row[place] if place < len(row) else "" for row in body] for place in range(max(map(len, rows)))]
    time = _time_place(header, columns, file)
    value = _value_place(header, columns, time, file)
    said = columns[time]
    times = np.array(_moments(said), dtype="datetime64[s]")
    values = np.array([number(cell) for cell in columns[value]])
    values[np.abs(values) > MOST] = np.nan
    if np.isnat(times).all():
        raise Problem("detect-no-time", file=str(file), columns=", ".join(header) or "-")
    if np.isnan(values).all():
        raise Problem("detect-no-value", file=str(file), columns=", ".join(header) or "-")
    known = times[~np.isnat(times)]
    if len(known) >= MANY * len(np.unique(known)):
        raise Problem("detect-many-per-time", file=str(file), rows=len(known), times=len(np.unique(known)))
    return Series(tuple(said), times, values)


def _rows(file: Path) -> list[list[str]]:
    text = text_of(file)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
        rows = [[cell.strip() for cell in row] for row in lines]
    except csv.Error as error:
        raise Problem("file-unreadable", file=str(file), detail=str(error)) from None
    rows = [row for row in rows if any(row)]
    if not rows:
        raise Problem("file-empty", file=str(file))
    return rows


def _is_data(row: Sequence[str]) -> bool:
    """Return whether a file's first row is one of data already."""
    times = [_moment(cell) is not None for cell in row]
    return any(times) and any(
        not is_time and not math.isnan(number(cell)) for cell, is_time in zip(row, times, strict=True)
    )


def _time_place(header: Sequence[str], columns: Sequence[Sequence[str]], file: Path) -> int:
    for place, name in enumerate(header):
        if fold(name) in TIME_NAMES:
            return place
    for place, cells in enumerate(columns):
        if _mostly(cells, lambda cell: _moment(cell) is not None):
            return place
    raise Problem("detect-no-time", file=str(file), columns=", ".join(header) or "-")


def _value_place(header: Sequence[str], columns: Sequence[Sequence[str]], time: int, file: Path) -> int:
    for place, name in enumerate(header):
        if fold(name) in VALUE_NAMES and place != time:
            return place
    able = [
        place
        for place, cells in enumerate(columns)
        if place != time and _mostly(cells, lambda cell: not math.isnan(number(cell)))
    ]
    if not able:
        raise Problem("detect-no-value", file=str(file), columns=", ".join(header) or "-")
    if len(able) > 1:
        named = ", ".join(header[place] if place < len(header) else f"#{place + 1}" for place in able)
        raise Problem("detect-which-value", file=str(file), columns=named)
    return able[0]


def _mostly(cells: Sequence[str], reads: Callable[[str], bool]) -> bool:
    filled = [cell for cell in cells[: 10 * _SAMPLE] if fold(cell) not in _BLANKS][:_SAMPLE]
    return bool(filled) and 2 * sum(map(reads, filled)) > len(filled)


def _moments(cells: Sequence[str]) -> list[datetime | None]:
    """Return the times of a column. Where the year comes last, the whole column says whether its days come first."""
    found = [_moment(cell) for cell in cells]
    turned = [_YEAR_LAST.fullmatch(cell) for cell in cells]
    if any(turned) and any(int(match[1]) > 12 for match in turned if match):  # noqa: PLR2004 - months in a year
        return [_turned(match, 2, 1) if match else each for match, each in zip(turned, found, strict=True)]
    return found


def _moment(cell: str) -> datetime | None:
    """Return the time in a cell, an offset taken out; epochs count in seconds or milliseconds."""
    try:
        return _plain(datetime.fromisoformat(cell))
    except ValueError:
        narrow = cell.translate(WIDE).strip()
    if match := _YEAR_LAST.fullmatch(narrow):
        return _turned(match, 1, 2)
    if match := _DAY.fullmatch(narrow):
        year, month, day, month_alone, *clock = match.groups()
        return _made([year, month or month_alone, day, *clock])
    if match := _COMPACT.fullmatch(narrow):
        return _made(match.groups())
    try:
        epoch = float(narrow)
    except ValueError:
        return None
    if not _EPOCH <= epoch < _EPOCH_END:
        return None
    return datetime.fromtimestamp(epoch / 1000 if epoch >= _EPOCH_MS else epoch, UTC).replace(tzinfo=None)


def _turned(match: re.Match[str], month: int, day: int) -> datetime | None:
    return _made([match[3], match[month], match[day], match[4], match[5], match[6]])


def _made(parts: Sequence[str | None]) -> datetime | None:
    year, month, day, hour, minute, second = (int(part) if part else None for part in parts)
    try:
        return datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0)  # noqa: DTZ001 - a wall clock
    except ValueError:
        return None


def _plain(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
