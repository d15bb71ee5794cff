"""How the files of an inbox are named: agreed between whoever lays them down and whoever takes them in.

A batch that was pushed is one small file, and a year of them would be half a million. So the older ones are merged into
one file that holds every row of each, told apart by a column of its own. Its name says which batches it holds, by
their times of writing, and from the moment that it has its name those are no longer looked at: nothing is taken twice,
whoever dies in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

LOOSE = re.compile(r"[0-9a-f]{24}\.csv")
BATCH = "#batch"  # in a merged file: when a row's batch was written, and its name; in the order in which they came
BY = "#by"
_MERGED = re.compile(r"merged-(\d{19})-(\d{19})\.csv")

Span = tuple[int, int]  # times of writing of the first and the last batch that a merged file holds, in nanoseconds


def span_of(name: str) -> Span | None:
    """Return what a merged file holds; None for any other file.

    >>> span_of(merged_name((1_780_000_000_000_000_000, 1_780_000_001_000_000_000)))
    (1780000000000000000, 1780000001000000000)
    """
    found = _MERGED.fullmatch(name)
    return (int(found[1]), int(found[2])) if found else None


def merged_name(span: Span) -> str:
    return "merged-{:019}-{:019}.csv".format(*span)


def standing(paths: Iterable[Path]) -> set[Path]:
    """Return the files to be read: all but those whose rows a merged file beside them holds."""
    found = set(paths)
    spans: dict[Path, list[Span]] = {}
    for path in found:
        if span := span_of(path.name):
            spans.setdefault(path.parent, []).append(span)
    return {path for path in found if path.parent not in spans or not _is_held(path, spans[path.parent])}


def is_merged(folder: Path, written: int) -> bool:
    """Return whether a merged file holds the batch that was written then."""
    spans = (span_of(path.name) for path in folder.glob("merged-*"))
    return any(span is not None and span[0] <= written <= span[1] for span in spans)


def _is_held(path: Path, spans: list[Span]) -> bool:
    if own := span_of(path.name):
        return any(one != own and one[0] <= own[0] and own[1] <= one[1] for one in spans)
    if not LOOSE.fullmatch(path.name):
        return False
    try:
        written = path.stat().st_mtime_ns
    except FileNotFoundError:
        return True  # it has been merged while we looked
    return any(first <= written <= last for first, last in spans)
