"""Doing alone what one process should do alone, of however many there are.

A turn is a row in the store. While its holder works, it shows signs of life; when it dies, the turn falls to whoever
asks next. What is written under a turn is written together with the proof that it is held, so that a process which
was frozen, and whose turn was given away meanwhile, writes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING

from core.errors import Problem, Unavailable
from core.ports import Conflict

if TYPE_CHECKING:
    from core.ports import Turn, World

SIGN_OF_LIFE = 5.0  # seconds


@asynccontextmanager
async def turn(name: str, world: World) -> AsyncIterator[Turn | None]:
    """Take a turn, and show signs of life until the end; None while it is another's.

    Whoever did what was to be done ends it; otherwise it is given back as it was.
    """
    async with world.store.begin() as tx:
        taken = await tx.take_turn(name, world.clock.now())
    if taken is None:
        yield None
        return

    async def live() -> None:
        with suppress(Problem, Conflict):  # away, or another's by now: what is written under it will tell
            async with world.store.begin() as tx:
                await tx.keep_turn(taken, world.clock.now())

    try:
        async with meanwhile(SIGN_OF_LIFE, live):
            yield taken
    finally:
        with suppress(Problem, Conflict):  # ended already, lost, or away: it falls to the next by itself
            async with world.store.begin() as tx:
                await tx.end_turn(taken, taken.done)


@asynccontextmanager
async def meanwhile(seconds: float, do: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Do something every so often until the block ends. It is let end: cut off in a question, a connection may hang."""
    over = asyncio.Event()

    async def repeat() -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), seconds)
                return
            await do()

    repeating = asyncio.create_task(repeat())
    try:
        yield
    finally:
        over.set()
        await repeating


async def alone(name: str, world: World, work: Callable[[], Awaitable[None]]) -> None:
    """Do work that never ends, while the turn is ours; who holds it no longer stops, and waits for it again."""
    while True:
        with suppress(Problem):
            async with turn(name, world) as mine:
                if mine is not None:
                    await _while_held(mine, world, work)
        await asyncio.sleep(SIGN_OF_LIFE)


async def _while_held(mine: Turn, world: World, work: Callable[[], Awaitable[None]]) -> None:
    working = asyncio.ensure_future(work())
    try:
        while not (await asyncio.wait([working], timeout=SIGN_OF_LIFE))[0]:
            async with world.store.begin() as tx:
                await tx.keep_turn(mine, world.clock.now())
        await working
    except (Conflict, Unavailable):
        pass  # another has it by now, or soon will
    finally:
        working.cancel()
        await asyncio.wait([working])


@asynccontextmanager
async def occurrence(name: str, moment: datetime, world: World) -> AsyncIterator[bool]:
    """Do what was due at a moment once: whoever is first yields True, and who comes later finds it done."""
    async with turn(name, world) as mine:
        due = moment.isoformat()
        yield mine is not None and mine.done < due
        if mine is not None and mine.done < due:
            async with world.store.begin() as tx:
                await tx.end_turn(mine, due)
