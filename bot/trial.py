"""Rules on trial: what they would have done so far, how much of it luck, better numbers, and their writers' tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bot.app import MEMORY, open_world
from bot.cards.dress import metric_title, number, slice_words
from bot.cards.history import history_words, short
from bot.commands.rule import Read, read_rule
from bot.commands.trying import tried_out
from bot.phrases import say
from core import document
from core.alerts.alert import Feedback
from core.calendar.grain import Period
from core.charts.numerals import change as moved
from core.document import Mistakes
from core.errors import Fact, Invalid, Missing, Mistake, Problem
from core.ports import Clock
from core.review.backtest import Episode
from core.review.examples import Compared, compare, lines_of
from core.review.load_examples import load_examples
from core.review.tuning import Candidate, Proposal, is_tunable, tune
from core.rules.check import grain_of
from core.rules.finding import Finding
from core.rules.needs import Batch
from core.rules.rule import Rule
from core.rules.say import number as bound_words
from core.rules.say import say as say_rule
from core.rules.tree import Sentence
from core.text import Text, Tongue
from core.usecases.backtest import Tried, tried
from core.usecases.evaluate import moment_of
from core.workspace import Workspace

SHOWN = 30  # alerts listed on a terminal
TESTS = "tests"
_BUDGET = re.compile(
    r"(?:每周|per week)?\s*(\d+(?:\.\d+)?)\s*(?:条|次|个|alerts?)?\s*(?:/|a|per|每)?\s*(?:week|wk|周)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Options:
    """Where the facts are, and what people have said of past alerts, if anybody keeps that."""

    workspace: Workspace
    clock: Clock
    data: Path | None = None
    store: str | None = None


def chosen(workspace: Workspace, rule: str | None, when: str | None) -> tuple[Rule, ...]:
    """Return the rules meant: the one named, the sentence said, or all."""
    if when is not None:
        read = read_rule(when, workspace)
        if read.mistakes:
            raise Invalid(read.mistakes)
        return (said_rule(read, when),)
    if rule is None:
        return workspace.rules
    found = tuple(one for one in workspace.rules if one.id == rule)
    if not found:
        raise Missing("trial-no-rule", **document.suggesting(rule, [one.id for one in workspace.rules], name=rule))
    return found


def said_rule(read: Read, written: str) -> Rule:
    sentence = read.parsed.sentence
    return Rule("when", Text.same(written), sentence, written, "", grain=grain_of(sentence))


async def past_of(
    rules: Iterable[Rule], options: Options, first: date | None = None, last: date | None = None
) -> tuple[Tried, ...]:
    store = options.store or MEMORY
    async with open_world(options.workspace, options.clock, data=options.data, store_url=store) as world:
        return await tried(rules, options.workspace, world, first, last)


# --- backtest --------------------------------------------------------------------------------------------------


def backtest_json(past: Sequence[Tried]) -> dict[str, Any]:
    """Return the contract of `beacon backtest --json`; numbers of each rule stand under `rules`."""
    rules = {one.rule.id: _rule_json(one) for one in past}
    judged = sum(one.backtest.judged for one in past)
    luck = sum(rules[one.rule.id]["by_chance_rate"] * one.backtest.judged for one in past)
    return {
        "firings": [_firing(finding) for one in past for finding in one.backtest.firings],
        "episodes": sum(len(one.backtest.episodes) for one in past),
        "by_chance_rate": luck / judged if judged else 0.0,
        "per_week": sum(one.backtest.per_week for one in past),
        "alerts": [_episode(episode) for one in past for episode in one.backtest.episodes],
        "rules": rules,
    }


def backtest_text(past: Sequence[Tried], workspace: Workspace, tongue: Tongue) -> str:
    blocks = []
    for one in past:
        lines = [f"{one.rule.id}: {say_rule(one.rule.sentence, tongue, workspace.catalog)}"]
        lines += [f"  {_episode_words(each, workspace, tongue)}" for each in one.backtest.episodes[:SHOWN]]
        if len(one.backtest.episodes) > SHOWN:
            lines.append("  " + say("trial-more", tongue, more=len(one.backtest.episodes) - SHOWN))
        blocks.append("\n".join([*lines, "  " + history_words(one, tongue)]))
    return "\n\n".join(blocks)


# --- a rule at its creation ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Created:
    """What the past says of a rule that is being written: `told` of the rule, `latest` of each reading in doubt."""

    told: dict[str, Any] | None = None
    latest: Mapping[Sentence, str] = field(default_factory=dict)


async def creation(read: Read, written: str, options: Options, tongue: Tongue) -> Created:
    """Try a sentence on the past; nothing is said where there is no file yet. One that cannot be read is refused."""
    store = options.store or MEMORY
    try:
        async with open_world(options.workspace, options.clock, data=options.data, store_url=store) as world:
            found = await tried_out(read, said_rule(read, written), options.workspace, world, tongue)
    except Problem as problem:
        if isinstance(problem, Invalid) or problem.code.startswith("file-"):
            raise
        return Created()  # no file yet: the sentence is read all the same
    if (one := found.past) is None:
        return Created(latest=found.latest)
    told = _rule_json(one) | {"sentence": history_words(one, tongue), "warnings": list(found.warnings)}
    return Created(told, found.latest)


def creation_text(told: dict[str, Any] | None, tongue: Tongue) -> str:
    if told is None:
        return say("trial-no-history", tongue)
    return "\n".join([told["sentence"], *(warning["text"] for warning in told["warnings"])])


# --- tuning ----------------------------------------------------------------------------------------------------


def budget_of(written: str) -> float:
    """Return how many alerts a week `2 per week` or `每周 2 条` allows."""
    match = _BUDGET.fullmatch(written.strip())
    if match is None or not float(match[1]):
        raise Invalid([Mistake("tune-budget", {"value": written})])
    return float(match[1])


async def tuned(rules: Sequence[Rule], budget: float, options: Options) -> tuple[Proposal, ...]:
    able = [rule for rule in rules if is_tunable(rule)]
    if not able:
        raise Missing("tune-nothing", rules=", ".join(rule.id for rule in rules))
    candidates = [
        Candidate(one.rule, one.past.sides(), one.known, one.past.moment, one.backtest.episodes)
        for one in await past_of(able, options)
    ]
    return tune(candidates, budget)


def tune_json(proposals: Sequence[Proposal], budget: float, workspace: Workspace) -> dict[str, Any]:
    return {
        "budget_per_week": budget,
        "per_week": sum(len(one.caught) / one.weeks for one in proposals),
        "rules": [
            {
                "rule": one.before.id,
                "now": {
                    "value": float(one.bound.value),
                    "unit": one.bound.unit.value,
                    "per_week": len(one.told) / one.weeks,
                },
                "proposed": {
                    "value": float(one.proposed.value),
                    "unit": one.proposed.unit.value,
                    "per_week": len(one.caught) / one.weeks,
                },
                "zh": say_rule(one.after.sentence, "zh", workspace.catalog),
                "en": say_rule(one.after.sentence, "en", workspace.catalog),
                "labels": _labels_kept(one),
                "caught": [_episode(episode) for episode in one.caught],
                "missed": [_episode(episode) for episode in one.missed],
            }
            for one in proposals
        ],
    }


def tune_text(proposals: Sequence[Proposal], workspace: Workspace, tongue: Tongue) -> str:
    blocks = []
    for one in proposals:
        facts: dict[str, Fact] = {
            "rule": one.before.id,
            "now": bound_words(one.bound, tongue),
            "proposed": bound_words(one.proposed, tongue),
            "before": short(len(one.told) / one.weeks),
            "after": short(len(one.caught) / one.weeks),
        }
        lines = [say("tune-proposed", tongue, **facts), "  " + say_rule(one.after.sentence, tongue, workspace.catalog)]
        lines += [
            "  " + say("tune-label", tongue, label=_label_words(label, tongue), told=kept["told"], kept=kept["kept"])
            for label, kept in _labels_kept(one).items()
        ]
        lines += [f"  + {_episode_words(each, workspace, tongue)}" for each in one.caught[:SHOWN]]
        lines += [f"  - {_episode_words(each, workspace, tongue)}" for each in one.missed[:SHOWN]]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _labels_kept(one: Proposal) -> dict[str, dict[str, int]]:
    """Return of each label how many alerts have it today, and how many of these the proposed number keeps."""
    lost = [each.label for each in one.missed]
    labels = [each.label for each in one.told]
    return {
        str(label): {"told": labels.count(label), "kept": labels.count(label) - lost.count(label)}
        for label in sorted({each for each in labels if each}, key=str)
    }


def _label_words(label: str, tongue: Tongue) -> str:
    return say(f"feedback-{label}" if label in set(Feedback) else f"reason-{label}", tongue)


# --- the tests of those who write rules ------------------------------------------------------------------------


def examine(workspace: Workspace) -> tuple[Compared, ...]:
    """Return what came of every test in the workspace's folder `tests`."""
    mistakes: Mistakes = []
    folder = workspace.folder / TESTS
    files = sorted(path for path in folder.glob("*") if path.suffix in (".yaml", ".yml")) if folder.is_dir() else []
    if not files:
        raise Missing("no-rule-tests", folder=str(folder))
    nodes = []
    for path in files:
        try:
            nodes.append(document.parse(path.read_text(encoding="utf-8"), f"{TESTS}/{path.name}", mistakes))
        except (OSError, UnicodeDecodeError):
            raise Problem("file-unreadable", file=str(path)) from None
    examples = load_examples(nodes, mistakes, workspace.catalog, workspace.rules)
    if mistakes:
        raise Invalid(mistakes)
    return tuple(compare(one, workspace.rules, workspace.catalog, partial(_moment, workspace)) for one in examples)


def examine_json(compared: Sequence[Compared]) -> dict[str, Any]:
    return {
        "passed": sum(one.is_fine for one in compared),
        "failed": sum(not one.is_fine for one in compared),
        "tests": [
            {
                "test": one.example.title,
                "passed": one.is_fine,
                "rules": list(one.rules),
                "missing": list(lines_of(one.silent)),
                "unexpected": list(lines_of(one.loud)),
            }
            for one in compared
        ],
    }


def examine_text(compared: Sequence[Compared], tongue: Tongue) -> str:
    lines = []
    for one in compared:
        lines.append(say("rule-test-passed" if one.is_fine else "rule-test-failed", tongue, title=one.example.title))
        lines += [f"  - {line}  ({say('rule-test-missing', tongue)})" for line in lines_of(one.silent)]
        lines += [f"  + {line}  ({say('rule-test-unexpected', tongue)})" for line in lines_of(one.loud)]
    failed = sum(not one.is_fine for one in compared)
    return "\n".join([*lines, say("rule-tests-done", tongue, count=len(compared), failed=failed)])


# --- what they share -------------------------------------------------------------------------------------------


def _moment(workspace: Workspace, batch: Batch, period: Period) -> datetime:
    return moment_of(batch, period, workspace).astimezone(UTC)


def _rule_json(one: Tried) -> dict[str, Any]:
    past, luck = one.backtest, one.luck()
    labels = [episode.label.value for episode in past.episodes if episode.label]
    return {
        "firings": len(past.firings),
        "episodes": len(past.episodes),
        "per_week": past.per_week,
        "weeks": past.weeks,
        "kept_back": int(one.kept_back.sum()),
        "by_chance_rate": luck.rate,
        "by_chance_per_week": luck.begins * past.judged / past.weeks if past.weeks else 0.0,
        "catches": luck.catches,
        "labels": {label: labels.count(label) for label in sorted(set(labels))},
    }


def _firing(finding: Finding) -> dict[str, Any]:
    headline = finding.headline
    return {
        "rule": finding.fingerprint.rule,
        "slice": dict(finding.fingerprint.labels),
        "period": str(finding.period),
        "value": headline.value if headline else None,
        "baseline": headline.baseline if headline else None,
    }


def _episode(episode: Episode) -> dict[str, Any]:
    return _firing(episode.finding) | {
        "last": str(episode.last),
        "label": episode.label.value if episode.label else None,
    }


def _episode_words(episode: Episode, workspace: Workspace, tongue: Tongue) -> str:
    finding, headline = episode.finding, episode.finding.headline
    words = [str(finding.period), slice_words(finding.fingerprint.labels, workspace, tongue)]
    if headline:
        words.append(metric_title(headline.metric, workspace, tongue))
        words.append(number(headline.value, headline.unit, workspace, tongue))
        if headline.change is not None:
            words.append(f"({moved(headline.change)})")
    if episode.label:
        kind = "feedback" if isinstance(episode.label, Feedback) else "reason"
        words.append(say(f"{kind}-{episode.label}", tongue))
    return "  ".join(word for word in words if word)
