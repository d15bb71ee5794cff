"""Rows that are brought to us become files, for files have one road in.

So a push, a pull and a number typed in chat are cleaned, counted, corrected and taken back exactly as an export is.

A batch is one file named by its key. It is written beside its place under a dot, which nobody reads, and moved there;
the `journal` says who brought it, and many are put together by `merge`.
"""

from __future__ import annotations

import asyncio
import csv
import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Literal
from zoneinfo import ZoneInfo

from core.calendar.grain import Grain
from core.document import suggesting
from core.errors import Missing, Problem
from core.ingest.aside import set_aside
from core.ingest.journal import Journal, Line, digest_of
from core.ingest.merge import left_over, merge
from core.ingest.rows import as_csv, read_json
from core.ingest.table import stage
from core.metrics.batch import LOOSE, is_merged, span_of
from core.metrics.catalog import Catalog
from core.metrics.source import Source
from core.ports import Aside, Intake, Receipt, Reject

MOST_SHOWN = 100  # rejects that a receipt lists; all are counted
TYPED = "typed.csv"
HELD = Path("inbox", ".held")  # files that were shown to somebody and not yet taken in
HELD_FOR_NS = 24 * 3600 * 10**9
_CODE = re.compile(r"[0-9a-f]{12}")
REMEMBERED = timedelta(days=90)  # for which a batch that is sent again is known to be one

Asked = Callable[[Source], tuple[Sequence[tuple[str, Literal["text", "number", "time"]]], Mapping[str, Sequence[str]]]]


@dataclass(frozen=True, slots=True)
class FileInbox:
    """The Inbox port over a folder. `asked` says which columns a source wants; `arrived` hears of each new batch."""

    folder: Path
    catalog: Catalog
    zone: str
    asked: Asked
    arrived: Callable[[], None] = lambda: None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _journals: dict[str, Journal] = field(default_factory=dict)

    async def receive(
        self,
        source: str,
        body: bytes,
        form: Literal["json", "file"],
        key: str | None = None,
        *,
        by: str = "",
        is_trial: bool = False,
    ) -> Receipt:
        fed = self._fed(source)
        async with self._turn:
            receipt = await asyncio.to_thread(self._receive, fed, body, form, key, by, is_trial=is_trial)
        if not (receipt.is_repeat or receipt.is_trial):
            self.arrived()
        return receipt

    async def note(self, metric: str, value: str, labels: Mapping[str, str], at: datetime, by: str) -> Receipt:
        fed = self._taking(metric, labels)
        async with self._turn:
            receipt = await asyncio.to_thread(self._note, fed, metric, value, labels, at, by)
        self.arrived()
        return receipt

    async def hold(self, body: bytes) -> str:
        code = blake2b(body, digest_size=6).hexdigest()
        async with self._turn:
            await asyncio.to_thread(self._hold, code, body)
        return code

    async def held(self, code: str) -> bytes:
        path = self.folder / HELD / code
        if not _CODE.fullmatch(code) or not await asyncio.to_thread(path.is_file):
            raise Missing("import-gone", name=code)
        return await asyncio.to_thread(path.read_bytes)

    async def bringer(self, source: str, file: str) -> str:
        known = self._journal(self.catalog.sources[source]).known if source in self.catalog.sources else dict
        async with self._turn:
            line = (await asyncio.to_thread(known)).get(Path(file).stem)
        return line.by if line else ""

    async def set_aside(self, intake: Intake, most: int) -> tuple[tuple[str, ...], tuple[Aside, ...]]:
        source = self.catalog.sources[intake.source]
        columns, names = self.asked(source)
        return await asyncio.to_thread(set_aside, intake.path, columns, source.time, self.zone, names, most)

    def keep(self, source: Source, rows: Sequence[Any], name: str) -> None:
        """Put rows that were pulled where those of the same name were, if they are still such as the source takes."""
        content = as_csv(rows, source.name)
        found = self._examine(source, content)
        if not found.rows:
            raise PushRefused(source.name, found.rejected, found.rejects)
        _place(self._at(source), name, content, self._turn_time(source))

    def _hold(self, code: str, body: bytes) -> None:
        folder, now = self.folder / HELD, _now_ns()
        _place(folder, code, body, now)
        for each in folder.iterdir():
            if each.stat().st_mtime_ns < now - HELD_FOR_NS:
                each.unlink(missing_ok=True)

    def _receive(
        self, source: Source, body: bytes, form: Literal["json", "file"], key: str | None, by: str, *, is_trial: bool
    ) -> Receipt:
        content = as_csv(read_json(body), source.name) if form == "json" else body
        batch = blake2b((key or "").encode() or content, digest_size=12).hexdigest()
        folder, journal = self._at(source), self._journal(source)
        there, known = folder / f"{batch}.csv", journal.known().get(batch)
        if known is not None and not there.exists() and not is_merged(folder, known.written):
            known = None  # somebody has taken its file away, and it may come again
        is_repeat = known is not None or there.exists()
        before = known.digest if known else digest_of(there.read_bytes()) if is_repeat else ""
        if is_repeat and before != digest_of(content):
            raise Problem("push-key-reused", key=key or batch)
        found = self._examine(source, content)
        if not found.rows:
            raise PushRefused(source.name, found.rejected, found.rejects)
        if not (is_repeat or is_trial):
            _place(folder, there.name, content, self._turn_time(source))
        if known is None and not is_trial:  # of a repeat, too: whoever took it in died before writing its line
            now, written = datetime.now(UTC).isoformat(timespec="seconds"), there.stat().st_mtime_ns
            journal.add(Line(batch, now, by, digest_of(content), written))
        if not (is_repeat or is_trial):
            self._tidy(source, journal)
        return replace(found, batch=batch, is_repeat=is_repeat, is_trial=is_trial)

    def _journal(self, source: Source) -> Journal:
        return self._journals.setdefault(source.name, Journal(self._at(source)))

    def _tidy(self, source: Source, journal: Journal) -> None:
        """Put many batches together; what they say is the same before, between and after."""
        folder = self._at(source)
        with suppress(OSError):  # another process may be at it; then nothing is lost but a little room
            for path in left_over(folder):  # of an earlier merge: whoever was looking at them then has looked
                path.unlink(missing_ok=True)
            others = [path.stat().st_mtime_ns for pattern in source.files for path in self.folder.glob(pattern)
                      if not (LOOSE.fullmatch(path.name) or span_of(path.name))]  # fmt: skip
            for merged in merge(folder, journal.known(), others):
                _place(folder, merged.name, merged.content, max(path.stat().st_mtime_ns for path in merged.held))
                journal.forget(datetime.now(UTC) - REMEMBERED)

    def _examine(self, source: Source, content: bytes) -> Receipt:
        """Return how many rows would be taken, how many not, which those are, and of what time."""
        import duckdb

        columns, names = self.asked(source)
        with NamedTemporaryFile(prefix="beacon-", suffix=".csv") as file, duckdb.connect(":memory:") as connection:
            file.write(content)
            file.flush()
            try:
                stage(connection, Path(file.name), "pushed", columns, self.zone, names)
            except Problem as problem:
                raise _named(problem, source.name) from None
            time = next(i for i, (column, _) in enumerate(columns) if column == source.time)
            connection.execute(
                f"INSERT INTO pushed_rejected SELECT row, 'no-time', ?, NULL FROM pushed WHERE c{time} IS NULL",  # noqa: S608
                [source.time],
            )
            span = f"SELECT count(*), min(c{time}), max(c{time}) FROM pushed WHERE c{time} IS NOT NULL"  # noqa: S608
            ((rows, first, last),) = connection.execute(span).fetchall()
            ((rejected,),) = connection.execute("SELECT count(DISTINCT row) FROM pushed_rejected").fetchall()
            shown = connection.execute(f"FROM pushed_rejected ORDER BY row, name LIMIT {MOST_SHOWN}").fetchall()
        rejects = tuple(Reject(*each) for each in shown)
        return Receipt(source.name, "", rows, rejected, rejects, first=first, last=last)

    def _note(
        self, source: Source, metric: str, value: str, labels: Mapping[str, str], at: datetime, by: str
    ) -> Receipt:
        wall = at.astimezone(ZoneInfo(self.zone))
        start = wall.strftime("%Y-%m-%d %H:00" if source.grain is Grain.HOUR else "%Y-%m-%d")
        key = {source.time: start, **{source.dimensions[code]: named for code, named in labels.items()}}
        column = source.measures[metric].column or metric
        typed: list[dict[str, str]] = []
        path = self._at(source) / TYPED
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                typed = list(csv.DictReader(file))
        row = next((each for each in typed if all((each.get(name) or "") == said for name, said in key.items())), None)
        if row is None:
            typed.append(row := {})
        row |= key | {column: value, "by": by, "at": wall.isoformat(timespec="seconds")}
        # Every column that the source asks for must be there, be it empty.
        for each in typed:
            for name, _ in self.asked(source)[0]:
                each.setdefault(name, "")
        content = as_csv(typed, source.name)
        if self._examine(source, content).rejects:
            raise Problem("put-not-a-number", value=value, metric=metric)
        _place(path.parent, path.name, content, self._turn_time(source))
        return Receipt(source.name, TYPED, 1, 0)

    def _fed(self, name: str) -> Source:
        source = self.catalog.sources.get(name)
        fed = [one.name for one in self.catalog.sources.values() if one.push]
        if source is None or not source.push:
            raise Missing("push-no-source", **suggesting(name, fed, name=name, options=", ".join(fed)))
        return source

    def _taking(self, metric: str, labels: Mapping[str, str]) -> Source:
        """Return the source that takes typed numbers of that metric, split as it is split."""
        held = [one for one in self.catalog.sources.values() if one.push and metric in one.measures]
        if not held:
            raise Missing("put-no-source", metric=metric)
        if (source := next((one for one in held if labels.keys() <= one.dimensions.keys()), None)) is None:
            lacking = next(each for each in labels if each not in held[0].dimensions)
            raise Missing("source-no-dimension", source=held[0].name, name=lacking)
        if unsaid := [each for each in source.dimensions if each not in labels]:
            raise Missing("put-which", dimension=unsaid[0], metric=metric)
        return source

    def _at(self, source: Source) -> Path:
        return self.folder / source.inbox

    def _turn_time(self, source: Source) -> int:
        """Return a time of writing later than any before it: the newest file counts, whatever the clock does."""
        with suppress(OSError):
            newest = max((each.stat().st_mtime_ns for each in self._at(source).iterdir()), default=0)
            return max(newest + 1_000, _now_ns())
        return _now_ns()


class PushRefused(Problem):
    """Nothing in a batch could be taken; `rejects` says why, row by row."""

    def __init__(self, source: str, rejected: int, rejects: tuple[Reject, ...]) -> None:
        first = rejects[0] if rejects else Reject(0, "")
        super().__init__("push-nothing-taken", source=source, rejected=rejected, row=first.row,
                         column=first.column or "", cell=first.cell or "")  # fmt: skip
        self.rejects = rejects


def _place(folder: Path, name: str, content: bytes, touched: int) -> None:
    """Write a file whole or not at all."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("wb", dir=folder, prefix=".", delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                os.utime(file.name, ns=(touched, touched))
                Path(file.name).replace(folder / name)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise Problem("file-unwritable", file=str(folder), detail=error.strerror or "") from None


def _named(problem: Problem, source: str) -> Problem:
    """Say of a batch what is said of files, without the name of a file that its sender never saw."""
    from core.errors import Invalid, Mistake

    if isinstance(problem, Invalid):
        return Invalid(Mistake(each.code, {**each.facts, "file": source}) for each in problem.mistakes)
    return Problem(problem.code, **{**problem.facts, "file": source})


def _now_ns() -> int:
    from time import time_ns

    return time_ns()
