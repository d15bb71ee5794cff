"""`beacon apply` and `beacon export`: what was said in chat beside what the files say, one way and the other."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.revision import Revision
    from core.workspace import Workspace

Folder = Annotated[Path, typer.Argument(help="The workspace: a folder of YAML.", show_default=False)]
Store = Annotated[str | None, typer.Option(help="A store's URL, if not BEACON_STORE_URL.")]


def apply(
    folder: Folder,
    take: Annotated[bool, typer.Option("--take", help="Let the files have the last word again.")] = False,
    store: Store = None,
) -> None:
    """Show which rules chat and files say otherwise, and with --take go by the files again."""
    from bot.phrases import say
    from bot.setup.both_ways import differences
    from bot.shell.tongue import tongue
    from core.revision import Standing
    from core.workspace import load_workspace

    workspace = load_workspace(folder)
    found = differences(workspace, _said(workspace, store))
    for one in found:
        code = "apply-retired" if one.standing is Standing.RETIRED else "apply-new" if not one.file else "apply-changed"
        typer.echo(say(code, tongue(), rule=one.rule, by=one.by, file=one.file))
        if one.said:
            typer.echo("\n".join(f"    {line}" for line in one.said.rstrip().splitlines()))
    if take and found:
        _release([one.rule for one in found], workspace, store)
    code = "apply-same" if not found else "apply-taken" if take else "apply-how"
    typer.echo(say(code, tongue(), folder=str(folder)))


def export(folder: Folder, store: Store = None) -> None:
    """Write into the files what was said in chat, so that both say the same."""
    from bot.phrases import say
    from bot.setup.both_ways import export as write
    from bot.shell.tongue import tongue
    from core.workspace import load_workspace

    workspace = load_workspace(folder)
    changed = write(folder, _said(workspace, store))
    load_workspace(folder)  # what was written is read once: a mistake is told at once, by its line
    for path in changed:
        typer.echo(say("export-wrote", tongue(), file=str(path)))
    if not changed:
        typer.echo(say("apply-same", tongue(), folder=str(folder)))


def _said(workspace: Workspace, store: str | None) -> Sequence[Revision]:
    from bot.app import open_world
    from bot.clock import SystemClock

    async def read() -> Sequence[Revision]:
        async with open_world(workspace, SystemClock(), store_url=_url(store)) as world, world.store.begin() as tx:
            return await tx.revisions()

    return asyncio.run(read())


def _release(rules: list[str], workspace: Workspace, store: str | None) -> None:
    from bot.app import open_world
    from bot.clock import SystemClock
    from core.usecases.define import release

    async def write() -> None:
        async with open_world(workspace, SystemClock(), store_url=_url(store)) as world:
            for rule in rules:
                await release(rule, workspace, world)

    asyncio.run(write())


def _url(store: str | None) -> str:
    from bot.settings import read_settings

    return store or read_settings().beacon_store_url.get_secret_value()
