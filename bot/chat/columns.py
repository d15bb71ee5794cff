"""A table in letters of one width, for a chat that has no tables of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.chat.plain import padded
from core.document import display_width

if TYPE_CHECKING:
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
    widths = [max(map(display_width, column)) for column in zip(*lines, strict=True)]
    return tuple(
        "  ".join(padded(cell, widths[at], right=at in table.numeric) for at, cell in enumerate(line)).rstrip()
        for line in lines
    )
