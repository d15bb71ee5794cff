"""Objective → metric → rule → owner → SOP → review: what each goal hangs by, and where the chain is broken.

A goal that no rule watches is a wish, and a rule that serves none is noise with a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from core.rules.tree import metrics
from core.rules.upkeep import Lack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from core.rules.objective import Objective
    from core.rules.rule import Rule


class Break(StrEnum):
    """What is broken, as a phrase key: `break-` and this."""

    NO_METRIC = "no-metric"  # a goal that names none
    NO_RULE = "no-rule"  # a goal none of whose metrics any rule watches
    OVER = "over"  # a goal whose last day is past
    EXPIRED = "expired"  # a rule whose last day is past
    UNWATCHED = "unwatched"  # a core metric that has data and no rule
    AIMLESS = "aimless"  # a core metric that has data and no goal


@dataclass(frozen=True, slots=True)
class Link:
    """One goal with the rules that serve it, by its name or by its metrics."""

    objective: Objective
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """`broken` are ids of goals, rules or metrics by what is wrong with them, `lacks` those of rules."""

    links: tuple[Link, ...]
    broken: Mapping[Break, tuple[str, ...]]
    lacks: Mapping[Lack, tuple[str, ...]]


def chain(
    objectives: Sequence[Objective],
    rules: Sequence[Rule],
    core_metrics: Iterable[str],
    lacks: Mapping[Lack, tuple[str, ...]],
    today: date,
) -> Chain:
    """Return the chain as it stands; `core_metrics` are those of the first tier that have data."""
    links = tuple(Link(one, tuple(rule for rule in rules if _serves(rule, one))) for one in objectives)
    watched = {metric for rule in rules if not rule.is_over(today) for metric in metrics(rule.sentence.condition)}
    aimed = {metric for one in objectives for metric in one.metrics}
    foremost = tuple(core_metrics)
    broken = {
        Break.NO_METRIC: [one.id for one in objectives if not one.metrics],
        Break.NO_RULE: [link.objective.id for link in links if not link.rules],
        Break.OVER: [one.id for one in objectives if one.until is not None and one.until < today],
        Break.EXPIRED: [rule.id for rule in rules if rule.is_over(today)],
        Break.UNWATCHED: [metric for metric in foremost if metric not in watched],
        Break.AIMLESS: [metric for metric in foremost if metric not in aimed] if objectives else [],
    }
    served = {rule.id for link in links for rule in link.rules}
    aimless = tuple(id for id in lacks.get(Lack.OBJECTIVE, ()) if id not in served)
    lacks = {lack: aimless if lack is Lack.OBJECTIVE else ids for lack, ids in lacks.items()}
    return Chain(
        links,
        {kind: tuple(ids) for kind, ids in broken.items() if ids},
        {lack: ids for lack, ids in lacks.items() if ids},
    )


def _serves(rule: Rule, objective: Objective) -> bool:
    by_name = rule.objective is not None and rule.objective == objective.title
    return by_name or not set(objective.metrics).isdisjoint(metrics(rule.sentence.condition))
