"""What a file really is, whatever its name says, and how to make plain text of it.

CSV in the encodings Chinese exports come in, and Excel sheets, become UTF-8 text that DuckDB reads by itself. A file
that only pretends (a picture named .csv, a sheet that announces a trillion cells) is refused before anything opens it:
calamine allocates what a sheet spans and takes the whole process down with it.
"""

from __future__ import annotations

import codecs
import csv
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from core.errors import Missing, Problem

Form = Literal["text", "parquet", "excel"]

MOST_CELLS = 20_000_000  # of a sheet, empty ones within its corners included; a Parquet or CSV file has no such bound
MOST_UNPACKED = 2_000_000_000
_CHUNK = 1 << 20
_TOP = 40  # the lines among which a header is looked for
_EXACT = 1e15  # beyond it a float is no longer each whole number
_BOMS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_STRANGERS = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"{\\rtf", "RTF"),
)
_CELL = re.compile(rb'<c [^>]{0,80}?r="([A-Z]{1,3})([0-9]{1,7})"')


def form_of(path: Path) -> Form:
    """Return what its first bytes show; Missing or a Problem when there is nothing to read."""
    try:
        with path.open("rb") as file:
            head = file.read(_CHUNK)
    except FileNotFoundError:
        raise Missing("file-missing", file=str(path)) from None
    except OSError as error:
        raise Problem("file-unreadable", file=str(path), detail=error.strerror or "") from None
    if not head.strip():
        raise Problem("file-empty", file=str(path))
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "excel"  # .xls, or a locked workbook; calamine knows
    for magic, name in _STRANGERS:
        if head.startswith(magic):
            raise Problem("file-wrong-kind", file=str(path), kind=name)
    if b"\x00" in head and not head.startswith(tuple(bom for bom, _ in _BOMS)):
        raise Problem("file-wrong-kind", file=str(path), kind="binary")
    return "text"


@contextmanager
def as_text(path: Path, form: Form) -> Iterator[Path]:
    """Lend a UTF-8 text of cells: the file itself when it is one already, else a copy that is gone afterwards."""
    if form == "text" and (encoding := _encoding(path)) == "utf-8":
        yield path
        return
    with TemporaryDirectory(prefix="beacon-") as folder:
        copy = Path(folder) / "cells.csv"
        with copy.open("w", encoding="utf-8", newline="") as out:
            if form == "text":
                with path.open(encoding=encoding, newline="") as file:
                    while chunk := file.read(_CHUNK):
                        out.write(chunk)
            else:
                csv.writer(out, lineterminator="\n").writerows(_sheet(path))
        yield copy


@dataclass(frozen=True, slots=True)
class Header:
    """The line that names the columns. `written` is what stands in it, `above` how many lines come before."""

    names: tuple[str, ...]
    written: tuple[str, ...]
    delimiter: str
    above: int


def header(path: Path) -> Header:
    """Return the header of a text: its first line, or the first below a title that fills no more than half of it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        top = list(islice(iter(lambda: file.readline(_CHUNK), ""), _TOP))
    delimiter = _delimiter(top)
    reader = csv.reader(top, delimiter=delimiter)
    rows, starts, start = [], [], 0
    for row in reader:
        rows.append(row)
        starts.append(start)
        start = reader.line_num
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    place = next((i for i, cells in enumerate(filled) if cells * 2 > max(filled)), 0)
    written = tuple(rows[place]) if rows else ()
    return Header(_distinct(written), written, delimiter, starts[place] if rows else 0)


def _delimiter(lines: list[str]) -> str:
    """Return the sign that most lines have equally often: commas in a title, or in numbers, are no columns."""

    def evenness(sign: str) -> tuple[int, int]:
        counts = Counter(_outside_quotes(line).count(sign) for line in lines)
        return max(((lines_, often) for often, lines_ in counts.items() if often), default=(0, 0))

    return max(",\t;|", key=evenness)


def _zipped(path: Path) -> Form:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            sheets = [name for name in names if name.startswith("xl/worksheets/") and name.endswith(".xml")]
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise Problem("file-too-large", file=str(path), most=MOST_CELLS)
            if "xl/workbook.bin" not in names and not sheets:
                raise Problem("file-wrong-kind", file=str(path), kind="ZIP")
            for sheet in sheets:
                with archive.open(sheet) as cells:
                    if _span(iter(lambda: cells.read(_CHUNK), b"")) > MOST_CELLS:
                        raise Problem("file-too-large", file=str(path), most=MOST_CELLS)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise Problem("file-unreadable", file=str(path), detail=str(error)) from None
    return "excel"


def _span(chunks: Iterator[bytes]) -> int:
    """Return how many cells lie between a sheet's corners, by the places its cells give themselves."""
    width = height = 0
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        for column, row in set(_CELL.findall(text)):
            height = max(height, int(row))
            width = max(width, _column_number(column))
        rest = text[-120:]
    return width * height


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheet(path: Path) -> Iterator[list[str]]:
    """Yield the rows of the first sheet that has any, as text."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            for index in range(len(book.sheet_names)):
                rows = book.get_sheet_by_index(index).to_python()
                if rows:
                    yield from ([_cell(cell) for cell in row] for row in rows if any(cell != "" for cell in row))
                    return
    except (CalamineError, OSError) as error:
        raise Problem("file-unreadable", file=str(path), detail=str(error)) from None
    raise Problem("file-empty", file=str(path))


def _cell(cell: float | str | date | time | datetime | timedelta) -> str:
    if isinstance(cell, float):
        # Excel knows only floats: 20250618 comes as 20250618.0.
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return str(cell)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(2)
    marked = [encoding for bom, encoding in _BOMS if head == bom]
    for encoding in marked or ("utf-8", "gb18030"):
        if _decodes(path, encoding):
            return encoding
    raise Problem("file-encoding", file=str(path))


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names trimmed; a second one of the same name is `name (2)`, one without a name its place."""
    found: dict[str, None] = {}
    for place, written in enumerate(names, start=1):
        name = written.strip(" \t\r\n\u3000\u00a0\ufeff") or f"#{place}"
        twin = 2
        unique = name
        while unique in found:
            unique = f"{name} ({twin})"
            twin += 1
        found[unique] = None
    return tuple(found)
