"""Reading the files again while the house runs: what changed in them is gone by at once, and what is wrong is told.

A mistake keeps the whole of the old: half a change is nobody's wish. It is told once, until the files change again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from core.errors import Problem
from core.ports import World
from core.usecases.audit import note_definitions
from core.usecases.define import renew
from core.usecases.link import with_links
from core.workspace import Workspace, load_workspace

log = structlog.get_logger()

LOOK = 5.0  # seconds between two looks at the folder
SUFFIXES = (".yaml", ".yml")

Stamps = dict[str, tuple[int, int]]


async def reread(
    workspace: Workspace, world: World, tell: Callable[[Problem], Awaitable[None]], *, look: float = LOOK
) -> None:
    """Look for ever; `tell` hears what is wrong."""
    seen = await asyncio.to_thread(stamps, workspace.folder)
    while True:
        await asyncio.sleep(look)
        now = await asyncio.to_thread(stamps, workspace.folder)
        if now != seen:
            seen = now
            await read_again(workspace, world, tell)


async def read_again(workspace: Workspace, world: World, tell: Callable[[Problem], Awaitable[None]]) -> bool:
    """Take up the files as they are now, and return whether they could be."""
    try:
        fresh = await asyncio.to_thread(load_workspace, workspace.folder)
    except Problem as problem:
        log.warning("the files are wrong; the old ones hold", problem=problem.code)
        await tell(problem)
        return False
    await note_definitions(fresh, world)
    async with world.store.begin() as tx:
        revisions, links = await tx.revisions(), await tx.links()
    renew(workspace, with_links(fresh, links), revisions)
    log.info("the files were read again", rules=len(workspace.rules))
    return True


def stamps(folder: Path) -> Stamps:
    """Return when each file of definitions was last written, and how long it is."""
    found: Stamps = {}
    for path in (*folder.glob("*.*"), *folder.glob("*/*.*")):
        if path.suffix in SUFFIXES and path.is_file():
            known = path.stat()
            found[str(path)] = (known.st_mtime_ns, known.st_size)
    return found
