"""What is wrong with a source as a whole, found once for each of its periods and shared by all rules that need it.

It asks one question of its own, by the dimensions whose values are always there (channels, regions; campaigns come
and go), so that a total that lacks half of its channels is seen to, although the total itself has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from core.calendar.grain import Grain, Window
from core.cube.query import Query
from core.errors import Invalid, Problem
from core.labels import Labels
from core.metrics.metric import How
from core.quality import checks
from core.quality.checks import LOOK_BACK
from core.quality.fault import Check, Fault, Verdict
from core.quality.trust import judge

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.calendar.grain import Period
    from core.cube.cube import Cube
    from core.metrics.catalog import Catalog
    from core.metrics.source import Source
    from core.quality.checks import Flags
    from core.quality.provenance import Provenance, Repeat

_HISTORY = {Grain.HOUR: 7 * 24}  # hours are compared with the same hour of a week
FEW = 2  # dimensions, of which all are looked into; of more, those whose values are always there
MOST_TOGETHER = 3  # dimensions that tell one missing place; beyond, every row would be its own
MOST_PLACES = 20  # that are named one by one; of more, the worst

SURE = 7.0  # rows a period: of so many, on average, none come in one period of a thousand (e to the −7)


def steady(source: Source, catalog: Catalog) -> tuple[str, ...]:
    """Return the dimensions whose usual values must be there in every period."""
    if source.checks.complete is not None:
        return tuple(sorted(source.checks.complete))
    known = catalog.dimensions
    return tuple(sorted(each for each in source.dimensions if each in known and known[each].values))


def question(source: Source, catalog: Catalog, period: Period) -> Query:
    """Return what to ask in order to examine a period."""
    first = period.shift(-_HISTORY.get(period.grain, LOOK_BACK))
    # Distinct people cannot be added up, and so tell no share; alone, they tell who came.
    added = [code for code, measure in source.measures.items() if measure.how is not How.DISTINCT]
    measures = tuple(sorted(added or source.measures))
    dimensions = tuple(sorted(source.dimensions)) if len(source.dimensions) <= FEW else steady(source, catalog)
    return Query(source.name, period.grain, dimensions, measures, Window.of(first, period))


def examine(cube: Cube, source: Source, catalog: Catalog, period: Period, provenance: Provenance) -> tuple[Fault, ...]:
    """Return what is wrong with a source in one period; `cube` answers its question."""
    wanted = source.checks
    column = cube.column(period.index)
    now, before = checks.came(cube)[:, column : column + 1], checks.came(cube)[:, :column]
    shares = _shares(cube, column)
    found: list[Fault] = []
    if provenance.trouble is not None:
        found.append(schema(provenance.trouble))
    if not now.any():
        whole = np.logical_or.reduce(before, axis=0)[np.newaxis, :]
        if wanted.fresh and whole.any() and not checks.is_quiet(whole, period.grain):
            found.append(Fault(Check.FRESH, Verdict.LATE))
        return tuple(found)
    missing = _missing(cube, steady(source, catalog), now, before, shares, period.grain)
    found += sorted(missing, key=lambda fault: (len(fault.labels.pairs), -fault.share))[:MOST_PLACES]
    if wanted.duplicates:
        found += _repeated(cube, provenance.repeats, shares)
    found += _impossible(cube, source, catalog, period, shares)
    return tuple(sorted(found, key=lambda fault: (-fault.verdict, -fault.share, fault.labels)))


def schema(problem: Problem) -> Fault:
    """Return what keeps facts from coming in, as a fault: the column that is gone, or the file."""
    facts = problem.mistakes[0].facts if isinstance(problem, Invalid) else problem.facts
    detail = next((str(facts[each]) for each in ("column", "file", "files") if each in facts), "")
    return Fault(Check.SCHEMA, Verdict.BAD, detail=detail)


def _shares(cube: Cube, column: int) -> NDArray[np.float64]:
    """Return how much of the business each row usually holds, the mean over all measures that can be added."""
    found = np.zeros(len(cube.slices))
    counted = 0
    for code, array in cube.measures.items():
        if cube.hows[code] is How.DISTINCT:
            continue
        sums = np.abs(np.nansum(array[:, max(0, column - LOOK_BACK) : column], axis=1))
        if sums.sum() > 0:
            found += sums / sums.sum()
            counted += 1
    return found / counted if counted else np.full(len(cube.slices), 1 / max(len(cube.slices), 1))


def _missing(
    cube: Cube, dimensions: Sequence[str], now: Flags, before: Flags, shares: NDArray[np.float64], grain: Grain
) -> Iterator[Fault]:
    """Yield the places that usually have facts and have none: channels, regions, and then a channel in one region.

    A place within one that is missing as a whole is no further news.
    """
    span = _HISTORY.get(grain, LOOK_BACK)
    rows = np.flatnonzero(~now[:, 0])
    if not len(rows):
        return
    said: list[Labels] = []
    for size in range(1, min(len(dimensions), MOST_TOGETHER) + 1):
        for chosen in combinations(dimensions, size):
            keys = _places(cube, chosen)
            silent = rows[~np.isin(keys[rows], keys[now[:, 0]])]  # nothing of their place came
            for key in np.unique(keys[silent]):
                within = silent[keys[silent] == key]
                labels = cube.slices[within[0]].only(chosen)
                if any(set(each) <= set(labels) for each in said):
                    continue
                earlier = np.logical_or.reduce(before[within], axis=0)[np.newaxis, -span:]
                is_due = checks.is_expected(earlier, grain)[0] and (size == 1 or checks.is_unfailing(earlier, grain))
                if is_due and not _may_be_none(cube, within, before.shape[1], span):
                    said.append(labels)
                    yield Fault(Check.COMPLETE, Verdict.LATE, labels, share=float(shares[within].sum()))


def _places(cube: Cube, dimensions: Sequence[str]) -> NDArray[np.int64]:
    """Return a number for each slice, the same for all that lie in one place."""
    numbers: dict[Labels, int] = {}
    return np.array([numbers.setdefault(each.only(dimensions), len(numbers)) for each in cube.slices], dtype=np.int64)


def _may_be_none(cube: Cube, rows: NDArray[np.int64], column: int, span: int) -> bool:
    """Return whether none may be luck: where rows are counted, few a period are none on some, with no feed broken."""
    counts = [
        array[rows, max(0, column - span) : column]
        for code, array in cube.measures.items()
        if cube.hows[code] is How.COUNT
    ]
    means = [float(np.nan_to_num(each).sum(axis=0).mean()) for each in counts if each.size]
    return bool(means) and max(means) < SURE


def _repeated(cube: Cube, repeats: Iterable[Repeat], shares: NDArray[np.float64]) -> list[Fault]:
    """Return where rows were told twice, by the slices of the cube."""
    worst: dict[Labels, tuple[Verdict, int]] = {}
    for repeat in repeats:
        labels = repeat.labels.only(cube.dimensions)
        told = (Verdict.BAD if repeat.is_certain else Verdict.SUSPECT, repeat.times)
        worst[labels] = max(worst.get(labels, told), told)
    found = []
    for labels, (verdict, times) in worst.items():
        share = sum(share for each, share in zip(cube.slices, shares, strict=True) if not labels or each == labels)
        found.append(Fault(Check.DUPLICATES, verdict, labels, value=float(times), share=float(share)))
    return sorted(found, key=lambda fault: -fault.share)[:MOST_PLACES]


def _impossible(
    cube: Cube, source: Source, catalog: Catalog, period: Period, shares: NDArray[np.float64]
) -> Iterator[Fault]:
    """Yield the numbers that cannot be: beyond the bounds of their nature or of their source, more than their whole."""
    column = cube.column(period.index)
    for cells in judge(cube, period, catalog, source=source.name).cells:
        for row in np.flatnonzero(cells.flags[:, 0])[:MOST_PLACES].tolist():
            yield replace(cells.fault(cube.slices[row], row, 0), share=float(shares[row]))
    for code, (low, high) in source.checks.ranges.items() if source.checks.range else ():
        if code not in cube.measures:
            continue
        values = cube.measures[code][:, column]
        for row in np.flatnonzero(checks.out_of_range(values, low, high))[:MOST_PLACES].tolist():
            value, share = float(values[row]), float(shares[row])
            bound = low if value < low else high
            yield Fault(Check.RANGE, Verdict.BAD, cube.slices[row], code, value=value, usual=bound, share=share)
