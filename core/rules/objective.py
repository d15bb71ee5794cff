"""A goal of the team's, and the metrics by which it is seen: what rules are for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core import document
from core.document import Fields, Mistakes, Node
from core.metrics.load import code, metric_code, unique
from core.text import Text

if TYPE_CHECKING:
    from datetime import date

    from core.metrics.catalog import Catalog
    from core.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Objective:
    """`until` is its last day; a goal without one is for good."""

    id: str
    title: Text
    metrics: tuple[str, ...] = ()
    until: date | None = None


def load_objectives(nodes: Iterable[Node | None], mistakes: Mistakes, catalog: Catalog) -> tuple[Objective, ...]:
    """Read `- {objective: spend, title: {zh: 花费不超预算}, metrics: [budget_use]}`."""
    found: dict[str, Objective] = {}
    for node in nodes:
        for _, fields in document.items(node, ["objective"], mistakes):
            one = _objective(fields, catalog)
            if fields.close() and unique(fields, "objective", one.id, found):
                found[one.id] = one
    return tuple(found.values())


def serving(rules: Iterable[Rule], objectives: Iterable[Objective]) -> tuple[Rule, ...]:
    """Return the rules, those that name an objective by its id with its title for a goal."""
    titles = {one.id: one.title for one in objectives}
    return tuple(
        replace(rule, objective=titles[rule.objective.en])
        if rule.objective is not None and rule.objective.en in titles
        else rule
        for rule in rules
    )


def _objective(fields: Fields, catalog: Catalog) -> Objective:
    id = fields.need("objective", code, "")
    return Objective(
        id,
        fields.take("title", document.text, Text.same(id)),
        tuple(fields.take("metrics", document.listing(metric_code(catalog)), ())),
        fields.take("until", document.day, None),
    )
