"""Batches that were pushed, put together into few files when there are many, with every row and its batch.

It is a pure laying side by side: a batch that would read otherwise among others (another header, a line too long, a day
that only its neighbours could tell) stays a file of its own, and so do the newest.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import Problem
from core.ingest.files import as_text, form_of, header
from core.metrics.batch import BATCH, BY, LOOSE, Span, merged_name, span_of, standing

if TYPE_CHECKING:
    from core.ingest.journal import Line

MOST_LOOSE = 400  # batches that may lie there as files of their own
STAY_LOOSE = 50  # of these, the newest are let be: somebody may look at them
MOST_BYTES = 1 << 20  # of a batch: what is larger is worth a file
LARGE = 32 << 20  # a merged file beyond it is never written again
_TURNED = re.compile(r"\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{4}")  # which of the two is the day, only a whole column tells


@dataclass(frozen=True, slots=True)
class Part:
    """A file that may be merged: its header, and its rows with their batches and who brought them."""

    path: Path
    span: Span
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """What is to be written, and which files are no longer needed once it has its name."""

    name: str
    content: bytes
    held: tuple[Path, ...]


def merge(folder: Path, known: Mapping[str, Line], others: Collection[int] = ()) -> tuple[Merged, ...]:
    """Return the merged files of a folder with too many batches; none where there is nothing to do.

    `others` are the times of writing of the source's other files. What came before such a file is not merged with what
    came after it: where they overlap, the newest counts.
    """
    every = set(folder.glob("[!.]*.csv"))
    there = standing(every)
    loose = sorted((path for path in there if LOOSE.fullmatch(path.name)), key=_written)
    if len(loose) <= MOST_LOOSE:
        return ()
    old = [path for path in there if span_of(path.name) and path.stat().st_size < LARGE]
    parts = [_part(path, known) for path in sorted([*old, *loose[:-STAY_LOOSE]], key=_written)]
    runs: list[list[Part]] = [[]]
    for part in parts:
        run = runs[-1]
        if part is None or (run and not _may_join(run, part, others)):
            runs.append([])
        if part is not None:
            runs[-1].append(part)
    return tuple(_together(run) for run in runs if len(run) > 1)


def left_over(folder: Path) -> tuple[Path, ...]:
    """Return the files whose rows a merged one holds: somebody died, or was busy, before they were removed."""
    every = set(folder.glob("[!.]*.csv"))
    return tuple(every - standing(every))


def _may_join(run: Sequence[Part], part: Part, others: Collection[int]) -> bool:
    return part.names == run[0].names and not any(run[-1].span[1] <= at <= part.span[0] for at in others)


def _part(path: Path, known: Mapping[str, Line]) -> Part | None:
    """Return a file as a part of a merged one; None where it must stay as it is."""
    span = span_of(path.name)
    if span is None and path.stat().st_size > MOST_BYTES:
        return None
    try:
        if (form := form_of(path)) != "text":
            return None
        with as_text(path, form) as plain, plain.open(encoding="utf-8-sig", newline="") as file:
            top = header(plain)
            rows = [row for row in csv.reader(file, delimiter=top.delimiter, strict=True) if row]
    except (Problem, csv.Error):
        return None
    if top.above or tuple(rows[0]) != top.names or any(len(row) != len(top.names) for row in rows):
        return None
    if span is not None:
        return Part(path, span, top.names[:-2], tuple(map(tuple, rows[1:])))
    if {BATCH, BY} & set(top.names) or any(_TURNED.match(cell) for row in rows for cell in row):
        return None
    written = _written(path)
    line = known.get(path.stem)
    told = (f"{written:019}-{path.stem}", line.by if line else "")
    # A header that comes again is no row.
    return Part(path, (written, written), top.names, tuple((*row, *told) for row in rows[1:] if row != rows[0]))


def _together(run: Sequence[Part]) -> Merged:
    span = min(part.span[0] for part in run), max(part.span[1] for part in run)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow((*run[0].names, BATCH, BY))
    for part in run:
        writer.writerows(part.rows)
    return Merged(merged_name(span), out.getvalue().encode(), tuple(part.path for part in run))


def _written(path: Path) -> int:
    return path.stat().st_mtime_ns
