"""`beacon scan`: how much each metric swings by itself, and thresholds from its own history as sentences."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from bot.chat.card import Card, Table
from bot.chat.plain import plain
from bot.phrases import say
from bot.shell.data import bar
from core.metrics.metric import Direction
from core.text import Tongue
from core.usecases.scan import Scanned, scan

if TYPE_CHECKING:
    from core.ports import Clock
    from core.workspace import Workspace

COLUMNS = ("metric", "days", "noise", "rhythm", "monthly", "quarterly")


def scan_text(workspace: Workspace, clock: Clock, data: Path | None, tongue: Tongue) -> str:
    from bot.app import open_world

    async def scanned() -> tuple[Scanned, ...]:
        async with open_world(workspace, clock, data=data) as world:
            return await scan(workspace, world)

    with bar(say("imports-reading", tongue)):
        found = asyncio.run(scanned())
    told = [one for one in found if one.swing]
    if not told:
        return say("scan-nothing", tongue)
    header = tuple(say(f"scan-{each}", tongue) for each in COLUMNS)
    table = Table(header, tuple(_row(one, tongue) for one in told), (1, 2, 3, 4, 5))
    title = say("scan-title", tongue)
    sentences = [sentence(one, tongue) for one in told]
    return "\n".join(
        [plain(Card(title, tongue, blocks=(table,))), say("scan-sentences", tongue), *filter(None, sentences)]
    )


def sentence(one: Scanned, tongue: Tongue) -> str:
    """Return the rule that would have fired about once a month, or nothing where the number never falls, or may."""
    if one.swing is None or one.swing.monthly is None or one.metric.direction not in (Direction.UP, Direction.DOWN):
        return ""
    way = "rise" if one.metric.direction is Direction.DOWN else "fall"
    percent = round(one.swing.monthly * 100)
    return say(f"scan-rule-{way}", tongue, metric=one.metric.title.to(tongue), percent=percent)


def _row(one: Scanned, tongue: Tongue) -> tuple[str, ...]:
    assert one.swing  # noqa: S101 - the caller left out those without
    shares = (one.swing.noise, one.swing.rhythm, one.swing.monthly, one.swing.quarterly)
    return one.metric.title.to(tongue), str(one.swing.days), *("–" if x is None else f"{x:.0%}" for x in shares)
