"""What a number is held against: some periods ago, a year ago, what was usual, what was planned.

Columns in, columns out: each function answers for all slices and all requested periods at once, and NaN says that
there is nothing to compare with. The window of `usual` ends before the period that is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.calendar.grain import Grain, Period
from core.cube.cube import Array, Columns
from core.cube.reading import Reader, arithmetic, enough, holes
from core.metrics.metric import Ref

if TYPE_CHECKING:
    from core.labels import Labels
    from core.metrics.target import Planned

LEAST = 7  # periods with a value, before a mean is believed
LEAST_SAME_WEEKDAY = 3
# Four weeks by default; where a period is longer than a day, enough of them to make a mean.
USUAL_PERIODS = {Grain.HOUR: 28 * 24, Grain.DAY: 28, Grain.WEEK: 8, Grain.MONTH: 7}
_HOURS = {Grain.HOUR: 1, Grain.DAY: 24, Grain.WEEK: 168}

Statistic = Literal["mean", "median"]
Part = tuple[str, Grain | None]  # a base metric, and since when it gathers


def steps(span: Grain, grain: Grain) -> int | None:
    """Return how many periods of `grain` make one of `span`, or None when that is not a whole number."""
    if span == grain:
        return 1
    if span not in _HOURS or grain not in _HOURS:
        return None
    number, rest = divmod(_HOURS[span], _HOURS[grain])
    return None if rest else number


def a_year_before(periods: Iterable[int], grain: Grain) -> Columns:
    """Return the same hour or day of last year (of the 29th of February, the 28th), the same month, or 52 weeks ago."""
    indices = np.fromiter(periods, dtype=np.int64)
    if grain is Grain.MONTH:
        return indices - 12
    if grain is Grain.WEEK:
        return indices - 52
    per_day = 24 if grain is Grain.HOUR else 1
    days = (indices // per_day).astype("M8[D]")
    months = days.astype("M8[M]")
    then = months - 12
    last = ((then + 1).astype("M8[D]") - then.astype("M8[D]")).astype(np.int64) - 1
    found = then.astype("M8[D]").astype(np.int64) + np.minimum((days - months.astype("M8[D]")).astype(np.int64), last)
    same: Columns = found * per_day + indices % per_day
    return same


def window(span: int, stride: int) -> tuple[int, int]:
    """Return how many periods count of the last `span`, every `stride`-th of them, and the fewest that will do."""
    count = span // stride
    return count, min(count, LEAST if stride == 1 else LEAST_SAME_WEEKDAY)


def weekday_stride(grain: Grain) -> int:
    """Return the distance to the same day of the last week; at hour grain to the same hour of that day."""
    return {Grain.HOUR: 168, Grain.DAY: 7}.get(grain, 1)


def usual(reader: Reader, code: str, columns: Columns, span: int, stride: int, statistic: Statistic) -> Array:
    """Return what was usual over the last `span` periods, every `stride`-th one; unknown after too few of them."""
    key = ("usual", code, columns.tobytes(), span, stride, statistic)
    make = _median if statistic == "median" else _mean
    return reader.once(key, lambda: make(reader, code, columns, *window(span, stride), stride))


def usual_of(reader: Reader, code: str, chosen: Columns, least: int, statistic: Statistic) -> Array:
    """Return what was usual over just these columns, as one column."""
    if statistic == "median":
        values = reader.value(code, chosen)
        number = (~np.isnan(values)).sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore"), catch_warnings():
            simplefilter("ignore", RuntimeWarning)  # of nothing the median is NaN, which is what is meant
            middle = np.nanmedian(values, axis=1, keepdims=True)
        return np.where(number >= max(least, 1), middle, np.nan)
    dictionary = reader.dictionary
    raw = {
        (name, since): reader.base(dictionary.metrics[name], since, chosen)
        for name, since in holes(Ref(code), dictionary)
    }
    known = ~np.logical_or.reduce([np.isnan(array) for array in raw.values()])
    sums = {key: np.where(known, array, 0.0).sum(axis=1, keepdims=True) for key, array in raw.items()}
    return _from_sums(reader, code, sums, known.sum(axis=1, keepdims=True).astype(np.float64), max(least, 1))


def target(
    planned: Sequence[Planned], code: str, slices: Sequence[Labels], grain: Grain, periods: Sequence[int]
) -> Array:
    """Return what was planned; of several that hold, the one for the narrower slice, then the later one."""
    found = np.full((len(slices), len(periods)), np.nan)
    mine = [(at, each) for at, each in enumerate(planned) if each.metric == code and each.per in (None, grain)]
    days = [Period(grain, period).start.date() for period in periods]
    ends = [Period(grain, period).end.date() for period in periods]
    for _, each in sorted(mine, key=lambda pair: (len(pair[1].labels.pairs), pair[0])):
        rows = [row for row, labels in enumerate(slices) if set(each.labels) <= set(labels)]
        columns = [
            column for column, (day, end) in enumerate(zip(days, ends, strict=True)) if holds_for(each, day, end)
        ]
        if rows and columns:
            found[np.ix_(rows, columns)] = float(each.value)
    return found


def holds_for(planned: Planned, day: date, end: date) -> bool:
    """Return whether a plan is for a whole period, which starts on `day` and ends before `end`."""
    last = max(day, end - timedelta(days=1))
    return (planned.first is None or planned.first <= day) and (planned.last is None or last <= planned.last)


def gathered(
    of: Callable[[Columns], Sequence[Array]], columns: Columns, span: int, stride: int
) -> tuple[tuple[Array, ...], Array]:
    """Return sums over the periods that `usual` looks at, and how many of them are known: those where all are."""
    count, _ = window(span, stride)
    back, wanted = _with_history(columns, count, stride)
    arrays = of(back)
    known = ~np.logical_or.reduce([np.isnan(array) for array in arrays])
    sums = tuple(_window_sums(np.where(known, array, 0.0), count, stride)[:, wanted] for array in arrays)
    return sums, _window_sums(known.astype(np.float64), count, stride)[:, wanted]


def _mean(reader: Reader, code: str, columns: Columns, count: int, least: int, stride: int) -> Array:
    # A mean of every base metric, then the formula: for a ratio that is the sum by the sum. Only periods count in
    # which all of them are known, else a day without its costs would make the ratio look rich.
    dictionary = reader.dictionary
    back, wanted = _with_history(columns, count, stride)
    raw = {
        (name, since): reader.base(dictionary.metrics[name], since, back)
        for name, since in holes(Ref(code), dictionary)
    }
    sums, number = _sums_of_known(raw, count, stride)
    return _from_sums(reader, code, {key: each[:, wanted] for key, each in sums.items()}, number[:, wanted], least)


def _sums_of_known(raw: Mapping[Part, Array], count: int, stride: int) -> tuple[dict[Part, Array], Array]:
    """Return the sums of each window over the periods in which all is known, and how many these are."""
    sums = {key: _window_sums(array, count, stride) for key, array in raw.items()}
    (number,) = {each.shape: np.full(each.shape, float(count)) for each in sums.values()}.values()
    # A sum tells of a hole by being one. Few slices have any: only there need each period be looked at.
    rows = np.flatnonzero(np.logical_or.reduce([np.isnan(each).any(axis=1) for each in sums.values()]))
    if len(rows):
        holed = {key: array[rows] for key, array in raw.items()}
        known = ~np.logical_or.reduce([np.isnan(array) for array in holed.values()])
        number[rows] = _window_sums(known.astype(np.float64), count, stride)
        for key, array in holed.items():
            sums[key][rows] = _window_sums(np.where(known, array, 0.0), count, stride)
    return sums, number


def _from_sums(reader: Reader, code: str, sums: Mapping[Part, Array], number: Array, least: int) -> Array:
    dictionary, metric = reader.dictionary, reader.dictionary.metrics[code]
    with np.errstate(invalid="ignore", divide="ignore"):
        means = {key: array / number for key, array in sums.items()}
    found = arithmetic(Ref(code), dictionary, lambda base, since: means[base.code, since])
    split = dictionary.split(code) if metric.min_sample else None
    if split is not None:
        sample = arithmetic(split[1], dictionary, lambda base, since: sums[base.code, since])
        found = enough(found, sample, metric.min_sample)
    return np.where(number >= least, found, np.nan)


def _median(reader: Reader, code: str, columns: Columns, count: int, least: int, stride: int) -> Array:
    back, wanted = _with_history(columns, count, stride)
    values = reader.value(code, back)
    seen = sliding_window_view(values, (count - 1) * stride + 1, axis=1)[:, :, ::stride]
    ordered = np.sort(seen, axis=2)  # NaN last
    number = (~np.isnan(ordered)).sum(axis=2)
    low = np.take_along_axis(ordered, np.maximum((number - 1) // 2, 0)[:, :, None], axis=2)[:, :, 0]
    high = np.take_along_axis(ordered, np.minimum(number // 2, count - 1)[:, :, None], axis=2)[:, :, 0]
    middle = np.where(number % 2 == 1, low, (low + high) / 2)
    return np.where(number >= least, middle, np.nan)[:, wanted]


def _with_history(columns: Columns, count: int, stride: int) -> tuple[Columns, Columns]:
    """Return the columns to read, and which windows over them end just before each asked column."""
    first = int(columns.min()) - count * stride
    return np.arange(first, int(columns.max()) - stride + 1), columns - columns.min()


def _window_sums(array: Array, count: int, stride: int) -> Array:
    """Return the sums of every window of `count` columns, each `stride` apart.

    By doubling, so that a long history costs the logarithm of its window and nothing is ever taken away again:
    a running total would lose the small numbers after a large one.
    """
    width = array.shape[1] - (count - 1) * stride
    if width == 1:
        return np.add.reduce(array[:, ::stride], axis=1, keepdims=True)
    total = np.zeros((array.shape[0], width))
    doubled, size, done = array, 1, 0
    while size <= count:
        if count & size:
            total += doubled[:, done * stride : done * stride + width]
            done += size
        if size * 2 <= count:
            doubled = doubled[:, : -size * stride] + doubled[:, size * stride :]
        size *= 2
    return total
