"""Rows in JSON, as programs send them, made into a file of cells: what lies within another is named `user.city`."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.errors import Problem

MOST_ROWS = 200_000  # of one batch as JSON; a file may have more
_DEEPEST = 4
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # of no use in a cell, and some end a line for some reader


def read_json(body: bytes) -> Sequence[Any]:
    """Return the rows in a JSON text: a list, or the one under `rows`."""
    found = rows_at(read_answer(body), "")
    if not found:
        raise Problem("push-not-rows")
    if len(found) > MOST_ROWS:
        raise Problem("push-too-many", most=MOST_ROWS)
    return found


def read_answer(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Problem("push-not-json") from None


def rows_at(found: Any, path: str) -> Sequence[Any]:
    """Return the rows in what a JSON text says: a list, the list at `path`, or the one under `rows`."""
    for step in filter(None, path.split(".")):
        if isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        elif isinstance(found, dict) and step in found:
            found = found[step]
        else:
            raise Problem("pull-no-path", path=path, step=step)
    if isinstance(found, dict) and isinstance(found.get("rows"), list):
        found = found["rows"]
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Problem("push-not-rows")
    return found


def as_csv(rows: Iterable[Mapping[str, Any]], source: str) -> bytes:
    """Return the rows as a file; what lies within another is named `user.city`."""
    flat = [_flat(row) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    if not names:
        raise Problem("push-not-rows", source=source)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)  # so that no cell can look like a delimiter
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in flat)
    return out.getvalue().encode(errors="replace")  # half of a letter (\ud800) is no text


def _flat(row: Mapping[Any, Any], under: str = "", depth: int = 0) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in row.items():
        name = _plain(f"{under}{key}").strip() or "#"
        match value:
            case dict() if depth < _DEEPEST:
                found |= _flat(value, f"{name}.", depth + 1)
            case None:
                found[name] = ""
            case bool():
                found[name] = str(value).lower()
            case str():
                found[name] = _plain(value)
            case dict() | list():
                found[name] = json.dumps(value, ensure_ascii=False)
            case _:
                found[name] = repr(value)
    return found


def _plain(words: str) -> str:
    return _CONTROLS.sub(" ", words)
