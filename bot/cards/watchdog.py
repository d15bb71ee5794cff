"""The watchdog's message: when it last got here. It is edited in each round, and rings nobody."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.chat.card import Button, Buttons, Card, Prose, Tone
from bot.phrases import say
from core.text import Tongue

if TYPE_CHECKING:
    from core.workspace import Workspace


def watchdog_card(workspace: Workspace, tongue: Tongue, now: datetime) -> Card:
    at = f"{now.astimezone(workspace.zone):%m-%d %H:%M}"
    title = say("watchdog-title", tongue, at=at)
    health = Buttons((Button(say("button-health", tongue), "health"),))
    return Card(title, tongue, Tone.GOOD, (Prose(say("watchdog-why", tongue), "quiet"), health), title)
