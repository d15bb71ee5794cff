"""A file of slices and numbers, read column by column: what is not a number by its name is a dimension.

Cells become small integers while they are read, so that a million rows never stand in memory as text. A blank number
is nothing, as one side of a join leaves it; any other cell that is no number, or one below zero, is a mistake, and
all of a file's mistakes are told at once.
"""

from __future__ import annotations

import csv
import io
import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.cells import delimiter_of, number, text_of
from core.document import fold
from core.errors import Invalid, Mistake, Problem, Where

MOST_TOLD = 5  # mistakes of one file

# What people call the columns; the first is ours.
SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "actual": ("actual", "real", "value", "now", "实际", "实际值", "本期"),
    "expected": ("expected", "predict", "forecast", "baseline", "before", "预期", "预期值", "基线", "上期"),
    "num": ("num", "numerator", "分子", "本期分子"),
    "den": ("den", "denominator", "分母", "本期分母"),
    "base_num": ("base_num", "base_numerator", "基期分子", "上期分子"),
    "base_den": ("base_den", "base_denominator", "基期分母", "上期分母"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Sliced:
    """`codes` has a number for each row of each dimension, and `values` what the numbers stand for."""

    dimensions: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    codes: tuple[NDArray[np.int64], ...]
    measures: Mapping[str, NDArray[np.float64]]


def read_sliced(file: Path, measures: Sequence[str]) -> Sliced:
    """Return a file's dimensions and the measures named; Invalid tells every mistake in it."""
    text = text_of(file)
    rows = _rows(text, file)
    header = [cell.strip() for cell in next(rows, [])]
    places = _places(header, measures, file)
    dims = [at for at in range(len(header)) if at not in places.values() and header[at]]
    if not dims:
        raise Problem("why-no-dimensions", file=str(file), columns=", ".join(header))
    if twice := sorted({header[at] for at in dims if [header[other] for other in dims].count(header[at]) > 1}):
        raise Problem("why-column-twice", file=str(file), columns=", ".join(twice))
    found = {at: array("d") for at in places.values()}
    codes, seen = {at: array("q") for at in dims}, {at: dict[str, int]() for at in dims}
    mistakes: list[Mistake] = []
    names = {at: name for name, at in places.items()}
    count = 0
    for line, row in enumerate(rows, 2):
        if len(row) < len(header):
            if not any(cell.strip() for cell in row):
                continue
            row = [*row, *[""] * (len(header) - len(row))]  # noqa: PLW2901 - Excel drops the blanks at a row's end
        count += 1
        for at in dims:
            known = seen[at]
            codes[at].append(known.setdefault(row[at].strip(), len(known)))
        for at, column in found.items():
            value = number(row[at]) if row[at].strip() else 0.0
            if not value >= 0:
                mistakes.append(_mistake(file, line, names[at], row[at].strip(), value))
                value = 0.0
            column.append(value)
        if len(mistakes) >= MOST_TOLD:
            break
    if mistakes:
        raise Invalid(mistakes)
    if count == 0:
        raise Problem("file-no-rows", file=str(file))
    return Sliced(
        tuple(header[at] for at in dims),
        tuple(tuple(seen[at]) for at in dims),
        tuple(np.frombuffer(codes[at], dtype=np.int64) for at in dims),
        {name: np.frombuffer(found[at], dtype=np.float64) for name, at in places.items()},
    )


def _rows(text: str, file: Path) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    except csv.Error as error:
        raise Problem("file-unreadable", file=str(file), detail=str(error)) from None


def _places(header: Sequence[str], measures: Sequence[str], file: Path) -> dict[str, int]:
    """Return where each measure stands; our own name goes before what else it may be called."""
    folded = [fold(cell) for cell in header]
    found: dict[str, int] = {}
    for name in measures:
        for spelling in SPELLINGS[name]:
            if (said := fold(spelling)) in folded and folded.index(said) not in found.values():
                found[name] = folded.index(said)
                break
    lacks = [name for name in measures if name not in found]
    if lacks:
        facts = {"lacks": ", ".join(lacks), "columns": ", ".join(header) or "-", "wanted": ", ".join(measures)}
        raise Problem("why-columns", file=str(file), **facts)
    return found


def _mistake(file: Path, line: int, column: str, said: str, value: float) -> Mistake:
    code = "why-not-number" if math.isnan(value) else "why-below-zero"
    return Mistake(code, {"line": line, "column": column, "said": said}, Where(str(file), line, 1))
