"""From goals to reviews: the five essentials as scores, each goal with what it hangs by, and what is broken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.cards.audit import upkeep_lines
from bot.cards.dress import metric_title
from bot.chat.card import Block, Card, Fact, Facts, Prose, Table, Tone
from bot.phrases import say
from core.review.chain import Break
from core.review.essentials import Score, overall
from core.text import Tongue

if TYPE_CHECKING:
    from core.review.chain import Chain
    from core.usecases.chain import Standing
    from core.workspace import Workspace

GOOD, POOR = 0.8, 0.5
MOST_NAMES = 8


def chain_card(standing: Standing, workspace: Workspace, tongue: Tongue) -> Card:
    title, share = say("chain-title", tongue), overall(standing.scores)
    whole = (
        say("chain-overall", tongue, score=round(share * 100))
        if share is not None
        else say("chain-overall-none", tongue)
    )
    links = standing.chain
    blocks: list[Block] = [Prose(whole, "strong"), Facts(tuple(_fact(score, tongue) for score in standing.scores))]
    if links.links:
        columns = tuple(say(f"chain-{name}", tongue) for name in ("goal", "metrics", "rules"))
        comma = say("list-comma", tongue)
        rows = tuple(
            (
                link.objective.title.to(tongue),
                comma.join(metric_title(code, workspace, tongue) for code in link.objective.metrics),
                comma.join(rule.title.to(tongue) for rule in link.rules),
            )
            for link in links.links
        )
        blocks.append(Table(columns, rows))
    broken = [*_broken(links, workspace, tongue), *upkeep_lines(links.lacks, tongue)]
    if broken:
        blocks += [Prose(say("chain-broken", tongue), "strong"), Prose("\n".join(f"· {line}" for line in broken))]
    else:
        blocks.append(Prose(say("chain-whole", tongue)))
    return Card(title, tongue, _tone(share), tuple(blocks), f"{title}: {whole}")


def _fact(score: Score, tongue: Tongue) -> Fact:
    parts = [
        say("chain-part", tongue, name=say(f"part-{part.code}", tongue), have=part.have, of=part.of)
        for part in score.parts
        if part.of
    ]
    share = score.share
    said = "–" if share is None else f"{round(share * 100)}  ({say('list-comma', tongue).join(parts)})"
    return Fact(say(f"essential-{score.essential}", tongue), said, Tone.PLAIN if share is None else _tone(share))


def _broken(links: Chain, workspace: Workspace, tongue: Tongue) -> Iterator[str]:
    titles = {one.id: one.title.to(tongue) for one in workspace.objectives}
    titles |= {rule.id: rule.title.to(tongue) for rule in workspace.rules}
    for kind, ids in links.broken.items():
        is_metric = kind in (Break.UNWATCHED, Break.AIMLESS)
        names = [metric_title(id, workspace, tongue) if is_metric else titles.get(id, id) for id in ids[:MOST_NAMES]]
        if len(ids) > MOST_NAMES:
            names.append("…")
        yield say(f"break-{kind}", tongue, names=say("list-comma", tongue).join(names))


def _tone(share: float | None) -> Tone:
    if share is None:
        return Tone.PLAIN
    return Tone.GOOD if share >= GOOD else Tone.BAD if share < POOR else Tone.WARNING
