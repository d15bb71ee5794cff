"""What the house itself has to say: of a mute, of somebody's budget that is used up, of a chat that is gone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.cards.mute import mute_news_card
from bot.chat.card import Button, Buttons, Card, Prose, Tone
from bot.phrases import say
from core.notices.notice import Notice
from core.routing.instead import GONE
from core.routing.mute import Mute
from core.text import Tongue
from core.usecases.rounds import REPAIRED

if TYPE_CHECKING:
    from core.workspace import Workspace


def news_card(notice: Notice, mute: Mute | None, workspace: Workspace, tongue: Tongue, now: datetime) -> Card | None:
    """Return the card, or None where what it is about is gone."""
    if notice.facts.get("news") == "budget":
        return _budget_card(notice, tongue)
    if notice.facts.get("news") == GONE:
        return _gone_card(notice, tongue)
    if notice.facts.get("news") == REPAIRED:
        return _repaired_card(notice, tongue)
    return mute_news_card(notice, mute, workspace, tongue, now) if mute is not None else None


def _budget_card(notice: Notice, tongue: Tongue) -> Card:
    title = say("budget-news", tongue, count=notice.facts["count"])
    why = Prose(say("budget-why", tongue, budget=notice.facts["budget"]))
    return Card(title, tongue, Tone.PLAIN, (why, Buttons((Button(say("button-digest", tongue), "digest"),))), title)


def _gone_card(notice: Notice, tongue: Tongue) -> Card:
    title = say("gone-news", tongue, to=notice.facts["to"])
    why = Prose(say("gone-why", tongue, why=notice.facts["why"]))
    return Card(title, tongue, Tone.BAD, (why, Buttons((Button(say("button-health", tongue), "health"),))), title)


def _repaired_card(notice: Notice, tongue: Tongue) -> Card:
    handle = notice.facts["handle"]
    title = say("repaired-news", tongue, handle=handle)
    show = Buttons((Button(say("button-why", tongue), f"why {handle}"),))
    return Card(title, tongue, Tone.WARNING, (Prose(say("repaired-why", tongue)), show), title)
