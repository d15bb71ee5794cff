"""Which alerts nobody would answer for, said plainly when a workspace is checked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cards.dress import metric_title, person_name, slice_words
from bot.phrases import say
from core.alerts.risk import lacking
from core.routing.coverage import Gap, gaps
from core.rules.tree import metrics

if TYPE_CHECKING:
    from core.text import Tongue
    from core.workspace import Workspace

MOST_SLICES = 3


def uncovered(workspace: Workspace, now: datetime, tongue: Tongue) -> Iterator[str]:
    """Yield a sentence for each rule and day on which nobody answers, or only whom everything falls to."""
    now = now.astimezone(workspace.zone)
    if workspace.today is not None:
        now = datetime.combine(workspace.today, now.timetz())
    values = {code: tuple(one.values) for code, one in workspace.catalog.dimensions.items()}
    for gap in gaps(workspace.rules, workspace.routes, workspace.people, values, now):
        slices, day = _slices(gap, workspace, tongue), gap.day.isoformat()
        if gap.to is None:
            yield say("check-orphan", tongue, rule=gap.rule, day=day, slices=slices)
        else:
            to = person_name(gap.to, workspace, tongue)
            yield say("check-thin", tongue, rule=gap.rule, day=day, to=to, slices=slices)


def unpriced(workspace: Workspace, tongue: Tongue) -> Iterator[str]:
    """Yield a sentence for each thing that rules count and nobody has put a worth on: their alerts name no money."""
    found: dict[str, list[str]] = {}
    for rule in workspace.rules:
        first = next(iter(metrics(rule.sentence.condition)), None)
        if first and (of := lacking(first, workspace.catalog)):
            found.setdefault(of, []).append(rule.id)
    for of, rules in found.items():
        yield say(
            "check-unpriced", tongue, metric=metric_title(of, workspace, tongue), named=of, rules=", ".join(rules)
        )


def _slices(gap: Gap, workspace: Workspace, tongue: Tongue) -> str:
    if not any(gap.slices):
        return say("check-everything", tongue)
    named = [slice_words(labels, workspace, tongue) for labels in gap.slices[:MOST_SLICES]]
    words = say("list-comma", tongue).join(named)
    more = len(gap.slices) - MOST_SLICES
    return say("check-more-slices", tongue, slices=words, count=more) if more > 0 else words
