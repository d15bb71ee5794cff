"""What became of each file and batch: rows taken in, rows set aside, and the first of these with their reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.cards.dress import dimension_title, metric_title
from bot.chat.card import MAX_COMMAND_BYTES, Block, Button, Buttons, Card, Fact, Facts, Prose, Table, Tone
from bot.phrases import say
from core.text import Tongue

if TYPE_CHECKING:
    from core.ports import Intake, Receipt, Reject
    from core.workspace import Workspace

MOST_FILES = 20
MOST_PREVIEWS = 3
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


def preview_card(receipts: Sequence[Receipt], code: str, file: str, workspace: Workspace, tongue: Tongue) -> Card:
    """Return what would become of a file, and a button for each source that could take it."""
    title = say("import-title", tongue, file=PurePath(file).name)
    blocks: list[Block] = []
    for one in receipts[:MOST_PREVIEWS]:
        blocks += [Facts(tuple(_facts(one, workspace, tongue))), *_set_aside(one, tongue)]
    several = len(receipts) > 1
    buttons = (
        Button(say("import-into" if several else "import-take", tongue, source=one.source), command, "primary")
        for one in receipts
        if (command := f"import {code} {one.source}").isascii() and len(command) <= MAX_COMMAND_BYTES
    )
    blocks += [Prose(say("import-nothing-yet", tongue), "quiet"), Buttons(tuple(buttons))]
    return Card(title, tongue, Tone.PLAIN, tuple(blocks), title)


def taken_card(receipt: Receipt, workspace: Workspace, tongue: Tongue) -> Card:
    code = "import-repeat" if receipt.is_repeat else "import-taken"
    title = say(code, tongue, rows=receipt.rows, source=receipt.source)
    blocks = (Facts(tuple(_facts(receipt, workspace, tongue))), *_set_aside(receipt, tongue))
    return Card(title, tongue, Tone.GOOD, blocks, title)


def _facts(one: Receipt, workspace: Workspace, tongue: Tongue) -> Iterator[Fact]:
    source = workspace.catalog.sources[one.source]
    yield Fact(say("imports-source", tongue), one.source)
    yield Fact(say("imports-rows", tongue), f"{one.rows:,}")
    if one.first and one.last:
        days = dict.fromkeys(f"{at:%Y-%m-%d}" for at in (one.first, one.last))
        yield Fact(say("import-period", tongue), " – ".join(days))
    known = [(dimension_title(code, workspace, tongue), column) for code, column in source.dimensions.items()]
    known += [(metric_title(code, workspace, tongue), each.column or code) for code, each in source.measures.items()]
    columns = ", ".join(name if name == column else f"{name} ← {column}" for name, column in known)
    yield Fact(say("import-columns", tongue), f"{source.time}, {columns}")
    if one.rejected:
        yield Fact(say("imports-aside", tongue), f"{one.rejected:,}", Tone.WARNING)


def _set_aside(one: Receipt, tongue: Tongue) -> Iterator[Block]:
    shown = sorted(one.rejects, key=lambda each: (each.reason == "summary", each.row))[:MOST_ROWS]
    if shown:
        yield Prose("\n".join(reject_words(each, tongue) for each in shown))
