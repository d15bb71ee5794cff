"""A rule that is being written, tried on the past: what it would have done, what each reading says of the newest day.

The same words stand under `beacon rule`, in the preview of a rule said in chat, and in Slack's form for one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.cards.dress import period_words, slice_words
from bot.cards.history import history_words
from bot.cards.terms import sentence, told
from bot.phrases import say
from core.charts.numerals import change as moved
from core.errors import Fact, Problem
from core.rules.check import grain_of
from core.rules.finding import State
from core.rules.needs import source_of
from core.rules.say import say as say_rule
from core.rules.tree import Sentence, lacks_metric
from core.usecases.backtest import Tried, tried

if TYPE_CHECKING:
    from bot.commands.rule import Read
    from core.ports import World
    from core.review.chance import Weekly
    from core.rules.rule import Rule
    from core.text import Tongue
    from core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Creation:
    """`past` is the rule's own, `latest` what each reading in doubt says of the newest period."""

    past: Tried | None = None
    warnings: tuple[dict[str, Any], ...] = ()
    latest: Mapping[Sentence, str] = field(default_factory=dict)


async def tried_out(read: Read, own: Rule, workspace: Workspace, world: World, tongue: Tongue) -> Creation:
    """Try the rule and its other readings; nothing is said of what cannot run."""
    readings = dict.fromkeys(reading for doubt in read.doubts for reading in doubt.readings)
    others = (replace(own, id=f"reading {n}", sentence=one, grain=grain_of(one)) for n, one in enumerate(readings))
    able = [rule for rule in others if not lacks_metric(rule.sentence.condition) and _has_source(rule, workspace)]
    if not read.mistakes:
        able.insert(0, own)
    past = {one.rule.id: one for one in await tried(able, workspace, world)}
    latest = {one.rule.sentence: words for one in past.values() if (words := _latest_words(one, tongue))}
    if (one := past.get(own.id)) is None:
        return Creation(latest=latest)
    week = one.week()
    return Creation(one, (_week_warning(week, read, one, tongue),) if week else (), latest)


async def told_of(read: Read, own: Rule, workspace: Workspace, world: World, tongue: Tongue) -> tuple[str, Creation]:
    """Return what a preview says of the past, and the readings; that there are no facts yet is an answer, too."""
    try:
        found = await tried_out(read, own, workspace, world, tongue)
    except Problem:
        found = Creation()
    if found.past is None:
        return say("trial-no-history", tongue), found
    words = await asyncio.to_thread(history_words, found.past, tongue)  # luck takes its time
    return "\n".join([words, *(str(warning["text"]) for warning in found.warnings)]), found


def _has_source(rule: Rule, workspace: Workspace) -> bool:
    try:
        source_of(rule, workspace.catalog)
    except Problem:
        return False
    return True


def _latest_words(one: Tried, tongue: Tongue) -> str:
    """Return what a reading says of the newest period: of a slice that fires, if one does, and of how many do."""
    outcome, periods = one.backtest.outcome, one.past.periods
    rows = [int(row) for row in np.flatnonzero(outcome.concerns)]
    if not rows or not periods:
        return ""
    firing = [row for row in rows if outcome.state[row, -1] == State.BREACHED]
    held_back = one.kept_back[:, -1]
    kept = [row for row in rows if held_back[row]]
    finding = outcome.finding((firing or kept or rows)[0], periods[-1])
    grain = finding.period.grain
    facts: dict[str, Fact] = {
        "period": period_words(finding.period, tongue),
        "where": slice_words(finding.fingerprint.labels, one.workspace, tongue),
        "words": "; ".join(sentence(term, one.workspace, tongue, grain) for term in told(finding, one.rule)),
        "firing": len(firing),
        "slices": len(rows),
        "kept": len(kept),
    }
    return say("doubt-latest", tongue, **facts)


def _week_warning(week: Weekly, read: Read, one: Tried, tongue: Tongue) -> dict[str, Any]:
    doubt = next((each for each in read.doubts if each.code == "doubt-weekly-season" and len(each.readings) > 1), None)
    offer = say_rule(doubt.readings[1], tongue, one.workspace.catalog) if doubt else ""
    facts: dict[str, Fact] = {
        "weekday": week.weekday,
        "move": moved(week.move),
        "strength": f"{week.strength:.0%}",
        "offer": "yes" if offer else "no",
        "sentence": offer,
    }
    text = say("trial-weekly", tongue, **facts)
    return {"code": "weekly-season", "text": text, "offer": offer or None, "strength": week.strength}
