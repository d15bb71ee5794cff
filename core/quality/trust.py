"""Whether numbers may be believed: ok, suspect, late or bad, for each measure, slice and period.

Late or bad makes every rule that needs the number unknown: it neither fires nor clears. A file that is late does so
for the whole source, and a slice that usually has facts and has none now for itself: a feed that broke looks just
like a channel that sold nothing, and only one of them is calm. A suspect number is judged, and says that it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.metrics.source import Checks
from core.quality import checks
from core.quality.checks import Flags
from core.quality.fault import Check, Fault, Verdict

if TYPE_CHECKING:
    from core.calendar.grain import Period
    from core.cube.cube import Array, Cube
    from core.labels import Labels
    from core.metrics.catalog import Catalog

LOOK_BACK = checks.LOOK_BACK
MATERIAL = 0.05  # of the business: if so much of a total is missing, the total is no number either


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """What one check found in one measure: `flags[slice, period]`, and the numbers it found it in."""

    check: Check
    verdict: Verdict
    measure: str
    flags: Flags
    values: Array
    other: str | None = None
    others: Array | None = None

    def fault(self, labels: Labels, row: int, column: int) -> Fault:
        usual = None if self.others is None else float(self.others[row, column])
        value = float(self.values[row, column])
        return Fault(self.check, self.verdict, labels, self.measure, self.other, value, usual)


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """`late[period]`: no fact of the source came at all. `silent[slice, period]`: a slice that usually has some has
    none. `cells` are what single numbers lack, `faults` what the source as a whole does.
    """

    periods: range
    slices: tuple[Labels, ...]
    late: Flags
    silent: Flags
    unknown: Flags  # either: no rule may speak of it
    is_doubtful: bool  # whether there is any reason to keep a rule from speaking
    cells: tuple[Cells, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def finds_fault(self) -> bool:
        return self.is_doubtful or bool(self.cells or self.faults)

    def is_late(self, period: Period) -> bool:
        return bool(self.late[period.index - self.periods.start])

    def frozen(self, measures: Iterable[str]) -> Flags:
        """Return where no rule may speak that needs these measures."""
        needed = set(measures)
        found = self.unknown
        for cells in self.cells:
            if cells.verdict.freezes and needed & {cells.measure, cells.other}:
                found = found | cells.flags
        worst = self._worst(needed)
        return found | worst[:, np.newaxis] if worst is not None else found

    def of(self, row: int, period: int, measures: Iterable[str]) -> tuple[Fault, ...]:
        """Return why not, or why not quite, one number made of these measures may be believed; the worst first."""
        needed = set(measures)
        column, labels = period - self.periods.start, self.slices[row]
        found = [fault for fault in self.faults if fault.reaches(labels) and any(map(fault.concerns, needed))]
        if not any(fault.verdict is Verdict.LATE for fault in found):
            if self.late[column]:
                found.append(Fault(Check.FRESH, Verdict.LATE))
            elif self.silent[row, column]:
                found.append(Fault(Check.COMPLETE, Verdict.LATE, labels))
        known = {(fault.check, fault.measure) for fault in found}
        found += [
            cells.fault(labels, row, column)
            for cells in self.cells
            if cells.flags[row, column]
            and needed & {cells.measure, cells.other}
            and (cells.check, cells.measure) not in known
        ]
        return tuple(sorted(dict.fromkeys(found), key=lambda fault: -fault.verdict))

    def _worst(self, needed: set[str]) -> Flags | None:
        """Return which slices the source's own faults silence: those within, and totals that lack too much."""
        grave = [fault for fault in self.faults if fault.verdict.freezes and any(map(fault.concerns, needed))]
        if not grave:
            return None
        found = np.zeros(len(self.slices), np.bool_)
        for row, labels in enumerate(self.slices):
            lacking: dict[Check, float] = defaultdict(float)
            for fault in grave:
                if fault.holds(labels):
                    found[row] = True
                elif fault.reaches(labels):
                    lacking[fault.check] += fault.share
            found[row] |= any(share >= MATERIAL for share in lacking.values())
        return found


def judge(
    cube: Cube, period: Period, catalog: Catalog | None = None, *, source: str = "", faults: Sequence[Fault] = ()
) -> Trust:
    """Judge one period, in the light of those before it, and of what is known of its source."""
    return judge_all(cube, range(period.index, period.index + 1), catalog, source=source, faults=faults)


def judge_all(
    cube: Cube, periods: range, catalog: Catalog | None = None, *, source: str = "", faults: Sequence[Fault] = ()
) -> Trust:
    """Judge every one of these periods, each in the light of those before it. `faults` are of all of them."""
    held = cube.at(range(periods.start - LOOK_BACK, periods.stop))
    arrays = tuple(held.measures.values())
    now = _came([array[:, LOOK_BACK:] for array in arrays], (len(cube.slices), len(periods)))
    late, silent = ~np.logical_or.reduce(now, axis=0), np.zeros(now.shape, np.bool_)
    lacking = np.flatnonzero(~np.logical_and.reduce(now, axis=1))  # where all came, nobody needs to look back
    if len(lacking):
        came = _came([array[lacking] for array in arrays], (len(lacking), len(held.periods)))
        seen = np.concatenate([np.zeros((len(lacking), 1), np.int32), np.cumsum(came, axis=1, dtype=np.int32)], axis=1)
        before = seen[:, LOOK_BACK:-1] - seen[:, : -LOOK_BACK - 1]
        silent[lacking] = (before * 2 >= LOOK_BACK) & ~now[lacking]
    cells = tuple(_cells(held, catalog, source)) if catalog is not None else ()
    is_doubtful = bool(
        late.any()
        or silent.any()
        or any(each.verdict.freezes for each in cells)
        or any(fault.verdict.freezes for fault in faults)
    )
    return Trust(periods, cube.slices, late, silent, silent | late, is_doubtful, cells, tuple(faults))


def _came(arrays: Sequence[Array], shape: tuple[int, int]) -> Flags:
    """Return where at least one measure has a value."""
    came = np.zeros(shape, dtype=np.bool_)
    for array in arrays:
        came |= ~np.isnan(array)
    return came


def _cells(held: Cube, catalog: Catalog, source: str) -> Iterator[Cells]:
    """Yield what is wrong with single numbers; a check that finds nothing leaves nothing behind."""
    of = catalog.sources.get(source)
    wanted = of.checks if of else Checks()
    is_finest = of is not None and set(held.dimensions) == set(of.dimensions)
    now = {code: array[:, LOOK_BACK:] for code, array in held.measures.items()}
    for code, array in now.items():
        if wanted.range and (limits := checks.bounds(code, catalog, is_finest=is_finest)):
            flags = checks.out_of_range(array, *limits)
            if flags.any():
                yield Cells(Check.RANGE, Verdict.BAD, code, flags, array)
        if wanted.spike and (flags := _spikes(held.measures[code], wanted.spike)).any():
            yield Cells(Check.SPIKE, Verdict.SUSPECT, code, flags, array)
    for part, whole in (*checks.PARTS, *wanted.wholes.items()) if wanted.parts else ():
        if part in now and whole in now and (flags := checks.beyond_whole(now[part], now[whole])).any():
            yield Cells(Check.PARTS, Verdict.BAD, part, flags, now[part], whole, now[whole])


def _spikes(array: Array, times: float) -> Flags:
    found = [
        checks.spikes(array[:, column - LOOK_BACK : column], array[:, column], times)
        for column in range(LOOK_BACK, array.shape[1])
    ]
    return np.stack(found, axis=1) if found else np.zeros((len(array), 0), np.bool_)
