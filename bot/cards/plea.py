"""A refusal that offers a way on, and what whoever may say yes is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.cards.dress import person_name
from bot.chat.card import MAX_COMMAND_BYTES, Button, Buttons, Card, Prose, Tone
from bot.phrases import say
from core.notices.notice import Notice
from core.text import Tongue

if TYPE_CHECKING:
    from core.people.person import Person
    from core.workspace import Workspace

_MOST_LETTERS = 120


def with_offers(refusal: Card, code: str, people: Iterable[Person]) -> Card:
    """Return the refusal with a button for each who may."""
    tongue = refusal.tongue
    buttons = tuple(
        Button(say("button-ask", tongue, name=person.name.to(tongue)), command)
        for person in people
        if (command := f"plead {code} {person.id}").isascii() and len(command) <= MAX_COMMAND_BYTES
    )
    return replace(refusal, blocks=(*refusal.blocks, Buttons(buttons))) if buttons else refusal


def plea_card(notice: Notice, workspace: Workspace, tongue: Tongue) -> Card:
    """Return what is asked, or what became of it."""
    by, text = person_name(str(notice.facts["actor"]), workspace, tongue), _short(str(notice.facts["text"]))
    of = person_name(str(notice.facts.get("person", "")), workspace, tongue)
    title = say(str(notice.facts["happening"]), tongue, by=by, text=text, person=of)
    code = notice.facts.get("plea")
    blocks = [Prose(title, "strong")]
    if code is None:
        return Card(title, tongue, Tone.PLAIN, tuple(blocks), title)
    buttons = (
        Button(say("button-allow", tongue), f"allow {code}", "primary"),
        Button(say("button-deny", tongue), f"deny {code}"),
    )
    return Card(say("plea-title", tongue, by=by), tongue, Tone.PLAIN, (*blocks, Buttons(buttons)), title)


def said_card(code: str, tongue: Tongue, **facts: str) -> Card:
    said = say(code, tongue, **facts)
    return Card(said, tongue, Tone.PLAIN, (), said)


def _short(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}…"
