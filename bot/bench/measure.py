# ruff: noqa: S608 - every name and number in the SQL is made here
"""How fast the road from facts to verdicts is: `beacon bench evaluate` makes its data and holds us to two references.

Ours are real sentences through the parser, the evaluator and the warehouse. The references need no server: one SQL
query for each rule over the same file, which is how dashboards do it, and a bare scan of the same columns, which is
as fast as this engine reads at all. What they find is compared with what we found. Times are for ratios within one
run; on another machine they are others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bot.app import open_world
from bot.bench.data import LAST, MEASURES, asked, write_data, write_workspace
from bot.bench.peak import Peak
from core.calendar.grain import EPOCH, Grain, Period
from core.errors import Problem
from core.quality.trust import judge
from core.rules.evaluate import Seen, findings
from core.rules.needs import Batch, batches
from core.usecases.facts import facts_of
from core.usecases.replay import HandClock
from core.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from core.cube.cube import Cube
    from core.ports import Warehouse

TICKS = 5  # new days that arrive one after the other
_SCANS = 7

Breaches = set[tuple[str, str]]  # rule and campaign; each campaign is one slice
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """What `--json` promises, and what it was measured on."""

    cold_seconds: float  # nothing held: the cube asked for, and all rules judged
    warm_seconds: float  # the same after one new day arrived
    rules_seconds: float  # judging alone, over a cube that is there
    per_rule_sql_seconds: float
    scan_seconds: float
    peak_bytes: int  # what cold and warm together took beyond what was held before
    slices: int
    rules: int
    days: int
    breaches: int
    intake_seconds: float  # taking one new day in, before its tick


def measure(slices: int, rules: int, days: int, progress: Progress = lambda _what, _share: None) -> Measured:
    """Measure all of it, and raise Problem when the three do not agree."""
    with TemporaryDirectory(prefix="beacon-bench-") as folder:
        return asyncio.run(_measure(Path(folder), slices, rules, days, progress))


async def _measure(folder: Path, slices: int, rules: int, days: int, progress: Progress) -> Measured:
    progress("making the data", 0.0)
    first, last = (LAST - EPOCH).days - days + 1, (LAST - EPOCH).days
    write_data(folder / "facts-0.parquet", slices, range(first, last + 1))
    questions = asked(rules)
    workspace = write_workspace(folder, questions)
    (batch,) = batches(workspace.rules, workspace.catalog)
    clock = HandClock(datetime(2026, 8, 1, tzinfo=UTC))
    async with open_world(workspace, clock) as world:
        progress("ours, cold", 0.2)
        peak = Peak()
        began = perf_counter()
        cube, seen = await tick(world.warehouse, batch, workspace, last)
        cold = perf_counter() - began
        judging = median(_timed(lambda: _judged(batch, cube, workspace, last)) for _ in range(5))
        del cube, seen
        warm, intake = [], []
        for new in range(last + 1, last + 1 + TICKS):
            progress("ours, a new day", 0.3)
            await asyncio.to_thread(write_data, folder / f"facts-{new}.parquet", slices, range(new, new + 1))
            began = perf_counter()
            await world.warehouse.refresh()
            intake.append(perf_counter() - began)
            began = perf_counter()
            cube, seen = await tick(world.warehouse, batch, workspace, new)
            warm.append(perf_counter() - began)
        peak_bytes = peak.bytes()
        ours = breaches(seen)
        totals = {code: _total(array) for code, array in cube.measures.items()}
    with _references(folder) as connection:
        scans = [_timed(lambda: _scanned(connection, range(last + TICKS + 1))) for _ in range(_SCANS)]
        scanned = _scanned(connection, cube.periods)
        progress("one query for each rule", 0.4)
        theirs: Breaches = set()
        began = perf_counter()
        for place, each in enumerate(questions):
            for row in connection.execute(each.sql(last + TICKS)).fetchall():
                theirs.add((f"r{place}", row[1]))
            progress("one query for each rule", 0.4 + 0.6 * place / rules)
        per_rule = perf_counter() - began
    _compare(ours, theirs, totals, scanned)
    return Measured(
        cold, median(warm), judging, per_rule, median(scans), peak_bytes, slices, rules, days, len(ours), median(intake)
    )


async def tick(warehouse: Warehouse, batch: Batch, workspace: Workspace, day: int) -> tuple[Cube, Seen]:
    """Judge one day by all rules, as the house does."""
    cube = await facts_of(batch, Period(Grain.DAY, day), workspace.events, warehouse)
    return cube, _judged(batch, cube, workspace, day)


def breaches(seen: Seen) -> Breaches:
    """Return which rules breach where."""
    return {
        (rule, dict(outcome.slices[row])["campaign"])
        for rule, outcome in seen.outcomes.items()
        for row in ((outcome.state == 1).any(axis=1) & outcome.concerns).nonzero()[0]
    }


def _judged(batch: Batch, cube: Cube, workspace: Workspace, day: int) -> Seen:
    period = Period(Grain.DAY, day)
    return findings(batch.rules, cube, workspace.catalog, judge(cube, period), period, workspace.events)


def _total(array: Any) -> float:
    import numpy as np

    return float(np.nansum(array))


def _timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


# --- the references --------------------------------------------------------------------------------------------


def _references(folder: Path) -> DuckDBPyConnection:
    """Open the same files as they lie, in memory, in the order of days."""
    import duckdb

    connection = duckdb.connect(":memory:")
    files = str(folder / "facts-*.parquet").replace("'", "''")
    connection.execute(
        "CREATE TABLE facts AS SELECT * REPLACE (CAST(day - DATE '1970-01-01' AS INTEGER) AS day) "
        f"FROM read_parquet('{files}') ORDER BY day, campaign"
    )
    return connection


def _scanned(connection: DuckDBPyConnection, days: range) -> dict[str, float]:
    """Read every column of those days once, and do nothing but add it up."""
    sums = ", ".join(f"sum({code})" for code in MEASURES)
    (row,) = connection.execute(
        f"SELECT {sums} FROM facts WHERE day BETWEEN {days.start} AND {days.stop - 1}"
    ).fetchall()
    return {code: float(total or 0) for code, total in zip(MEASURES, row, strict=True)}


def _compare(ours: Breaches, theirs: Breaches, totals: dict[str, float], scanned: dict[str, float]) -> None:
    if ours != theirs:
        example = ", ".join(min(ours ^ theirs))
        raise Problem("bench-breaches-differ", ours=len(ours), theirs=len(theirs), example=example)
    for code, total in totals.items():
        if abs(total - scanned[code]) > 1e-9 * max(1.0, abs(scanned[code])):
            raise Problem("bench-sums-differ", metric=code, ours=total, theirs=scanned[code])


# --- what a terminal shows -------------------------------------------------------------------------------------


def lines(measured: Measured) -> Iterator[str]:
    """Yield one line for each number, with what it is a multiple of."""
    m = measured
    yield f"{m.slices} slices, {m.rules} rules, {m.days} days: {m.breaches} breaches, by all three"
    for name, seconds, against in (
        ("cold", m.cold_seconds, f"{m.per_rule_sql_seconds / m.cold_seconds:.0f} times faster than a query a rule"),
        ("warm", m.warm_seconds, f"{m.warm_seconds / m.scan_seconds:.2f} of a scan"),
        ("rules alone", m.rules_seconds, ""),
        ("a query a rule", m.per_rule_sql_seconds, ""),
        ("scan", m.scan_seconds, ""),
        ("taking a day in", m.intake_seconds, ""),
    ):
        yield f"{name:<16}{seconds * 1000:>12.1f} ms  {against}".rstrip()
    each = m.peak_bytes / m.slices / len(MEASURES)
    yield f"{'peak':<16}{m.peak_bytes / 1e6:>12.1f} MB  {each:.0f} bytes a slice and measure"
