"""A rule being made in chat: its draft with the button that keeps it, a deed's receipt, and the rules in force."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.cards.dress import severity_words
from bot.chat.card import Button, Buttons, Card, Prose, Table
from bot.phrases import say
from core.rules.say import say as say_rule

if TYPE_CHECKING:
    from core.errors import Fact
    from core.text import Tongue
    from core.workspace import Workspace

MOST_ROWS = 40


def draft_card(shown: Card, rule: str, text: str, past: str, code: str, tongue: Tongue) -> Card:
    """Return the rule as it was read, what it would have done, its text as a file would hold it, and the choice."""
    buttons = Buttons(
        (
            Button(say("button-keep-rule", tongue), f"rule keep {code}", "primary"),
            Button(say("button-drop-rule", tongue), f"rule drop {code}"),
        )
    )
    blocks = (*shown.blocks, Prose(past), Prose(text.strip(), "quiet"), buttons)
    return replace(shown, title=say("rule-draft", tongue, rule=rule), blocks=blocks)


def asked_card(tongue: Tongue) -> Card:
    """Return how a rule is said, for whoever named none."""
    title = say("form-rule", tongue)
    return Card(title, tongue, blocks=(Prose(say("rule-how", tongue)),), summary=title)


def kept_card(code: str, tongue: Tongue, **facts: Fact) -> Card:
    told = say(code, tongue, **facts)
    return Card(told, tongue, summary=told)


def rules_card(workspace: Workspace, tongue: Tongue) -> Card:
    rows = tuple(
        (rule.id, say_rule(rule.sentence, tongue, workspace.catalog), severity_words(rule.severity, tongue), rule.owner)
        for rule in workspace.rules[:MOST_ROWS]
    )
    columns = tuple(say(code, tongue) for code in ("rules-id", "rules-says", "rules-severity", "rules-owner"))
    new = Buttons((Button(say("button-new-rule", tongue), "rule add"),))
    title = say("rules-title", tongue, count=len(workspace.rules))
    blocks = (Table(columns, rows), Prose(say("rules-how", tongue), "quiet"), new)
    return Card(title, tongue, blocks=blocks, summary=title)
