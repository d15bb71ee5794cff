"""A team's own workspace from a pack and one file: the file's columns, and of the pack whatever they can carry.

A rule whose metrics the file does not hold is left out and named with what it lacks. The pack's roles are kept, and
until the team writes down who holds them, whoever began holds them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import yaml

from core.errors import Missing
from core.metrics.catalog import Catalog
from core.rules.rule import Rule
from core.rules.tree import metrics
from core.usecases.begin import Proposal

_RULE = re.compile(r"^(?=- rule: )", re.MULTILINE)
_TARGET = re.compile(r"target:\s*(\w+)")


@dataclass(frozen=True, slots=True)
class Lack:
    """A rule of the pack that the file cannot carry, and the metrics or dimensions that it wants."""

    rule: str
    wants: tuple[str, ...]


def known_by_pack(catalog: Catalog) -> Catalog:
    """Return the dictionary in which a pack's own columns are names too: who began with its example keeps them."""
    columns: dict[str, list[str]] = {}
    for source in catalog.sources.values():
        for code, measure in source.measures.items():
            if measure.column:
                columns.setdefault(code, []).append(measure.column)
    known = {
        code: replace(metric, aliases=(*metric.aliases, *columns.get(code, ())))
        for code, metric in catalog.metrics.items()
    }
    return Catalog(known, catalog.dimensions)


def merged(pack: Mapping[str, str], proposal: Proposal, name: str, duties: Iterable[str]) -> dict[str, str]:
    """Return the files of the workspace with every rule of the pack in it still."""
    me = {"person": "me", "name": {"en": "Me", "zh": "我"}, "duties": sorted(set(duties)), "chats": {"web": "me"},
          "may": "manage"}  # fmt: skip
    settings = yaml.safe_load(pack["workspace.yaml"]) | {"name": name, "tongue": proposal.tongue}
    found = dict(pack) | {
        "workspace.yaml": _yaml(settings),
        "sources.yaml": proposal.files["sources.yaml"],
        "people.yaml": _yaml([me]),
        "routes.yaml": _yaml([{"route": "everything", "chats": ["web:board"], "owner": "person:me"}]),
    }
    found.pop("targets.yaml", None)
    return found


def lacks(rules: Iterable[Rule], catalog: Catalog) -> tuple[Lack, ...]:
    """Return the rules that the sources of a catalog cannot carry."""
    found = []
    for rule in rules:
        codes = dict.fromkeys(code for one in rule.sentences for code in metrics(one.condition))
        bases = tuple(dict.fromkeys(base for code in codes for base in catalog.bases(code)))
        dimensions = tuple(dict.fromkeys((*rule.sentence.by, *(each.dimension for each in rule.where))))
        try:
            catalog.source_for(bases, dimensions, rule.grain)
        except Missing as missing:
            found.append(Lack(rule.id, tuple(str(missing.facts["lacks"]).split(", "))))
    return tuple(found)


def without(text: str, rules: Iterable[str]) -> str:
    """Return a `rules.yaml` without those rules, the rest of it letter by letter."""
    gone = set(rules)
    head, *blocks = _RULE.split(text)
    return head + "".join(one for one in blocks if one.splitlines()[0].removeprefix("- rule: ").strip() not in gone)


def targets_for(text: str, catalog: Catalog) -> str:
    """Return the lines of a `targets.yaml` whose metric has data."""
    return "".join(
        line
        for line in text.splitlines(keepends=True)
        if (found := _TARGET.search(line)) is None or catalog.is_available(found[1])
    )


def _yaml(content: object) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, default_flow_style=None, width=118)
