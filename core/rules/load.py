"""Rules from YAML: each with its sentence read and checked, every mistake at its place in the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from core import document
from core.calendar.grain import Grain
from core.document import Fields, Mistakes, Node, Scalar
from core.errors import Invalid, Mistake, Where
from core.metrics.load import code, matchers, metric_code, unique
from core.rules import tree
from core.rules.check import check, grain_of
from core.rules.parse import parse
from core.rules.rule import Gating, Rule, Severity
from core.rules.tree import Bound, Compare, Comparison, Reading, Sentence
from core.text import Text

if TYPE_CHECKING:
    from core.metrics.catalog import Catalog

SEVERITIES = {severity.name.lower(): severity for severity in Severity}
_CRON_FIELDS = 5


def load_rules(nodes: Iterable[Node | None], mistakes: Mistakes, catalog: Catalog) -> tuple[Rule, ...]:
    """Return the rules of these documents; what is wrong goes to `mistakes`, and such rules are left out."""
    found: dict[str, Rule] = {}
    for node in nodes:
        for _, fields in document.items(node, ["rule"], mistakes):
            rule = _rule(fields, catalog)
            if rule is None:
                continue
            if unique(fields, "rule", rule.id, found):
                found[rule.id] = rule
    return tuple(found.values())


def _rule(fields: Fields, catalog: Catalog) -> Rule | None:
    id = fields.need("rule", code, "")
    grain = fields.take("grain", document.member(Grain), None)
    context = fields.take("metric", metric_code(catalog), None)
    said = fields.need("when", document.scalar, None)
    sentence = _sentence(said, context, grain, fields, catalog)
    rule = Rule(
        id=id,
        title=fields.take("title", document.text, Text.same(id)),
        sentence=sentence or _NOTHING,
        said=said.text.strip() if said else "",
        owner=fields.need("owner", document.words, ""),
        severity=fields.take("severity", document.choice(SEVERITIES), Severity.WARNING),
        grain=grain_of(sentence, grain) if sentence else grain or Grain.DAY,
        hold=fields.take("for", document.duration, timedelta(0)),
        where=fields.take("where", matchers(catalog), ()),
        schedule=_schedule(fields),
        objective=fields.take("objective", document.text, None),
        sop=fields.take("sop", document.listing(document.text), ()),
        review=fields.take("review", document.day, None),
        gate=fields.take("gate", document.member(Gating), Gating.AUTO),
    )
    return rule if fields.close() and sentence is not None else None


_NOTHING = Sentence(Compare(Reading(None), Comparison.EQUAL, Bound(None)))


def _sentence(
    said: Scalar | None, context: str | None, grain: Grain | None, fields: Fields, catalog: Catalog
) -> Sentence | None:
    """Return the sentence with its context filled in, or None once its mistakes are noted."""
    if said is None:
        return None
    try:
        sentence = parse(said.text, catalog)
    except Invalid as invalid:
        fields.mistakes.extend(replace(each, where=_inside(said, each.where)) for each in invalid.mistakes)
        return None
    if context is not None:
        sentence = tree.in_context(sentence, context)
    elif fields.has("metric"):
        return None  # it is no metric, which has been noted
    wrong = check(sentence, catalog, grain)
    fields.mistakes.extend(Mistake(each.code, each.facts, said.where) for each in wrong)
    return None if wrong else sentence


def _inside(said: Scalar, where: Where | None) -> Where:
    return said.where if where is None else document.inside(said, where.column - 1, where.width)


def _schedule(fields: Fields) -> str | None:
    line = fields.take("every", document.words, None)
    if line is not None and len(line.split()) != _CRON_FIELDS:
        fields.note("wanted-cron", "every", value=line)
        return None
    return line
