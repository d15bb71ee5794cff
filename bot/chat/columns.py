"""A table in letters of one width. A Chinese character is as wide as two Latin ones."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.chat.card import Table


def columns(table: Table) -> tuple[str, ...]:
    r"""Return one line for the head, one for each row; numbers stand to the right, and no line ends in a blank.

    >>> from bot.chat.card import Table
    >>> print("\n".join(columns(Table(("渠道", "ROI"), (("微信", "0.8"), ("douyin", "1.25")), numeric=(1,)))))
    渠道     ROI
    微信     0.8
    douyin  1.25
    """
    lines = (table.columns, *table.rows)
    widths = [max(map(width, column)) for column in zip_longest(*lines, fillvalue="")]
    return tuple("  ".join(_cells(line, widths, table.numeric)).rstrip() for line in lines)


def width(text: str) -> int:
    """Return how many Latin letters wide this is."""
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _cells(line: tuple[str, ...], widths: list[int], numeric: tuple[int, ...]) -> Iterable[str]:
    for position, cell in enumerate(line):
        blank = " " * (widths[position] - width(cell))
        yield blank + cell if position in numeric else cell + blank
