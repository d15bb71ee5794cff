"""What one can say, with examples that work in this workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.chat.card import Button, Buttons, Card, Fact, Facts, Prose, Tone
from bot.phrases import say
from core.text import Tongue
from core.usecases.overview import foremost

if TYPE_CHECKING:
    from core.metrics.metric import Metric
    from core.workspace import Workspace


def help_card(workspace: Workspace, tongue: Tongue) -> Card:
    title = say("help-title", tongue)
    metric = next((one for one in foremost(workspace) if one.formula is not None), None)
    name = metric.title.to(tongue) if metric else "ROI"
    by = _dimension(metric, workspace)
    known = workspace.catalog.dimensions.get(by)
    dimension = known.title.to(tongue) if known else by
    ask = [
        say("help-ask-example", tongue, metric=name),
        say("help-ask-by", tongue, metric=name, dimension=dimension),
        say("help-ask-compare", tongue, metric=name),
    ]
    facts = Facts(
        (
            *(Fact(say("help-ask", tongue) if at == 0 else "", example) for at, example in enumerate(ask)),
            Fact(say("help-alerts", tongue), say("help-alerts-list", tongue)),
            *(Fact("", say(f"help-alerts-{each}", tongue)) for each in ("act", "follow", "mine", "quiet")),
            Fact(say("help-words", tongue), say("help-words-list", tongue, metric=name)),
        )
    )
    buttons = [Button(say("help-alerts", tongue), "alerts")]
    if metric is not None:
        buttons.insert(0, Button(ask[0], f"{metric.code} last 7 days", "primary"))
    blocks = (facts, Prose(say("help-tongue", tongue), "quiet"), Buttons(tuple(buttons)))
    return Card(title, tongue, Tone.PLAIN, blocks, title)


def _dimension(metric: Metric | None, workspace: Workspace) -> str:
    """Return a dimension by which the metric can be split."""
    bases = set(workspace.catalog.bases(metric.code)) if metric else set()
    for source in workspace.catalog.sources.values():
        if bases <= set(source.measures) and source.dimensions:
            return next(iter(source.dimensions))
    return "channel"
