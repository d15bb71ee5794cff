# ruff: noqa: S608 - names go through `quoted`
"""Which rows count where files overlap: of a slice and a period that two files tell, the newest file's.

Teams export the last seven days each morning, so six of them are told again, some of them corrected. What is outdone
is moved aside and not thrown away: when the newer file goes, the older one's rows count again. Only where one row a
slice and period is the rule: two leads alike are two leads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.warehouse.sql import facts, period_of, quoted
from core.warehouse.twice import ONE_EACH, counts_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from core.metrics.source import Source

OUTDONE = "outdone"  # the reason under which such rows are counted
CORRECTED = "corrected"  # … and those of a merged file that a later batch within it tells anew


def aside(source: str) -> str:
    return quoted(f"aside_{source}")


def restore(connection: DuckDBPyConnection, source: str) -> bool:
    """Bring back what was moved aside; return whether there was any."""
    ((is_there,),) = connection.execute(
        "SELECT count(*) > 0 FROM duckdb_tables() WHERE table_name = ?", [f"aside_{source}"]
    ).fetchall()
    if not is_there:
        return False
    connection.execute(f"INSERT INTO {facts(source)} FROM {aside(source)}; DROP TABLE {aside(source)}")
    connection.execute(
        "DELETE FROM rejected WHERE reason = ? AND file IN (SELECT id FROM files WHERE source = ?)", [OUTDONE, source]
    )
    return True


def keep_latest(connection: DuckDBPyConnection, source: Source) -> bool:
    """Move aside what a newer file tells as well, and copies within one; return whether there was any."""
    if counts_rows(source):
        return False
    table = facts(source.name)
    row = ", ".join(["slice", *map(quoted, source.measures)])
    told = f"SELECT period, slice, file, count(*) AS n FROM {table} GROUP BY ALL"
    ((share, most, files),) = connection.execute(
        f"SELECT avg((n = 1)::INT), max(n), count(DISTINCT file) FROM ({told})"
    ).fetchall()
    if share is None or share < ONE_EACH or (files == 1 and most == 1):
        return False
    old = (
        f"SELECT seq FROM (SELECT seq, file, hash({row}) AS mark, "
        f"first_value(file) OVER (PARTITION BY period, slice ORDER BY (files.touched, files.path) DESC) AS newest, "
        f"row_number() OVER (PARTITION BY period, slice, file, mark ORDER BY seq DESC) AS nth "
        f"FROM {table} AS f JOIN files ON files.id = f.file "
        f"SEMI JOIN (SELECT period, slice FROM {table} GROUP BY ALL HAVING count(*) > 1) AS many "
        f"USING (period, slice)) WHERE file <> newest OR nth > 1"
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE {aside(source.name)} AS SELECT * FROM {table} WHERE seq IN ({old}); "
        f"DELETE FROM {table} WHERE seq IN (SELECT seq FROM {aside(source.name)})"
    )
    connection.execute(
        f"INSERT INTO rejected SELECT file, '{OUTDONE}', count(*) FROM {aside(source.name)} GROUP BY file"
    )
    ((moved,),) = connection.execute(f"SELECT count(*) FROM {aside(source.name)}").fetchall()
    if not moved:
        connection.execute(f"DROP TABLE {aside(source.name)}")
    return bool(moved)


def keep_latest_batch(connection: DuckDBPyConnection, source: Source) -> None:
    """Leave, of what lies in `ready` from many batches in one file, what would count were they files of their own."""
    if counts_rows(source):
        return
    period = period_of("time", source.grain)
    key = ", ".join([period, *(f"d{i}" for i in range(len(source.dimensions)))])
    told = f"SELECT count(*) AS n FROM ready GROUP BY {key}, batch"
    ((share,),) = connection.execute(f"SELECT avg((n = 1)::INT) FROM ({told})").fetchall()
    if share is None or share < ONE_EACH:
        return
    newest = f"first_value(batch) OVER (PARTITION BY {key} ORDER BY batch DESC)"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE corrected AS SELECT row FROM (SELECT row, batch, {newest} AS newest FROM ready) "
        f"WHERE batch <> newest; "
        f"INSERT INTO staged_rejected SELECT row, '{CORRECTED}', NULL, NULL FROM corrected; "
        f"DELETE FROM ready WHERE row IN (SELECT row FROM corrected)"
    )
