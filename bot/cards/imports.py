"""What became of each file and batch: rows taken in, rows set aside, and the first of these with their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.chat.card import Card, Prose, Table, Tone
from bot.phrases import say
from core.text import Tongue

if TYPE_CHECKING:
    from core.ports import Intake, Reject

MOST_FILES = 20
MOST_ROWS = 5  # of one file, said one by one


def imports_card(intakes: Sequence[Intake], tongue: Tongue) -> Card:
    """Return the card; files with something set aside come first, for those are what one looks for."""
    title = say("imports-title", tongue, files=len(intakes))
    if not intakes:
        return Card(title, tongue, Tone.PLAIN, (Prose(say("imports-none", tongue)),), title)
    shown = sorted(intakes, key=lambda one: (not one.rejected, one.source, str(one.path)))[:MOST_FILES]
    header = tuple(say(f"imports-{each}", tongue) for each in ("source", "file", "rows", "aside"))
    rows = tuple((one.source, PurePath(one.path).name, f"{one.rows:,}", _aside(one, tongue)) for one in shown)
    told = [
        Prose("\n".join([PurePath(one.path).name, *(reject_words(each, tongue) for each in _telling(one))]))
        for one in shown
        if one.rejects
    ]
    return Card(title, tongue, Tone.PLAIN, (Table(header, rows, (2,)), *told), title)


def reject_words(one: Reject, tongue: Tongue) -> str:
    return say(f"reject-{one.reason}", tongue, row=one.row, column=one.column or "", cell=one.cell or "")


def _telling(one: Intake) -> Sequence[Reject]:
    """Return the rows worth a word: a total is no surprise, a cell that cannot be read is."""
    return sorted(one.rejects, key=lambda each: (each.reason == "summary", each.row))[:MOST_ROWS]


def _aside(one: Intake, tongue: Tongue) -> str:
    return ", ".join(say(f"aside-{reason}", tongue, count=count) for reason, count in sorted(one.rejected.items()))
