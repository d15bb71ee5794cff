"""What went wrong and what to do, as a card; and the short reference for what should never happen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.cards.dress import dressed
from bot.chat.card import Button, Buttons, Card, Prose, Tone
from bot.phrases import say
from bot.phrases.mistakes import written
from core.errors import Forbidden, Invalid, Missing, Problem, Unavailable
from core.text import Tongue

if TYPE_CHECKING:
    from core.workspace import Workspace

_TITLES = {Missing: "problem-missing", Forbidden: "problem-forbidden", Unavailable: "problem-unavailable"}


def problem_card(problem: Problem, tongue: Tongue, workspace: Workspace | None = None) -> Card:
    if isinstance(problem, Invalid):
        title = say("mistakes-title", tongue, count=len(problem.mistakes))
        said = written(problem.mistakes, tongue)
        return Card(title, tongue, Tone.WARNING, (Prose(said),), title)
    title = say(_TITLES.get(type(problem), "problem-title"), tongue)
    facts: Any = dressed(problem.facts, workspace, tongue) if workspace else problem.facts
    said = say(problem.code, tongue, **facts)
    return Card(title, tongue, Tone.WARNING, (Prose(said),), said)


def take_over_card(problem: Problem, handle: str, workspace: Workspace, tongue: Tongue) -> Card:
    """Say who has it, and let it be taken over with one tap."""
    card = problem_card(problem, tongue, workspace)
    button = Button(say("button-take-over", tongue), f"assign {handle} me")
    return replace(card, title=say("taken-title", tongue), blocks=(*card.blocks, Buttons((button,))))


def bug_card(reference: str, tongue: Tongue) -> Card:
    """Return what is said of a mistake of ours."""
    said = say("bug", tongue, reference=reference)
    return Card(say("problem-title", tongue), tongue, Tone.WARNING, (Prose(said),), said)
