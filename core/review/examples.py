"""Rules tested by those who write them: series in, expected alerts out, from YAML.

    - test: A fall by more than a fifth is told
      from: 2026-06-01
      series:
        - {metric: impressions, slice: {channel: wechat}, values: 1000x7 790}
      alerts:
        - {rule: impressions_drop, slice: {channel: wechat}, period: 2026-06-08}

Only alerts that begin to fire are compared, those of every rule that the series can answer, or of `rules` alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from core import document
from core.calendar.grain import Grain, Period
from core.cube.cube import Cube
from core.errors import Mistake
from core.labels import Labels
from core.metrics.metric import How
from core.review.backtest import Past, backtest
from core.rules.needs import Batch, batches
from core.rules.rule import Fingerprint

if TYPE_CHECKING:
    from core.document import Fields, Mistakes, Node
    from core.metrics.catalog import Catalog
    from core.rules.rule import Rule

LONGEST = 100_000  # values in one series
_VALUE = re.compile(
    r"(?:(?P<none>_)|(?P<first>-?\d+(?:\.\d+)?)(?P<step>[+-]\d+(?:\.\d+)?)?)(?:[x×*](?P<times>\d{1,6}))?"
)

Values = tuple[float, ...]
Expected = tuple[Fingerprint, str]  # the alert, and the period with which it fires


@dataclass(frozen=True, slots=True)
class Series:
    metric: str
    labels: Labels
    values: Values


@dataclass(frozen=True, slots=True)
class Example:
    """What is fed, and what is to come of it; `rules` of None are all that the series can answer."""

    title: str
    first: date
    grain: Grain
    series: tuple[Series, ...]
    alerts: tuple[Expected, ...]
    rules: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """An example and what came of it. `silent`: expected and not told; `loud`: told and not expected."""

    example: Example
    silent: tuple[Expected, ...]
    loud: tuple[Expected, ...]
    rules: tuple[str, ...]

    @property
    def is_fine(self) -> bool:
        return not self.silent and not self.loud


def load_examples(
    nodes: Iterable[Node | None], mistakes: Mistakes, catalog: Catalog, rules: Iterable[Rule]
) -> tuple[Example, ...]:
    """Return the examples of these documents; what is wrong goes to `mistakes`."""
    known = {rule.id: rule for rule in rules}
    found = [
        _example(fields, catalog, known) for node in nodes for _, fields in document.items(node, ["test"], mistakes)
    ]
    return tuple(one for one in found if one)


def compare(
    example: Example, rules: Iterable[Rule], catalog: Catalog, moment: Callable[[Batch, Period], datetime]
) -> Compared:
    """Feed the series to the rules, and hold the alerts against those expected."""
    told: list[Expected] = []
    heard: list[str] = []
    for batch in batches((rule for rule in rules if _is_meant(rule, example, catalog)), catalog):
        cube = _cube(example, batch)
        if cube is None:
            continue
        for one in backtest(batch.rules, Past(cube, catalog, cube.periods, partial(moment, batch))):
            heard.append(one.rule.id)
            told += [(episode.fingerprint, str(episode.finding.period)) for episode in one.episodes]
    silent = tuple(one for one in example.alerts if one not in told)
    return Compared(example, silent, tuple(one for one in told if one not in example.alerts), tuple(heard))


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


# --- from YAML -------------------------------------------------------------------------------------------------


def _example(fields: Fields, catalog: Catalog, rules: Mapping[str, Rule]) -> Example | None:
    title = fields.need("test", document.words, "")
    first = fields.need("from", document.day, date(1970, 1, 1))
    grain = fields.take("grain", document.member(Grain), Grain.DAY)
    series = fields.need("series", document.listing(document.record(lambda one: _series(one, catalog))), ())
    alerts = fields.take("alerts", document.listing(document.record(lambda one: _alert(one, catalog, rules))), ())
    named = fields.take("rules", document.listing(_rule_id(rules)), None)
    if not fields.close():
        return None
    fed = {one.metric for one in series}
    for rule in dict.fromkeys([*(fingerprint.rule for fingerprint, _ in alerts), *(named or ())]):
        lacks = [base for base in _bases(rules[rule], catalog) if base not in fed]
        if lacks:
            fields.note("test-lacks", "series", rule=rule, metrics=", ".join(lacks))
    return Example(title, first, grain, series, alerts, named)


def _series(fields: Fields, catalog: Catalog) -> Series | None:
    metric = fields.need("metric", _base(catalog), "")
    labels = fields.take("slice", document.mapping(document.words), {})
    values = fields.need("values", _values, ())
    return Series(metric, _labels(labels, catalog), values)


def _alert(fields: Fields, catalog: Catalog, rules: Mapping[str, Rule]) -> Expected | None:
    rule = fields.need("rule", _rule_id(rules), "")
    labels = fields.take("slice", document.mapping(document.words), {})
    period = fields.need("period", document.words, "")
    return Fingerprint(rule, _labels(labels, catalog)), period


def _labels(written: Mapping[str, str], catalog: Catalog) -> Labels:
    pairs = {}
    for name, value in written.items():
        dimension = catalog.dimension(name).code
        pairs[dimension] = catalog.value(dimension, value)
    return Labels.of(pairs)


def _base(catalog: Catalog) -> Callable[[Node, Mistakes], str | None]:
    def read(node: Node, mistakes: Mistakes) -> str | None:
        name = document.words(node, mistakes)
        if name is None:
            return None
        metric = catalog.metric(name)
        if metric.formula is None:
            return metric.code
        bases = ", ".join(catalog.bases(metric.code))
        mistakes.append(Mistake("test-not-base", {"metric": metric.code, "bases": bases}, node.where))
        return None

    return read


def _rule_id(rules: Mapping[str, Rule]) -> Callable[[Node, Mistakes], str | None]:
    return document.choice({id: id for id in rules})


def _values(node: Node, mistakes: Mistakes) -> Values | None:
    parts = node.items if isinstance(node, document.Listing) else (node,)
    words = [part.text for part in parts if isinstance(part, document.Scalar)]
    found = expand(" ".join(words))
    if not found:
        mistakes.append(Mistake("test-values", {"value": " ".join(words)}, node.where))
        return None
    return found


# --- to a cube -------------------------------------------------------------------------------------------------


def _is_meant(rule: Rule, example: Example, catalog: Catalog) -> bool:
    fed = {one.metric for one in example.series}
    is_named = example.rules is None or rule.id in example.rules
    return is_named and rule.grain.rank >= example.grain.rank and set(_bases(rule, catalog)) <= fed


def _bases(rule: Rule, catalog: Catalog) -> Sequence[str]:
    (batch,) = batches([rule], catalog)
    return batch.measures


def _cube(example: Example, batch: Batch) -> Cube | None:
    """Return the series as the warehouse would have answered; None if they do not tell its dimensions apart."""
    fed = [one for one in example.series if one.metric in batch.measures]
    if any(one.labels.get(dimension) is None for one in fed for dimension in batch.dimensions):
        return None
    slices = tuple(dict.fromkeys(one.labels.only(batch.dimensions) for one in fed))
    length = max(len(one.values) for one in fed)
    arrays = {code: np.full((len(slices), length), np.nan) for code in batch.measures}
    for one in fed:
        row = arrays[one.metric][slices.index(one.labels.only(batch.dimensions)), : len(one.values)]
        values = np.array(one.values)
        row[:] = np.where(np.isnan(row), values, row + np.where(np.isnan(values), 0.0, values))
    start = Period.holding(example.first, example.grain).index
    hows = dict.fromkeys(batch.measures, How.SUM)
    cube = Cube(batch.dimensions, slices, example.grain, range(start, start + length), arrays, hows)
    return cube.coarser(batch.grain)


def lines_of(expected: Iterable[Expected]) -> Iterator[str]:
    """Return alerts as a diff shows them."""
    for fingerprint, period in expected:
        yield f"{period}  {fingerprint}"
