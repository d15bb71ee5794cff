# ruff: noqa: S608 - names go through `quoted`
"""What a source's files tell twice: a channel's day in two exports, or in two rows of one.

Only where one row a slice and period is the rule: leads and orders come in many rows, and two alike are two leads.
Of those, nothing but a whole period that two files tell word for word is a copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.metrics.metric import How
from core.quality.fault import EVERYWHERE
from core.quality.provenance import Repeat
from core.warehouse.sql import facts, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from core.labels import Labels
    from core.metrics.source import Source

ONE_EACH = 0.95  # of the slices and periods of a file have one row: then one row is the rule
FEWEST_ALIKE = 2  # rows of a period: one that two files tell alike may well be chance
MOST = 10_000

Repeats = dict[int, tuple[Repeat, ...]]  # by period


def counts_rows(source: Source) -> bool:
    """Whether a row is one of what is counted, a lead or a visitor, and not the sum of a day."""
    return any(measure.how in (How.COUNT, How.DISTINCT) for measure in source.measures.values())


def repeats(cursor: DuckDBPyConnection, source: Source, known: tuple[Labels, ...]) -> Repeats:
    """Return what is told twice, by the source's own periods; `known` are the slices by their ids."""
    row = ", ".join(["slice", *map(quoted, source.measures)])
    table = facts(source.name)
    told = (
        f"SELECT period, slice, file, count(*) AS n, min(mark) = max(mark) AS alike "
        f"FROM (SELECT period, slice, file, hash({row}) AS mark FROM {table}) GROUP BY ALL"
    )
    ((share,),) = cursor.execute(f"SELECT avg((n = 1)::INT) FROM ({told})").fetchall()
    found: dict[int, list[Repeat]] = {}
    if source.push and counts_rows(source):
        return {}  # leads that come one by one: each batch has a key, and comes in once
    if share is not None and share >= ONE_EACH and not counts_rows(source):
        rows = cursor.execute(
            f"SELECT period, slice, sum(n), count(*) > 1 OR bool_and(alike) FROM ({told}) "
            f"GROUP BY period, slice HAVING sum(n) > 1 ORDER BY period DESC, slice LIMIT {MOST}"
        ).fetchall()
        for period, slice_, times, is_certain in rows:
            found.setdefault(period, []).append(Repeat(known[slice_], int(times), bool(is_certain)))
    else:
        rows = cursor.execute(
            f"SELECT period, count(*) FROM (SELECT period, file, count(*) AS n, sum(hash({row})) AS mark FROM {table} "
            f"GROUP BY period, file) WHERE n >= {FEWEST_ALIKE} GROUP BY period, n, mark HAVING count(*) > 1 "
            f"ORDER BY period DESC LIMIT {MOST}"
        ).fetchall()
        for period, files in rows:
            found.setdefault(period, []).append(Repeat(EVERYWHERE, int(files), is_certain=True))
    return {period: tuple(each) for period, each in found.items()}
