"""Sheets of definitions as an .xlsx file, and back. Words only: nothing that is written can be a formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from core.errors import Problem
from core.ingest.files import form_of
from core.text import Text, Tongue

Row = Mapping[str, str]


class Column(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def title(self) -> Text: ...
    @property
    def options(self) -> tuple[str, ...]: ...
    @property
    def is_fixed(self) -> bool: ...


class Sheet(Protocol):
    """What a page of the book is made of; `core.usecases.workbook` says of what."""

    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> Sequence[Column]: ...
    @property
    def rows(self) -> Sequence[Row]: ...


_KEYS, _TITLES = 0, 1  # the row of keys, by which a sheet is read back, and the row of titles below it
_WIDE = 48
_MOST_ROWS = 2_000  # for which a list of options is offered


def write_workbook(path: Path, sheets: Sequence[Sheet], tongue: Tongue) -> None:
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    try:
        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            quiet = book.add_format({"font_color": "#888888"})
            strong = book.add_format({"bold": True, "bottom": 1})
            for sheet in sheets:
                page = book.add_worksheet(sheet.name)
                for place, column in enumerate(sheet.columns):
                    page.write_string(_KEYS, place, column.key, quiet)
                    page.write_string(_TITLES, place, column.title.to(tongue), strong)
                    cells = [row.get(column.key, "") for row in sheet.rows]
                    for line, cell in enumerate(cells, start=_TITLES + 1):
                        page.write_string(line, place, cell, quiet if column.is_fixed else None)
                    page.set_column(place, place, min(_WIDE, max(12, *(len(cell) for cell in (*cells, "")))))
                    if column.options:
                        told = {"validate": "list", "source": list(column.options)}
                        page.data_validation(_TITLES + 1, place, _MOST_ROWS, place, told)
                page.freeze_panes(_TITLES + 1, 1)
    except (OSError, XlsxWriterException) as error:
        raise Problem("file-unwritable", file=str(path), detail=str(error)) from None


def read_workbook(path: Path, sheets: Sequence[Sheet]) -> Mapping[str, Sequence[Row]]:
    """Return the rows of those sheets that are there, by sheet."""
    from python_calamine import CalamineError, CalamineWorkbook

    if form_of(path) != "excel":
        raise Problem("file-wrong-kind", file=str(path), kind="CSV")
    found: dict[str, Sequence[Row]] = {}
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            for sheet in sheets:
                if sheet.name in book.sheet_names:
                    rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
                    keys = [str(cell) for cell in rows[_KEYS]] if rows else []
                    found[sheet.name] = [
                        {key: _words(cell) for key, cell in zip(keys, row, strict=False)} for row in rows[_TITLES + 1 :]
                    ]
    except (CalamineError, OSError) as error:
        raise Problem("file-unreadable", file=str(path), detail=str(error)) from None
    if not found:
        raise Problem("workbook-none-of-ours", file=str(path), sheets=", ".join(one.name for one in sheets))
    return found


def _words(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).removesuffix(" 00:00:00")
