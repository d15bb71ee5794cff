"""A rule's sentence, read aloud before it runs: its tree, how it reads in both tongues, and where it is in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.cards.envelope import whole_envelope
from bot.cards.rule import doubt_words, rule_card
from bot.chat.card import Card
from bot.commands.tree_json import tree_json
from bot.phrases import say as say_phrase
from core.errors import Mistake
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.rules.check import Doubt, check, doubts, grain_of, settled
from core.rules.occasions import unknown_events
from core.rules.parse import Parsed, understand
from core.rules.rule import Rule, Severity
from core.rules.say import say
from core.rules.tree import Sentence
from core.text import TONGUES, Text, Tongue
from core.workspace import Workspace

# Mistakes that are only a word not said yet, each with the doubt that asks for the same word.
UNSAID = {"rule-needs-metric": "doubt-context-metric", "rule-needs-threshold": "doubt-threshold"}


@dataclass(frozen=True, slots=True)
class Read:
    """`mistakes` keep the rule from running, such as a threshold not said; `doubts` do not."""

    parsed: Parsed
    mistakes: tuple[Mistake, ...]
    doubts: tuple[Doubt, ...]


def read_rule(written: str, workspace: Workspace) -> Read:
    """Return the sentence understood; Invalid, with a caret, when it cannot be read."""
    parsed = settled(understand(written, workspace.catalog), workspace.catalog)
    sentence = parsed.sentence
    mistakes = (*check(sentence, workspace.catalog), *unknown_events(sentence, workspace.events))
    if any(one.code not in UNSAID for one in mistakes):
        return Read(parsed, mistakes, ())
    # What is not said yet is asked for once; how the rest was read is in doubt all the same.
    asked = {UNSAID[one.code] for one in mistakes}
    return Read(parsed, mistakes, tuple(one for one in doubts(parsed, workspace.catalog) if one.code not in asked))


def card_of(
    read: Read, workspace: Workspace, tongue: Tongue, latest: Mapping[Sentence, str], rule: Rule | None = None
) -> Card:
    """Return the card; `latest` is what a reading says of the newest period, where that is known.

    `rule` is the sentence in its envelope; without one it is told what a bare sentence goes by.
    """
    sentence = read.parsed.sentence
    envelope = whole_envelope(rule or bare(sentence), workspace, tongue)
    return rule_card(sentence, read.doubts, workspace, tongue, mistakes=read.mistakes, latest=latest, envelope=envelope)


def bare(sentence: Sentence) -> Rule:
    """Return a rule of which nothing but its sentence was said."""
    return Rule("", Text.same(""), sentence, "", "", grain=grain_of(sentence))


def rule_json(read: Read, workspace: Workspace, tongue: Tongue, latest: Mapping[Sentence, str]) -> dict[str, Any]:
    """Return the contract of `beacon rule --json`: {tree, zh, en, doubts, envelope}.

    A doubt that `stops` must be settled. The envelope is what a bare sentence goes by.
    """
    sentence, catalog = read.parsed.sentence, workspace.catalog
    stopping = [
        {"code": one.code, "text": say_phrase(one.code, tongue, **one.facts), "readings": [], "stops": True}
        for one in read.mistakes
    ]
    open_ = [
        {
            "code": doubt.code,
            "text": doubt_words(doubt, workspace, tongue, latest),
            "readings": [say(reading, tongue, catalog) for reading in doubt.readings],
            "latest": [latest.get(reading) for reading in doubt.readings],
            "stops": False,
        }
        for doubt in read.doubts
    ]
    return {
        "tree": tree_json(sentence),
        "zh": say(sentence, "zh", catalog),
        "en": say(sentence, "en", catalog),
        "doubts": stopping + open_,
        "envelope": envelope_json(bare(sentence), workspace),
    }


def envelope_json(rule: Rule, workspace: Workspace) -> dict[str, Any]:
    """Return what stands around a rule's sentence; sentences in it are read back in both tongues."""

    def said(sentence: Sentence | None) -> dict[str, str] | None:
        return None if sentence is None else {each: say(sentence, each, workspace.catalog) for each in TONGUES}

    def level(severity: Severity | None) -> str | None:
        return None if severity is None else severity.name.lower()

    return {
        "severity": level(rule.severity),
        "sizes": [{"severity": level(size), "when": said(sentence)} for size, sentence in rule.sizes],
        "grain": str(grain_of(rule.sentence, rule.grain)),
        "for_seconds": int(rule.hold.total_seconds()),
        "recover": said(rule.recover),
        "cooldown_seconds": int(rule.cooldown.total_seconds()),
        "gate": str(rule.gate),
        "until": rule.until.isoformat() if rule.until else None,
        "during": [
            {"event": one.event, "when": said(one.sentence), "severity": level(one.severity)} for one in rule.during
        ],
        "words": {each: list(whole_envelope(rule, workspace, each)) for each in TONGUES},
    }


def no_workspace() -> Workspace:
    """Return a workspace of the built-in dictionary alone, for a sentence read without one."""
    dictionary = builtin()
    catalog = Catalog(dictionary.metrics, dictionary.dimensions)
    return Workspace(Path(), Text.same("beacon"), ZoneInfo("Asia/Shanghai"), "CNY", "zh", None, catalog)
