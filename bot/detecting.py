"""`beacon detect`: a file of times and values in, what was sudden in it out, row for row.

Rows are judged in the order of time and answered in the order of the file.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.phrases import say
from bot.series import Series, read_series
from core.rules.axis import Axis, axis
from core.rules.detect import LINE, detect
from core.rules.second_opinion import both_opinions
from core.text import Tongue

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True, eq=False)
class Sudden:
    """What was found, row by row, NaN where unknown."""

    series: Series
    axis: Axis
    expected: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    score: NDArray[np.float64]


def look(file: Path) -> Sudden:
    """Judge each row of a file by those before it in time."""
    series = read_series(file)
    rows = np.flatnonzero(~np.isnat(series.times))
    found = axis(series.times[rows].astype("datetime64[s]").astype(np.int64))
    laid = np.full((1, found.length), np.nan)
    laid[0, found.place] = series.values[rows][found.order]
    scores = detect(laid, found.season, phase=found.phase)
    told = scores.score
    if found.phase is None:  # points lie evenly, so that each has an hour
        told = both_opinions(laid[0], found.season, told[0])[None]

    def by_row(array: NDArray[np.float64]) -> NDArray[np.float64]:
        back = np.full(len(series.said), np.nan)
        back[rows[found.order]] = array[0, found.place]
        return back

    expected, low, high, score = map(by_row, (scores.expected, scores.low, scores.high, told))
    return Sudden(series, found, expected, low, high, score)


def points_json(found: Sudden) -> dict[str, Any]:
    """Return what `beacon detect --json` promises: one entry for each row, in the file's order."""
    columns = (found.series.values, found.expected, found.low, found.high, found.score)
    names = ("time", "value", "expected", "low", "high", "score")
    lists = [[None if math.isnan(number) else number for number in column.tolist()] for column in columns]
    return {"points": [dict(zip(names, row, strict=True)) for row in zip(found.series.said, *lists, strict=True)]}


def summary(found: Sudden, tongue: Tongue) -> Iterator[str]:
    """Yield what a person wants to know: how much was judged, and what was sudden, the worst first."""
    sudden = np.flatnonzero(found.score >= LINE)
    judged = int(np.count_nonzero(~np.isnan(found.score)))
    yield say("detect-judged", tongue, rows=len(found.series.said), judged=judged, sudden=len(sudden))
    for row in sorted(sudden, key=lambda row: -found.score[row])[:MOST_SHOWN]:
        yield say(
            "detect-rose" if found.series.values[row] > found.expected[row] else "detect-fell",
            tongue,
            time=found.series.said[row],
            value=f"{found.series.values[row]:.6g}",
            expected=f"{found.expected[row]:.6g}",
            score=f"{found.score[row]:.1f}",
        )
    if len(sudden) > MOST_SHOWN:
        yield say("detect-more", tongue, more=len(sudden) - MOST_SHOWN)
