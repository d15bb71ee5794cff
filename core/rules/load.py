"""Rules from YAML: each with its sentence read and checked, every mistake at its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from core import document
from core.calendar.events import Event, builtin_events
from core.calendar.grain import Grain
from core.calendar.schedule import plain
from core.document import Fields, Mapped, Mistakes, Node, Scalar
from core.errors import Invalid, Mistake, Where
from core.metrics.load import code, matchers, metric_code, unique
from core.rules import tree
from core.rules.check import check, grain_of
from core.rules.load_response import response_of
from core.rules.occasions import find, unknown_event, unknown_events
from core.rules.parse import parse
from core.rules.rule import During, Gating, Rule, Severity
from core.rules.scan import scan
from core.rules.tree import Bound, Change, Compare, Comparison, Reading, Sentence
from core.rules.weekday import by_weekday
from core.text import Text

if TYPE_CHECKING:
    from core.metrics.catalog import Catalog

SEVERITIES = {severity.name.lower(): severity for severity in Severity}


def load_rules(
    nodes: Iterable[Node | None], mistakes: Mistakes, catalog: Catalog, events: Mapping[str, Event] | None = None
) -> tuple[Rule, ...]:
    """Return the rules of these documents; what is wrong goes to `mistakes`, and such rules are left out."""
    found: dict[str, Rule] = {}
    where: dict[str, Fields] = {}
    for node in nodes:
        for _, fields in document.items(node, ["rule"], mistakes):
            rule = _rule(fields, catalog, builtin_events() if events is None else events)
            if rule is None:
                continue
            if unique(fields, "rule", rule.id, found):
                found[rule.id] = rule
                where[rule.id] = fields
    _check_causes(found, where, whole=not mistakes)
    return tuple(found.values())


def _check_causes(found: Mapping[str, Rule], where: Mapping[str, Fields], *, whole: bool) -> None:
    """Note a rule that inhibits one that is not there, or in the end itself: then neither would ever be heard of."""
    for rule in found.values():
        for name in rule.inhibits if whole else ():
            if name not in found:
                where[rule.id].note("unknown-rule", "inhibits", **document.suggesting(name, found, name=name))
        seen: set[str] = set()
        ahead = list(rule.inhibits)
        while ahead:
            name = ahead.pop()
            if name not in seen and name in found:
                seen.add(name)
                ahead += found[name].inhibits
        if rule.id in seen:
            where[rule.id].note("inhibits-itself", "inhibits", rule=rule.id)


def _rule(fields: Fields, catalog: Catalog, events: Mapping[str, Event]) -> Rule | None:
    id = fields.need("rule", code, "")
    grain = fields.take("grain", document.member(Grain), None)
    context = fields.take("metric", metric_code(catalog), None)
    said = fields.need("when", document.scalar, None)
    sentence = _sentence(said, context, grain, fields, catalog, events)
    severity, sizes = _severity(fields, sentence, catalog)
    rule = Rule(
        id=id,
        title=fields.take("title", document.text, Text.same(id)),
        sentence=sentence or _NOTHING,
        said=said.text.strip() if said else "",
        owner=fields.need("owner", document.words, ""),
        severity=severity,
        grain=grain_of(sentence, grain) if sentence else grain or Grain.DAY,
        hold=fields.take("for", document.duration, timedelta(0)),
        where=fields.take("where", matchers(catalog), ()),
        schedule=_schedule(fields),
        gate=fields.take("gate", document.member(Gating), Gating.AUTO),
        recover=_other(fields, "recover", sentence, context, grain, catalog, events),
        cooldown=fields.take("cooldown", document.duration, timedelta(0)),
        until=fields.take("until", document.day, None),
        during=fields.take("during", document.listing(_during(sentence, context, grain, catalog, events)), ()),
        inhibits=fields.take("inhibits", document.listing(document.words), ()),
        sizes=sizes,
        **response_of(fields),
    )
    return rule if fields.close() and sentence is not None else None


_NOTHING = Sentence(Compare(Reading(None), Comparison.EQUAL, Bound(None)))


def _sentence(
    said: Scalar | None,
    context: str | None,
    grain: Grain | None,
    fields: Fields,
    catalog: Catalog,
    events: Mapping[str, Event],
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
    sentence = by_weekday(sentence, catalog, grain_of(sentence, grain))
    wrong = check(sentence, catalog, grain) + unknown_events(sentence, events)
    fields.mistakes.extend(Mistake(each.code, each.facts, said.where) for each in wrong)
    return None if wrong else sentence


def _other(
    fields: Fields,
    key: str,
    main: Sentence | None,
    context: str | None,
    grain: Grain | None,
    catalog: Catalog,
    events: Mapping[str, Event],
) -> Sentence | None:
    """Return another sentence of the rule's envelope, about the same slices as the rule's own."""
    said = fields.take(key, document.scalar, None)
    if said is None or main is None:
        return None
    found = _sentence(said, context, grain_of(main, grain), fields, catalog, events)
    if found is not None and found.by not in ((), main.by):
        fields.note("rule-other-slices", key)
        return None
    return None if found is None else replace(found, by=main.by)


def _during(
    main: Sentence | None, context: str | None, grain: Grain | None, catalog: Catalog, events: Mapping[str, Event]
) -> Callable[[Node, Mistakes], During | None]:
    def build(fields: Fields) -> During | None:
        event = fields.need("event", document.words, "")
        if event and find(event, events) is None:
            fields.note("rule-unknown-event", "event", **unknown_event(event, events).facts)
        during = During(
            event,
            _other(fields, "when", main, context, grain, catalog, events),
            fields.take("severity", document.choice(SEVERITIES), None),
        )
        if not fields.has("when") and not fields.has("severity"):
            fields.note("rule-during-nothing")
        return during

    return document.record(build)


def _severity(
    fields: Fields, sentence: Sentence | None, catalog: Catalog
) -> tuple[Severity, tuple[tuple[Severity, Sentence], ...]]:
    """Read `critical`, or a bound for each: `{warning: 20%, critical: 40%}`."""
    node = fields.node.entries.get("severity")
    if not isinstance(node, Mapped):
        return fields.take("severity", document.choice(SEVERITIES), Severity.WARNING), ()
    bounds = fields.take("severity", document.record(_bounds), None) or {}
    if not bounds or sentence is None:
        return Severity.WARNING, ()
    sizes = []
    for severity, said in bounds.items():
        sized = _sized(sentence, said.text, catalog)
        if sized is None:
            fields.mistakes.append(Mistake("rule-size", {"bound": said.text}, said.where))
        else:
            sizes.append((severity, sized))
    return min(bounds), tuple(sizes)


def _bounds(fields: Fields) -> dict[Severity, Scalar] | None:
    found = {severity: fields.take(name, document.scalar, None) for name, severity in SEVERITIES.items()}
    return {severity: said for severity, said in found.items() if said is not None}


def _sized(sentence: Sentence, said: str, catalog: Catalog) -> Sentence | None:
    """Return the sentence with another number in its one comparison, of the same unit and the same direction."""
    leaf = sentence.condition
    if not isinstance(leaf, Compare) or not isinstance(leaf.right, Bound) or leaf.right.quantity is None:
        return None
    try:
        words = scan(said, catalog)
    except Invalid:
        return None
    if len(words) != 1 or words[0].kind != "NUMBER" or words[0].value.unit is not leaf.right.quantity.unit:
        return None
    falls = isinstance(leaf.left, Change) and leaf.right.quantity.value < 0
    value = -abs(words[0].value.value) if falls else words[0].value.value
    return replace(sentence, condition=replace(leaf, right=Bound(replace(words[0].value, value=value))))


def _inside(said: Scalar, where: Where | None) -> Where:
    return said.where if where is None else document.inside(said, where.column - 1, where.width)


def _schedule(fields: Fields) -> str | None:
    line = fields.take("every", document.words, None)
    if line is not None and plain(line) is None:
        fields.note("wanted-cron", "every", value=line)
        return None
    return line
