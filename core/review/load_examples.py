"""Reads tests of rules from YAML, and finds all that is wrong with them at once: each mistake with its line and caret.

A test that could not fail is a mistake too: one that feeds no rule, or expects an alert that its series cannot make.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from core import document
from core.calendar.grain import Grain, Period
from core.errors import Mistake
from core.labels import Labels
from core.metrics.load import labels, metric_code
from core.review.examples import Example, Expected, Series, Values, bases_of, is_meant
from core.rules.needs import dimensions_of
from core.rules.rule import Fingerprint

if TYPE_CHECKING:
    from core.document import Fields, Mistakes, Node
    from core.metrics.catalog import Catalog
    from core.rules.rule import Rule

LONGEST = 100_000  # values in one series
_VALUE = re.compile(
    r"(?:(?P<none>_)|(?P<first>-?\d{1,18}(?:\.\d{1,12})?)(?P<step>[+-]\d{1,18}(?:\.\d{1,12})?)?)(?:[x×*](?P<times>\d{1,6}))?"
)


def load_examples(
    nodes: Iterable[Node | None], mistakes: Mistakes, catalog: Catalog, rules: Iterable[Rule]
) -> tuple[Example, ...]:
    """Return the examples of these documents; what is wrong goes to `mistakes`."""
    known = {rule.id: rule for rule in rules}
    found = [
        _example(fields, catalog, known) for node in nodes for _, fields in document.items(node, ["test"], mistakes)
    ]
    return tuple(one for one in found if one)


def expand(written: str) -> Values | None:
    """Return the numbers of `1000x7 790`, `100+10x3` and `_`, or None if it is not written so.

    >>> expand("100x2 _ 10+5x3")
    (100.0, 100.0, nan, 10.0, 15.0, 20.0)
    """
    found: list[float] = []
    for word in written.replace(",", " ").split():
        match = _VALUE.fullmatch(word)
        if match is None or (match["step"] and not match["times"]):
            return None
        times = int(match["times"] or 1)
        if len(found) + times > LONGEST:
            return None
        first = float("nan") if match["none"] else float(match["first"])
        found += [first + float(match["step"] or 0) * step for step in range(times)]
    return tuple(found)


# --- within ----------------------------------------------------------------------------------------------------


def _example(fields: Fields, catalog: Catalog, rules: Mapping[str, Rule]) -> Example | None:
    title = fields.need("test", document.words, "")
    first = fields.need("from", document.day, date(1970, 1, 1))
    grain = fields.take("grain", document.member(Grain), Grain.DAY)
    series = fields.need("series", document.listing(document.record(lambda one: _series(one, catalog))), ())
    alerts = fields.take("alerts", document.listing(document.record(lambda one: _alert(one, catalog, rules))), ())
    named = fields.take("rules", document.listing(document.choice({id: id for id in rules})), None)
    if not fields.close():
        return None
    example = Example(title, first, grain, series, alerts, named)
    lengths = {len(one.values) for one in series}
    if len(lengths) > 1:
        fields.note("test-lengths", "series", longest=max(lengths), shortest=min(lengths))
    for rule in dict.fromkeys([*(fingerprint.rule for fingerprint, _ in alerts), *(named or ())]):
        _check_fed(fields, rules[rule], example, catalog)
    if not any(is_meant(rule, example, catalog) for rule in rules.values()):
        fields.note("test-nothing", "series")
    for expected in alerts:
        _check_expected(fields, expected, rules, example)
    return example


def _check_fed(fields: Fields, rule: Rule, example: Example, catalog: Catalog) -> None:
    """Note what the series lack for a rule to say anything."""
    fed = {one.metric for one in example.series}
    if lacks := [base for base in bases_of(rule, catalog) if base not in fed]:
        fields.note("test-lacks", "series", rule=rule.id, metrics=", ".join(lacks))
        return
    needed = [one for one in example.series if one.metric in bases_of(rule, catalog)]
    apart = [each for each in dimensions_of(rule) if any(one.labels.get(each) is None for one in needed)]
    if apart:
        fields.note("test-lacks-slice", "series", rule=rule.id, dimensions=", ".join(apart))
    if example.grain.rank > rule.grain.rank:
        fields.note("test-too-coarse", "series", rule=rule.id, grain=example.grain.value, wanted=rule.grain.value)


def _check_expected(fields: Fields, expected: Expected, rules: Mapping[str, Rule], example: Example) -> None:
    """Note an alert that cannot come: of a rule left out, of a slice that is not fed, or of another time."""
    fingerprint, said = expected
    rule, period = rules[fingerprint.rule], Period.read(said)
    if example.rules is not None and rule.id not in example.rules:
        fields.note("test-alert-unasked", "alerts", rule=rule.id)
    slices = {one.labels.only(dimensions_of(rule)) for one in example.series}
    if fingerprint.labels not in slices:
        fields.note("test-alert-unfed", "alerts", alert=str(fingerprint))
    if period.grain is not rule.grain:
        fields.note("test-alert-grain", "alerts", period=said, rule=rule.id, grain=rule.grain.value)
        return
    longest = max((len(one.values) for one in example.series), default=0)
    begins = Period.holding(example.first, example.grain)
    first, last = (Period.holding(each.start, rule.grain) for each in (begins, begins.shift(longest - 1)))
    if not first <= period <= last:
        fields.note("test-alert-outside", "alerts", period=said, first=str(first), last=str(last))


def _series(fields: Fields, catalog: Catalog) -> Series | None:
    metric = fields.need("metric", _base(catalog), "")
    place = fields.take("slice", labels(catalog), Labels())
    return Series(metric, place, fields.need("values", _values, ()))


def _alert(fields: Fields, catalog: Catalog, rules: Mapping[str, Rule]) -> Expected | None:
    rule = fields.need("rule", document.choice({id: id for id in rules}), "")
    place = fields.take("slice", labels(catalog), Labels())
    return Fingerprint(rule, place), fields.need("period", _period, "")


def _period(node: Node, mistakes: Mistakes) -> str | None:
    said = document.words(node, mistakes)
    if said is None:
        return None
    try:
        return str(Period.read(said))
    except ValueError:
        mistakes.append(Mistake("test-period", {"value": said}, node.where))
        return None


def _base(catalog: Catalog) -> Callable[[Node, Mistakes], str | None]:
    known = metric_code(catalog)

    def read(node: Node, mistakes: Mistakes) -> str | None:
        code = known(node, mistakes)
        if code is None or catalog.metrics[code].formula is None:
            return code
        bases = ", ".join(catalog.bases(code))
        mistakes.append(Mistake("test-not-base", {"metric": code, "bases": bases}, node.where))
        return None

    return read


def _values(node: Node, mistakes: Mistakes) -> Values | None:
    parts = node.items if isinstance(node, document.Listing) else (node,)
    words = [part.text if isinstance(part, document.Scalar) else "[…]" for part in parts]
    found = expand(" ".join(words))
    if not found:
        mistakes.append(Mistake("test-values", {"value": " ".join(words)}, node.where))
        return None
    return found
