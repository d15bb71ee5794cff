# ruff: noqa: S608 - the SQL is made of our own names
"""The rows of a file that were set aside, whole and as they were written: to be shown, mended and brought again.

Nothing of them is kept elsewhere. The file is there still, so it is read once more.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.ingest.table import lay, stage
from core.ports import Aside, Reject

if TYPE_CHECKING:
    from core.ingest.clean import Kind


def set_aside(
    path: Path, columns: Sequence[tuple[str, Kind]], time: str, zone: str, names: Mapping[str, Sequence[str]], most: int
) -> tuple[tuple[str, ...], tuple[Aside, ...]]:
    """Return the names of a file's columns, and at most so many rows in their order, each with its reasons."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        stage(connection, path, "staged", columns, zone, names)
        place = next(i for i, (column, _) in enumerate(columns) if column == time)
        connection.execute(
            f"INSERT INTO staged_rejected SELECT row, 'no-time', ?, NULL FROM staged WHERE c{place} IS NULL", [time]
        )
        written = lay(connection, path, "written")
        found = connection.execute(
            f"SELECT r.row, r.reason, r.name, r.raw, w.* EXCLUDE (row) FROM ("
            f"FROM staged_rejected WHERE row IN (SELECT DISTINCT row FROM staged_rejected ORDER BY row LIMIT {most})"
            f") AS r LEFT JOIN written AS w USING (row) ORDER BY r.row, r.name"
        ).fetchall()
    rows: dict[int, Aside] = {}
    for row, reason, column, raw, *cells in found:
        # A line with a cell too many or too few lies in no column; it is cut at its commas.
        line = (
            next(csv.reader([raw or ""]), []) if reason == "cells" else ["" if cell is None else cell for cell in cells]
        )
        before = rows.get(row, Aside(row, (), tuple(line)))
        rows[row] = Aside(row, (*before.reasons, Reject(row, reason, column, raw)), before.cells)
    return written, tuple(rows.values())
