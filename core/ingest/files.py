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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from core.errors import Missing, Problem

Form = Literal["text", "parquet", "excel"]
Cell = float | str | date | time | datetime | timedelta

MOST_CELLS = 20_000_000  # of a sheet, empty ones within its corners included; a Parquet or CSV file has no such bound
MOST_UNPACKED = 2_000_000_000
_CHUNK = 1 << 20
_LOCKED = "EncryptedPackage".encode("utf-16-le")  # the name of the stream in which Office keeps a locked workbook
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
_VALUE = re.compile(
    r"^[-+¥$(]?[\d.,]+\s*[%％万亿元)]?$|\d{4}[-/.年]\d|^\s*(?:--?|—)\s*$"
)  # a cell of data, not of a header
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
        if _LOCKED in head:
            raise Problem("file-locked", file=str(path))
        return "excel"  # .xls
    for magic, name in _STRANGERS:
        if head.startswith(magic):
            raise Problem("file-wrong-kind", file=str(path), kind=name)
    if b"\x00" in head and not head.startswith(tuple(bom for bom, _ in _BOMS)):
        raise Problem("file-wrong-kind", file=str(path), kind="binary")
    return "text"


@contextmanager
def as_text(path: Path, form: Form) -> Iterator[Path]:
    """Lend a UTF-8 text of cells: the file itself when it is one already, else a copy that is gone afterwards."""
    encoding, is_even = _survey(path) if form == "text" else ("", True)
    if encoding == "utf-8" and is_even:
        yield path
        return
    with TemporaryDirectory(prefix="beacon-") as folder:
        copy = Path(folder) / "cells.csv"
        with copy.open("w", encoding="utf-8", newline="") as out:
            if form == "text":
                with path.open(encoding=encoding) as file:  # with one kind of line end, whatever it has
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
    """Return the header of a text: its first line, or the first below a title that fills no more than half of it.

    Two lines that fill each other's gaps are one header, as where 投放 is merged over 曝光量 and 点击量.
    """
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
    for upper in (place - 1, place):
        if 0 <= upper < len(rows) - 1 and _are_one(rows[upper], rows[upper + 1]):
            return Header(_joined(rows[upper], rows[upper + 1]), tuple(rows[upper + 1]), delimiter, starts[upper + 1])
    written = tuple(rows[place]) if rows else ()
    return Header(_distinct(written), written, delimiter, starts[place] if rows else 0)


def _are_one(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Return whether two lines are the halves of a header: words only, and each names columns the other does not."""
    pairs = [(a.strip(), b.strip()) for a, b in zip(upper, lower, strict=False)]
    return (
        len(upper) == len(lower)
        and all(a or b for a, b in pairs)
        and any(a and b in ("", a) for a, b in pairs)  # merged over both lines, it stands in both
        and any(b and not a for a, b in pairs)
        and not any(_VALUE.search(cell) for pair in pairs for cell in pair)
    )


def _joined(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """Return a name for each column: the lower line's, under its group where that alone would name two columns."""
    below = [cell.strip() for cell in lower]
    group, names = "", []
    for over, name in zip(upper, below, strict=True):
        group = over.strip() or group
        names.append(f"{group} {name}" if name and below.count(name) > 1 else name or over)
    return _distinct(names)


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
                sheet = book.get_sheet_by_index(index)
                rows = sheet.to_python(skip_empty_area=False)
                if any(cell != "" for row in rows for cell in row):
                    _fill_merged(rows, sheet.merged_cell_ranges or ())
                    left = min(next((i for i, cell in enumerate(row) if cell != ""), len(row)) for row in rows)
                    kept = (row[left:] for row in rows if any(cell != "" for cell in row))
                    yield from ([_cell(cell) for cell in row] for row in kept)
                    return
    except (CalamineError, OSError) as error:
        raise Problem("file-unreadable", file=str(path), detail=str(error)) from None
    raise Problem("file-empty", file=str(path))


def _fill_merged(rows: list[list[Cell]], merged: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Give what is merged over several rows to each of them: 微信, written once beside its seven days."""
    for (top, left), (bottom, right) in merged:
        if left == right and bottom < len(rows):  # what is merged over columns is a heading, and means one column
            for row in rows[top + 1 : bottom + 1]:
                row[left] = rows[top][left]


def _cell(cell: Cell) -> str:
    if isinstance(cell, float):
        # Excel knows only floats: 20250618 comes as 20250618.0.
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return str(cell)


def _survey(path: Path) -> tuple[str, bool]:
    """Return the encoding of a text, and whether its lines all end alike: where not, DuckDB gives up on the file."""
    with path.open("rb") as file:
        head = file.read(2)
    marked = [encoding for bom, encoding in _BOMS if head == bom]
    for encoding in marked or ("utf-8", "gb18030"):
        if (is_even := _decodes(path, encoding)) is not None:
            return encoding, is_even
    raise Problem("file-encoding", file=str(path))


def _decodes(path: Path, encoding: str) -> bool | None:
    """Return None for another encoding, else whether all lines end alike."""
    decoder = codecs.getincrementaldecoder(encoding)()
    returns = feeds = both = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
                returns += chunk.count(b"\r")
                feeds += chunk.count(b"\n")
                both += chunk.count(b"\r\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return not returns or returns == feeds == both


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
