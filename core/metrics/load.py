"""The dictionary read from YAML: ours, and over it the team's own metrics, dimensions and targets.

A team that writes `- metric: cvr` with a formula of its own keeps our title, unit and names for it. Formulas are
resolved when all metrics are known, so the order of the files does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Literal

from core import document
from core.calendar.grain import Grain
from core.document import Fields, Mapped, Mistakes, Node, Read, Scalar, fold, suggesting
from core.errors import Invalid, Missing, Mistake, Where
from core.labels import Labels, Matcher
from core.metrics import additivity, formula
from core.metrics.catalog import Catalog, names_of
from core.metrics.dimension import Dimension, Value
from core.metrics.metric import Direction, Formula, How, Metric, Ref, Tier
from core.metrics.report import mistakes_in
from core.metrics.target import Planned
from core.quantity import Unit
from core.text import Text

KINDS = ("metric", "dimension")
UNITS = {unit.value: unit for unit in Unit if unit not in (Unit.BARE, Unit.POINTS)}


@dataclass(frozen=True, slots=True)
class Dictionary:
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)


@cache
def builtin() -> Dictionary:
    """Return the dictionary that comes with the house."""
    mistakes: Mistakes = []
    files = sorted(resources.files("core.metrics").joinpath("dictionary").iterdir(), key=lambda file: file.name)
    nodes = [
        (file.name.removesuffix(".yaml"), document.parse(file.read_text(encoding="utf-8"), file.name, mistakes))
        for file in files
    ]
    dictionary = load_dictionary(nodes, mistakes, Dictionary())
    if mistakes:
        raise Invalid(mistakes)
    return dictionary


def load_dictionary(nodes: Iterable[tuple[str, Node | None]], mistakes: Mistakes, under: Dictionary) -> Dictionary:
    """Return `under` with what these files define over it; each file's list comes with its category's name.

    A metric that is defined wrongly stays known by its names, as a plain sum, so that rules which name it are not
    called wrong as well; with mistakes noted, nobody will use it.
    """
    definitions: dict[str, _Definition] = {}
    dimensions: dict[str, Dimension] = {}
    for category, node in nodes:
        for kind, fields in document.items(node, KINDS, mistakes):
            if kind == "metric":
                definition = _metric(fields, category, under.metrics)
                code = definition.metric.code
                if unique(fields, "metric", code, definitions):
                    definitions[code] = definition
            else:
                dimension = _dimension(fields, under.dimensions)
                if unique(fields, "dimension", dimension.code, dimensions):
                    dimensions[dimension.code] = dimension
    _share_no_name([(one.metric, one.place("metric")) for one in definitions.values()], mistakes)
    own = {code: one.metric for code, one in definitions.items()}
    metrics = {code: metric for code, metric in under.metrics.items() if code not in own} | own
    known = {*under.dimensions, *dimensions}
    mistakes += [wrong for one in definitions.values() if one.report for wrong in mistakes_in(one.report, known)]
    codes = {fold(name): metric.code for metric in metrics.values() for name in names_of(metric)}
    codes |= {fold(code): code for code in metrics}
    for code, one in definitions.items():
        if one.written is not None:
            resolved = _formula(one.written, codes, mistakes)
            metrics[code] = replace(metrics[code], formula=resolved, how=How.SUM if resolved is None else None)
    for fault in additivity.faults(metrics, lambda code: metrics[code].how or How.SUM):
        code = str(fault.facts["metric"])
        mistakes.append(replace(fault, where=definitions[code].place("formula") if code in definitions else None))
        metrics[code] = replace(metrics[code], how=How.SUM, formula=None)
    others = {code: one for code, one in under.dimensions.items() if code not in dimensions}
    return Dictionary(metrics, others | dimensions)


def load_targets(nodes: Iterable[Node | None], mistakes: Mistakes, catalog: Catalog) -> tuple[Planned, ...]:
    planned = []
    for node in nodes:
        for _, fields in document.items(node, ["target"], mistakes):
            one = Planned(
                metric=fields.need("target", metric_code(catalog), ""),
                labels=fields.take("slice", labels(catalog), Labels()),
                value=fields.need("value", document.number, Decimal(0)),
                first=fields.take("from", document.day, None),
                last=fields.take("to", document.day, None),
                per=fields.take("per", document.member(Grain), None),
            )
            if one.first and one.last and one.first > one.last:
                fields.note("days-reversed", "to", first=str(one.first), last=str(one.last))
            fields.close()
            planned.append(one)
    return tuple(planned)


# --- readers that know the dictionary; rules and routes use them as well -----------------------------------


def metric_code(catalog: Catalog) -> Read[str]:
    """Read a metric by any of its names."""
    return _known(lambda name: catalog.metric(name).code)


def dimension_code(catalog: Catalog) -> Read[str]:
    return _known(lambda name: catalog.dimension(name).code)


def labels(catalog: Catalog) -> Read[Labels]:
    """Read `{channel: 微信}` as `channel=wechat`."""

    def read(node: Node, mistakes: Mistakes) -> Labels | None:
        found = _by_dimension(catalog, node, mistakes, document.words)
        return None if found is None else Labels.of({code: catalog.value(code, name) for code, name in found.items()})

    return read


def matchers(catalog: Catalog) -> Read[tuple[Matcher, ...]]:
    """Read `{channel: [微信, douyin], region: {not: [east]}}`; `*` in a value stands for anything."""

    def values(node: Node, mistakes: Mistakes) -> tuple[bool, tuple[str, ...]] | None:
        if isinstance(node, Mapped):
            excluded = document.record(lambda fields: fields.need("not", document.listing(document.words), ()))
            found = excluded(node, mistakes)
            return None if found is None else (True, found)
        named = document.listing(document.words)(node, mistakes)
        return None if named is None else (False, named)

    def read(node: Node, mistakes: Mistakes) -> tuple[Matcher, ...] | None:
        found = _by_dimension(catalog, node, mistakes, values)
        if found is None:
            return None
        return tuple(
            Matcher(code, tuple(catalog.value(code, name) for name in names), negated)
            for code, (negated, names) in found.items()
        )

    return read


def code(node: Node, mistakes: Mistakes) -> str | None:
    """Read a name for machines and people alike: `roi_drop`. It must survive a button, an address and a shell."""
    found = document.words(node, mistakes)
    if found is None or re.fullmatch(r"[a-z][a-z0-9_]{0,39}", found):
        return found
    mistakes.append(Mistake("wanted-code", {"value": found}, node.where))
    return None


def unique(fields: Fields, kind: str, name: str, taken: Iterable[str]) -> bool:
    """Note that the name is taken already; an empty one has been noted before and is not kept either."""
    if name and name in taken:
        fields.note("defined-twice", kind, kind=kind, name=name)
    return bool(name) and name not in taken


# --- within ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Definition:
    metric: Metric
    written: Scalar | None
    report: Scalar | None
    fields: Fields

    def place(self, key: str) -> Where:
        return self.fields.where(key)


def _metric(fields: Fields, category: str, under: Mapping[str, Metric]) -> _Definition:
    name = fields.need("metric", code, "")
    was = under.get(name)
    blank = Metric(name, Text.same(name), Unit.COUNT, Direction.NONE, category, how=None)
    start = was or blank
    written = fields.take("formula", document.scalar, None)
    how = fields.take("how", document.member(How), None)
    if written is not None and how is not None:
        fields.note("how-or-formula", "how", metric=name)
    if written is None and how is None and was is None and not fields.has("formula") and not fields.has("how"):
        fields.note("how-or-formula", "metric", metric=name)
    report = fields.take("report", document.scalar, None)
    changed = written is not None or how is not None
    metric = replace(
        start,
        title=fields.take("title", document.text, start.title),
        unit=fields.take("unit", document.choice(UNITS), start.unit),
        direction=fields.take("direction", document.member(Direction), start.direction),
        category=fields.take("category", document.words, start.category),
        aliases=tuple(dict.fromkeys((*start.aliases, *fields.take("aliases", document.listing(document.words), ())))),
        tier=fields.take("tier", document.member(Tier), start.tier),
        definition=fields.take("definition", document.text, None if changed else start.definition),
        min_sample=fields.take("min_sample", document.whole, start.min_sample),
        no_data=fields.take("no_data", document.choice(_NO_DATA), start.no_data),
        band=fields.take("band", _band, start.band),
        owner_role=fields.take("owner", document.words, start.owner_role),
        worth=fields.take("worth", document.number, start.worth),
        report=report.text if report else start.report,
        # Until its formula is resolved, a metric is a plain sum.
        how=(how or How.SUM) if changed or was is None else was.how,
        formula=None if changed or was is None else was.formula,
    )
    fields.close()
    return _Definition(metric, written, report, fields)


def _dimension(fields: Fields, under: Mapping[str, Dimension]) -> Dimension:
    name = fields.need("dimension", code, "")
    start = under.get(name) or Dimension(name, Text.same(name))
    values = fields.take("values", document.mapping(_value), {})
    named = {key: Value(key, text, aliases) for key, (text, aliases) in values.items()}
    dimension = Dimension(
        code=name,
        title=fields.take("title", document.text, start.title),
        aliases=tuple(dict.fromkeys((*start.aliases, *fields.take("aliases", document.listing(document.words), ())))),
        values={**start.values, **named},
    )
    fields.close()
    return dimension


def _value(node: Node, mistakes: Mistakes) -> tuple[Text, tuple[str, ...]] | None:
    """Read `抖音`, or `{en: WeChat, zh: 微信, aliases: [公众号]}`."""
    if not isinstance(node, Mapped):
        title = document.text(node, mistakes)
        return None if title is None else (title, ())
    fields = Fields(node, mistakes)
    title = Text(en=fields.need("en", document.words, ""), zh=fields.need("zh", document.words, ""))
    aliases = fields.take("aliases", document.listing(document.words), ())
    return (title, aliases) if fields.close() else None


def _band(node: Node, mistakes: Mistakes) -> tuple[Decimal, Decimal] | None:
    ends = document.listing(document.number)(node, mistakes)
    if ends is None:
        return None
    if len(ends) != 2 or ends[0] > ends[1]:  # noqa: PLR2004 - a band has two ends
        mistakes.append(Mistake("wanted-band", {}, node.where))
        return None
    return ends[0], ends[1]


def _formula(written: Scalar, codes: Mapping[str, str], mistakes: Mistakes) -> Formula | None:
    try:
        parsed = formula.parse(written.text)
    except Invalid as error:
        (mistake,) = error.mistakes
        column, width = (mistake.where.column, mistake.where.width) if mistake.where else (1, 1)
        mistakes.append(replace(mistake, where=document.inside(written, column - 1, width)))
        return None
    unknown = [name for name in formula.refs(parsed) if fold(name) not in codes]
    for name in unknown:
        found = re.search(rf"\b{re.escape(name)}\b", written.text)
        where = document.inside(written, found.start() if found else 0, len(name))
        mistakes.append(Mistake("unknown-metric", suggesting(name, codes.values(), name=name), where))
    return None if unknown else formula.replaced(parsed, lambda ref: Ref(codes[fold(ref.code)]))


def _share_no_name(owned: Iterable[tuple[Metric, Where]], mistakes: Mistakes) -> None:
    """Note two of a team's own metrics that go by one name; over a name of ours, the team's own has it."""
    taken: dict[str, str] = {}
    for metric, where in owned:
        for name in names_of(metric):
            other = taken.setdefault(fold(name), metric.code)
            if other != metric.code:
                mistakes.append(Mistake("name-taken", {"name": name, "metric": metric.code, "other": other}, where))


def _known(find: Callable[[str], str]) -> Read[str]:
    def read(node: Node, mistakes: Mistakes) -> str | None:
        name = document.words(node, mistakes)
        if name is None:
            return None
        try:
            return find(name)
        except Missing as error:
            mistakes.append(Mistake(error.code, error.facts, node.where))
            return None

    return read


def _by_dimension(
    catalog: Catalog, node: Node, mistakes: Mistakes, read: Read[document.T]
) -> dict[str, document.T] | None:
    """Read a mapping whose keys are dimensions by any of their names."""
    if not isinstance(node, Mapped):
        mistakes.append(Mistake("wanted-mapping", {"value": ""}, node.where))
        return None
    found = {}
    for key, place in node.keys.items():
        name = dimension_code(catalog)(place, mistakes)
        value = read(node.entries[key], mistakes)
        if name is not None and value is not None:
            found[name] = value
    return found if len(found) == len(node.keys) else None


_NO_DATA: dict[str, Literal["missing", "zero"]] = {"missing": "missing", "zero": "zero"}
