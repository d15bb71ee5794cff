"""An answer as a workbook: the numbers as numbers, the days behind them, and what they are, on three sheets.

Whatever a file named stays text: a cell that begins with `=`, `+`, `-` or `@` is written as a string and never as a
formula, and has an apostrophe in front where a spreadsheet would read it as one when it is saved as CSV.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from bot.cards.answer import named
from bot.cards.dress import dimension_title, value_title
from bot.chat.reply import File
from bot.phrases import say
from core.quantity import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsxwriter.worksheet import Worksheet

    from core.text import Tongue
    from core.usecases.ask import Answer, Asked
    from core.workspace import Workspace

FORMATS = {Unit.PERCENT: "0.00%", Unit.MONEY: "#,##0.00", Unit.COUNT: "#,##0", Unit.TIMES: "0.00"}
MOST_ROWS = 100_000
_ACTIVE = ("=", "+", "-", "@", "\t", "\r")


def sheet(answer: Answer, workspace: Workspace, tongue: Tongue, notes: Iterable[str]) -> File:
    """Return the workbook; `notes` are what the card says beside its numbers."""
    import xlsxwriter

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    book = xlsxwriter.Workbook(written, options)
    head = book.add_format({"bold": True, "bottom": 1})
    kinds = {unit: book.add_format({"num_format": form}) for unit, form in FORMATS.items()}
    share = book.add_format({"num_format": "0.0%"})
    by = answer.question.dimensions

    page = book.add_worksheet(say("sheet-answer", tongue))
    names = [dimension_title(code, workspace, tongue) for code in by]
    head_row = [*names, say("sheet-metric", tongue), say("sheet-value", tongue), say("answer-compared-to", tongue)]
    for column, name in enumerate([*head_row, say("fact-change", tongue)]):
        page.write_string(0, column, safe(name), head)
    for row, one in enumerate(answer.values[:MOST_ROWS], 1):
        column = _labels(page, row, one, by, workspace, tongue)
        page.write_string(row, column, safe(named(one.metric, answer, workspace, tongue)))
        for place, value, form in (
            (1, one.value, kinds.get(one.unit)),
            (2, one.compared_to, kinds.get(one.unit)),
            (3, one.change, share),
        ):
            if value is not None:
                page.write_number(row, column + place, value, form)
    page.freeze_panes(1, 0)
    page.set_column(0, len(head_row), 16)

    days = book.add_worksheet(say("sheet-days", tongue))
    for column, name in enumerate([say("sheet-period", tongue), *names, *head_row[len(names) : len(names) + 2]]):
        days.write_string(0, column, safe(name), head)
    row = 1
    for one in answer.values:
        for offset, value in enumerate(one.series):
            if one.first is None or row > MOST_ROWS:
                break
            days.write_string(row, 0, str(one.first.shift(offset)))
            column = _labels(days, row, one, by, workspace, tongue, first=1)
            days.write_string(row, column, safe(named(one.metric, answer, workspace, tongue)))
            if value is not None:
                days.write_number(row, column + 1, value, kinds.get(one.unit))
            row += 1
    days.freeze_panes(1, 0)
    days.set_column(0, len(names) + 2, 16)

    about = book.add_worksheet(say("sheet-about", tongue))
    for line, note in enumerate(notes):
        about.write_string(line, 0, safe(note))
    about.set_column(0, 0, 90)
    book.close()
    codes = "-".join(answer.question.metrics[:3])
    return File(
        f"{codes}-{answer.question.window.first_day}-{answer.question.window.last_day}.xlsx", written.getvalue()
    )


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    >>> safe("=HYPERLINK(1)"), safe("微信")
    ("'=HYPERLINK(1)", '微信')
    """
    return f"'{text}" if text.startswith(_ACTIVE) else text


def _labels(
    page: Worksheet, row: int, one: Asked, by: tuple[str, ...], workspace: Workspace, tongue: Tongue, first: int = 0
) -> int:
    known = dict(one.labels)
    for column, code in enumerate(by, first):
        title = value_title(code, known.get(code, ""), workspace, tongue)
        page.write_string(row, column, safe(title))
    return first + len(by)
