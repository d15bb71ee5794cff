"""A rule before it runs: how it reads back, and where its author may have meant something else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.cards.dress import dressed
from bot.chat.card import Block, Card, Prose, Tone
from bot.phrases import say
from bot.phrases.mistakes import written
from core.errors import Mistake
from core.rules.say import say as say_rule
from core.rules.tree import Sentence
from core.text import Tongue

if TYPE_CHECKING:
    from core.rules.check import Doubt
    from core.workspace import Workspace


def rule_card(
    sentence: Sentence,
    doubts: Iterable[Doubt],
    workspace: Workspace,
    tongue: Tongue,
    *,
    mistakes: Sequence[Mistake] = (),
    latest: Mapping[Sentence, str] = MappingProxyType({}),
    envelope: Sequence[str] = (),
) -> Card:
    """Return the sentence in both tongues, what keeps it from running, what is in doubt, and what stands around it."""
    own = say_rule(sentence, tongue, workspace.catalog)
    other: Tongue = "en" if tongue == "zh" else "zh"
    blocks: list[Block] = [
        Prose(own, "strong"),
        Prose(say("rule-other-tongue", tongue, sentence=say_rule(sentence, other, workspace.catalog)), "quiet"),
    ]
    if mistakes:
        blocks.append(Prose(written(mistakes, tongue)))
    asked = [doubt_words(doubt, workspace, tongue, latest) for doubt in doubts]
    if asked:
        blocks.append(Prose(say("rule-doubts", tongue), "strong"))
        blocks.extend(Prose(one) for one in asked)
    elif not mistakes:
        blocks.append(Prose(say("rule-clear", tongue)))
    if envelope and not mistakes:
        blocks.append(Prose("\n".join(envelope), "quiet"))
    tone = Tone.BAD if mistakes else Tone.WARNING if asked else Tone.GOOD
    return Card(say("rule-title", tongue), tongue, tone, tuple(blocks), own)


def doubt_words(doubt: Doubt, workspace: Workspace, tongue: Tongue, latest: Mapping[Sentence, str]) -> str:
    """Return the question, and below it each reading with the latest numbers; the first is the one taken."""
    lines = [say(doubt.code, tongue, **dressed(doubt.facts, workspace, tongue))]
    for place, reading in enumerate(doubt.readings):
        code = "doubt-taken" if place == 0 else "doubt-other"
        lines.append(say(code, tongue, sentence=say_rule(reading, tongue, workspace.catalog)))
        if reading in latest:
            lines.append(f"   {latest[reading]}")
    return "\n".join(lines)
