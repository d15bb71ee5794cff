"""The dictionary: which metrics there are here, and what one of them means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bot.chat.card import Block, Card, Fact, Facts, Prose, Table, Tone
from bot.phrases import say
from core.metrics import formula
from core.metrics.metric import Metric
from core.text import Tongue

if TYPE_CHECKING:
    from core.usecases.explain import Definition
    from core.workspace import Workspace

MOST_NAMES = 3  # in a list; a definition has all of them


def metrics_card(metrics: Iterable[Metric], workspace: Workspace, tongue: Tongue, *, like: str = "") -> Card:
    """Return a list of metrics; those without data here are left to `define`."""
    shown = [metric for metric in metrics if workspace.catalog.is_available(metric.code)]
    title = say("metrics-like", tongue, like=like) if like else say("metrics-title", tongue)
    if not shown:
        none = say("metrics-none", tongue, like=like) if like else say("board-empty", tongue)
        return Card(title, tongue, Tone.PLAIN, (Prose(none),), none)
    columns = tuple(say(f"column-{name}", tongue) for name in ("metric", "name", "unit"))
    rows = tuple(
        (metric.title.to(tongue), _names(metric, tongue, MOST_NAMES), say(f"unit-{metric.unit}", tongue))
        for metric in shown
    )
    hint = say("metrics-hint", tongue, count=len(shown))
    return Card(title, tongue, Tone.PLAIN, (Table(columns, rows), Prose(hint, "quiet")), hint)


def definition_card(definition: Definition, workspace: Workspace, tongue: Tongue) -> Card:
    metric = definition.metric
    title = metric.title.to(tongue)
    blocks: list[Block] = []
    if metric.definition is not None:
        blocks.append(Prose(metric.definition.to(tongue), "strong"))
    blocks.append(Facts(tuple(_facts(definition, workspace, tongue))))
    if definition.rules:
        names = "\n".join(f"· {rule.title.to(tongue)}" for rule in definition.rules)
        blocks.append(Prose(f"{say('define-rules', tongue)}\n{names}", "quiet"))
    how = _formula(definition, workspace, tongue)
    return Card(title, tongue, Tone.PLAIN, tuple(blocks), f"{title} = {how}")


def _facts(definition: Definition, workspace: Workspace, tongue: Tongue) -> Iterator[Fact]:
    metric = definition.metric
    yield Fact(say("define-formula", tongue), _formula(definition, workspace, tongue))
    yield Fact(say("define-unit", tongue), say(f"unit-{metric.unit}", tongue))
    yield Fact(say("define-direction", tongue), say(f"direction-{metric.direction}", tongue))
    yield Fact(say("define-code", tongue), metric.code)
    if names := _names(metric, tongue):
        yield Fact(say("define-aliases", tongue), names)
    if metric.min_sample:
        yield Fact(say("define-sample", tongue), f"{metric.min_sample:,}")
    source = definition.source.name if definition.source else say("define-no-source", tongue)
    yield Fact(say("define-source", tongue), source)
    if metric.owner_role:
        yield Fact(say("define-owner", tongue), metric.owner_role)


def _formula(definition: Definition, workspace: Workspace, tongue: Tongue) -> str:
    """Return the formula in the titles of what it names, or how a base metric is counted."""
    metric = definition.metric
    if metric.formula is None:
        return say(f"how-{workspace.catalog.how(metric.code)}", tongue)
    said = formula.show(metric.formula)
    for code in sorted(formula.refs(metric.formula), key=len, reverse=True):
        title = workspace.catalog.metrics[code].title.to(tongue).replace("\\", "")
        said = re.sub(rf"(?<![a-z_]){re.escape(code)}(?![a-z_])", title, said)
    return said.replace(" * ", " × ").replace(" / ", " ÷ ").replace(" - ", " − ")


def _names(metric: Metric, tongue: Tongue, most: int | None = None) -> str:
    other = metric.title.to("en" if tongue == "zh" else "zh")
    shown = metric.title.to(tongue)
    names = [name for name in dict.fromkeys((other, *metric.aliases)) if name != shown]
    more = "…" if most is not None and len(names) > most else ""
    return ("、" if tongue == "zh" else ", ").join(names[:most]) + more
