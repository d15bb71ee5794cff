"""What the command line shows of files: `beacon imports` of those taken in, `beacon preview` of one before it is.

Long work shows a bar on standard error, where a person reads it and a script does not.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.cards.imports import imports_card
from bot.chat.plain import plain
from bot.phrases import say
from core.ports import Intake, Keeps
from core.text import Tongue

if TYPE_CHECKING:
    from core.ports import Clock
    from core.workspace import Workspace

MOST_SHOWN = 5


def imports_text(workspace: Workspace, clock: Clock, data: Path | None, tongue: Tongue) -> str:
    """Take in what the sources of a workspace find, and return what became of each file."""
    from bot.app import open_world

    async def taken() -> Sequence[Intake]:
        async with open_world(workspace, clock, data=data) as world:
            return await world.warehouse.intakes() if isinstance(world.warehouse, Keeps) else ()

    with bar(say("imports-reading", tongue)):
        return plain(imports_card(asyncio.run(taken()), tongue))


def preview_text(file: Path, zone: str, tongue: Tongue) -> str:
    """Return how a file would be read: each column with its kind and first cells, and what would be set aside."""
    from bot.app import read_table

    with bar(say("imports-reading", tongue)):
        table = read_table(file, zone)
    lines = [say("preview-title", tongue, file=file.name, rows=table.height, columns=len(table.columns))]
    for column in table.columns:
        kind = say(f"preview-{column.kind}", tongue)
        cells = " · ".join(_cell(each) for each in column.values[:MOST_SHOWN].tolist())
        lines.append(f"{column.name}  ({kind})  {cells}" if column.kind != "empty" else f"{column.name}  ({kind})")
    aside = [say(f"aside-{reason}", tongue, count=count) for reason, count in sorted(table.rejected.items())]
    lines += [say("preview-aside", tongue, what=", ".join(aside))] if aside else []
    return "\n".join(lines)


@contextmanager
def bar(what: str) -> Iterator[None]:
    """Show that something is under way, and for how long, while a terminal looks on."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as shown:
        shown.add_task(what, total=None)
        yield


def _cell(value: Any) -> str:
    match value:
        case None:
            return "–"
        case float():
            return "–" if np.isnan(value) else f"{value:g}" if abs(value) < 1e6 else f"{value:,.0f}"  # noqa: PLR2004
        case _:
            return str(value).removesuffix(" 00:00:00")
