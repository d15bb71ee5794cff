"""`beacon review`: the review of a month, or of any days, printed or written as files for a meeting."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from core.text import Tongue
    from core.usecases.review import Review
    from core.workspace import Workspace


def review(
    folder: Annotated[Path, typer.Argument(help="The workspace: a folder of YAML.", show_default=False)],
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write review.md, review.xlsx and slides here.")] = None,
    data: Annotated[Path | None, typer.Option(help="Where the source files lie, if not in the workspace.")] = None,
    tongue: Annotated[str | None, typer.Option(help="en or zh; the workspace's own otherwise.")] = None,
) -> None:
    """Review how the alerts of some days did, and what to change; last month unless told otherwise."""
    from bot.cards.review import review_card
    from bot.chat.plain import plain
    from bot.shell.review_files import write_review
    from core.errors import Problem
    from core.text import TONGUES
    from core.usecases.review import last_month
    from core.workspace import load_workspace

    workspace = load_workspace(folder)
    if tongue not in (None, *TONGUES):
        raise Problem("unknown-tongue", tongue=tongue or "", options=", ".join(TONGUES))
    said: Tongue = "en" if tongue == "en" else "zh" if tongue == "zh" else workspace.tongue
    days = last_month(workspace.today or datetime.now(workspace.zone).date())
    days = (first.date() if first else days[0], last.date() if last else days[1])
    if days[0] > days[1]:
        raise Problem("days-upside-down", first=days[0].isoformat(), last=days[1].isoformat())
    found = asyncio.run(_reviewed(workspace, *days, data))
    if out is None:
        typer.echo(plain(review_card(found, workspace, said)))
    else:
        for path in write_review(found, workspace, said, out):
            typer.echo(path)


async def _reviewed(workspace: Workspace, first: date, last: date, data: Path | None) -> Review:
    from bot.app import open_world
    from bot.clock import clock_of
    from bot.settings import read_settings
    from core.usecases.review import review as reviewed

    store = read_settings().beacon_store_url.get_secret_value()
    async with open_world(workspace, clock_of(workspace), data=data, store_url=store) as world:
        return await reviewed(workspace, world, first, last)
