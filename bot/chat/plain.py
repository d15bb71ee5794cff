"""Any card as words: what a terminal shows, and the floor beneath every platform.

Columns are counted as a terminal does, where a Chinese letter is two wide.
"""

from __future__ import annotations

from typing import assert_never

from bot.chat.card import Block, Buttons, Card, Facts, Picture, Prose, Table, Ways
from core.document import display_width

_GAP = "  "


def plain(card: Card, width: int = 100) -> str:
    """Return the card's text, no line wider than `width` columns but for what cannot be broken."""
    parts = [_framed(card.title), *(_block(block, width) for block in card.blocks)]
    return "\n\n".join(part for part in parts if part)


def _block(block: Block, width: int) -> str:
    match block:
        case Prose(text):
            return "\n".join(piece for line in text.split("\n") for piece in wrapped(line, width))
        case Facts(facts):
            label = max((display_width(fact.label) for fact in facts), default=0)
            return "\n".join(f"{padded(fact.label, label)}{_GAP}{fact.value}" for fact in facts)
        case Table():
            return _table(block)
        case Picture(_, alt):
            return "\n".join(wrapped(alt, width))
        case Buttons(buttons):
            return "\n".join(f"[{button.label}] {button.command}" for button in buttons)
        case Ways(ways):
            return "\n".join(f"{way.label}: {way.url}" for way in ways)
        case _:
            assert_never(block)


def _framed(title: str) -> str:
    return f"{title}\n{'─' * display_width(title)}" if title else ""


def _table(table: Table) -> str:
    rows = [table.columns, *table.rows]
    widths = [max(display_width(row[at]) for row in rows) for at in range(len(table.columns))]
    lines = [
        _GAP.join(padded(cell, widths[at], right=at in table.numeric) for at, cell in enumerate(row)).rstrip()
        for row in rows
    ]
    rule = _GAP.join("─" * width for width in widths)
    return "\n".join([lines[0], rule, *lines[1:]])


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Return the text filled with spaces to that many columns.

    >>> padded("渠道", 6) + "|" + padded("12%", 6, right=True)
    '渠道  |   12%'
    """
    spaces = " " * max(0, width - display_width(text))
    return spaces + text if right else text + spaces


def wrapped(text: str, width: int) -> list[str]:
    """Return the text in lines of at most so many columns, broken at spaces, and anywhere between Chinese letters.

    >>> wrapped("转化率 1.87%，低于 2%", 12)
    ['转化率', '1.87%，低于', '2%']
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if line and display_width((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    """Return what may not be broken further: a word with its space, or one Chinese letter with what closes it."""
    pieces: list[str] = []
    for letter in text:
        joins = pieces and ((_is_narrow(letter) and _is_narrow(pieces[-1][-1])) or letter in "，。；：！？）、”")
        if (joins and not (pieces[-1][-1] == " " and letter != " ")) or (letter == " " and pieces):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _is_narrow(letter: str) -> bool:
    return display_width(letter) < 2  # noqa: PLR2004 - a Chinese letter is two wide
