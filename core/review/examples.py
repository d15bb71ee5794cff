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

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from core.calendar.grain import Grain, Period
from core.cube.cube import Cube
from core.metrics.metric import How
from core.review.backtest import Past, backtest
from core.rules.needs import Batch, batches
from core.rules.rule import Fingerprint

if TYPE_CHECKING:
    from core.labels import Labels
    from core.metrics.catalog import Catalog
    from core.rules.rule import Rule

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


def compare(
    example: Example, rules: Iterable[Rule], catalog: Catalog, moment: Callable[[Batch, Period], datetime]
) -> Compared:
    """Feed the series to the rules, and hold the alerts against those expected."""
    told: list[Expected] = []
    heard: list[str] = []
    for batch in batches((rule for rule in rules if is_meant(rule, example, catalog)), catalog):
        cube = _cube(example, batch)
        if cube is None:
            continue
        for one in backtest(batch.rules, Past(cube, catalog, cube.periods, partial(moment, batch))):
            heard.append(one.rule.id)
            told += [(episode.fingerprint, str(episode.finding.period)) for episode in one.episodes]
    silent = tuple(one for one in example.alerts if one not in told)
    return Compared(example, silent, tuple(one for one in told if one not in example.alerts), tuple(heard))


# --- to a cube -------------------------------------------------------------------------------------------------


def is_meant(rule: Rule, example: Example, catalog: Catalog) -> bool:
    fed = {one.metric for one in example.series}
    is_named = example.rules is None or rule.id in example.rules
    return is_named and rule.grain.rank >= example.grain.rank and set(bases_of(rule, catalog)) <= fed


def bases_of(rule: Rule, catalog: Catalog) -> Sequence[str]:
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
