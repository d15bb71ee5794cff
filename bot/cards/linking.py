"""Who are you? And the code with which somebody who is known here becomes known elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.chat.card import MAX_COMMAND_BYTES, Button, Buttons, Card, Prose, Tone
from bot.phrases import say
from core.people.link import Link
from core.text import Tongue

if TYPE_CHECKING:
    from core.workspace import Workspace

MOST_PEOPLE = 12


def who_card(link: Link, workspace: Workspace, tongue: Tongue, refusal: Card | None = None) -> Card:
    """Ask a stranger who they are; nobody is offered who has an address there already."""
    free = [one for one in workspace.people.values() if link.platform not in one.chats]
    buttons = tuple(
        Button(one.name.to(tongue), command)
        for one in free[:MOST_PEOPLE]
        if (command := f"iam {link.code} {one.id}").isascii() and len(command) <= MAX_COMMAND_BYTES
    )
    title = say("link-who", tongue)
    kept = say("link-kept", tongue, text=link.text or "–")
    blocks = (
        *(refusal.blocks if refusal else ()),
        Prose(title, "strong"),
        *((Buttons(buttons),) if buttons else ()),
        Prose(f"{kept} {say('link-or-code', tongue, link=link.code)}", "quiet"),
    )
    if refusal:
        return replace(refusal, blocks=blocks)
    return Card(title, tongue, Tone.WARNING, blocks, title)


def offer_card(link: Link, tongue: Tongue) -> Card:
    title = say("link-offer", tongue)
    blocks = (Prose(f"link {link.code}", "strong"), Prose(say("link-offer-how", tongue, link=link.code), "quiet"))
    return Card(title, tongue, Tone.PLAIN, blocks, title)
