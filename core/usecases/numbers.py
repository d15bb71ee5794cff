"""The numbers of a digest: each over its days, against its likes and its plan, and unsaid where its facts are late.

Every value is asked of its source for the whole window at once: a ratio is Σ/Σ and a distinct count is exact. A day on
which a rule might not speak of a number makes the whole window's unknown; a part is never told for the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import isfinite
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from core.calendar.grain import Grain, Period, Window
from core.calendar.likes import back, likes
from core.cube.plan import plan_of
from core.cube.query import Query
from core.cube.reading import Reader, holes
from core.errors import Missing, Problem
from core.labels import Labels, Matcher
from core.metrics.metric import Metric, Tier
from core.quality.fault import Fault
from core.quality.trust import LOOK_BACK
from core.usecases.doubts import doubts_of, faults_in, is_whole
from core.usecases.overview import FLAT, change, foremost, is_good

if TYPE_CHECKING:
    from core.cube.cube import Cube
    from core.metrics.catalog import Catalog
    from core.metrics.source import Source
    from core.ports import World
    from core.workspace import Workspace

MOST = 8  # metrics that are looked at; few of them are told
SURE = 2.0  # so many times its usual swing from what is usual, and a change is news
SWINGS = 0.1  # without enough likes to know a swing, so large a change is
LEAST_LIKES = 3
MOST_SURE = 10.0  # beyond, a change is no surer
SHOWN = {Grain.DAY: 28, Grain.WEEK: 12, Grain.MONTH: 12}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SoFar:
    """What has gathered since the month, or of a month since the fiscal year began, beside the plan for as long."""

    window: Window
    value: float
    plan: float | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """`window` may lie before the digest's own, for what is still coming in. Where `value` is None, `faults` say why.

    `before` is its value over `compare`, `usual` those of all its likes; with `is_alike` False there were none.
    """

    metric: Metric
    source: str
    window: Window
    value: float | None
    compare: Window | None = None
    before: float | None = None
    usual: tuple[float, ...] = ()
    is_alike: bool = True
    events: tuple[str, ...] = ()
    plan: float | None = None
    so_far: SoFar | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def is_late(self) -> bool:
        return self.value is None and any(fault.verdict.freezes for fault in self.faults)

    @property
    def is_suspect(self) -> bool:
        return self.value is not None and bool(self.faults)

    @property
    def change(self) -> float | None:
        return change(self.value, self.before)

    @property
    def is_good(self) -> bool | None:
        return is_good(self.metric.direction, self.change)

    @property
    def sureness(self) -> float | None:
        """Return how many usual swings it is from what is usual; None while too little is known."""
        if self.value is None or len(self.usual) < LEAST_LIKES:
            return None
        middle = median(self.usual)
        swing = 1.4826 * median(abs(one - middle) for one in self.usual)
        return abs(self.value - middle) / max(swing, 0.02 * abs(middle), 1e-12)

    @property
    def is_news(self) -> bool:
        """Whether it moved, by more than it does by itself."""
        if self.change is None or abs(self.change) < FLAT:
            return False
        return abs(self.change) >= SWINGS if self.sureness is None else self.sureness >= SURE

    @property
    def weight(self) -> float:
        """Return how much it matters: size times significance, and what is bad before what is good."""
        sure = min(SURE if self.sureness is None else self.sureness, MOST_SURE)
        return abs(self.change or 0.0) * sure * (1.0 if self.is_good else 2.0)


@dataclass(frozen=True, slots=True)
class Trend:
    """One number over its last days, weeks or months, for the picture."""

    number: Number
    first: Period
    values: tuple[float | None, ...]


async def numbers(
    metrics: Sequence[Metric],
    window: Window,
    grain: Grain,
    where: Sequence[Matcher],
    workspace: Workspace,
    world: World,
) -> tuple[Number, ...]:
    """Return these metrics over a window, in their order; one that no source can tell of these slices is left out."""
    catalog = workspace.catalog
    wall = world.clock.now().astimezone(workspace.zone).replace(tzinfo=None)
    asked: dict[tuple[str, Window], list[Metric]] = defaultdict(list)
    for metric in metrics:
        try:
            source = source_of(metric, where, catalog)
        except Missing:
            continue
        asked[source.name, settled(window, grain, source, catalog.bases(metric.code), wall)].append(metric)
    found: dict[str, Number] = {}
    for (name, settled_window), some in asked.items():
        found |= await _of_source(catalog.sources[name], some, settled_window, grain, where, workspace, world)
    return tuple(found[metric.code] for metric in metrics if metric.code in found)


async def trend(
    number: Number, grain: Grain, where: Sequence[Matcher], workspace: Workspace, world: World
) -> Trend | None:
    """Return the line that a number stands at the end of; None where it cannot be drawn."""
    catalog = workspace.catalog
    last = Period.holding(number.window.last_day, grain)
    first = last.shift(1 - SHOWN[grain])
    bases = catalog.bases(number.metric.code)
    start = Period.holding(Period.holding(first.start, Grain.MONTH).start, grain)  # whole, what gathers over a month
    query = Query(number.source, grain, _dimensions(where), bases, Window(start.start, last.end))
    try:
        cube = _scoped(await world.warehouse.fetch(query), where)
        row = Reader(cube, catalog).value(number.metric.code, np.arange(SHOWN[grain]) + cube.column(first.index))
    except Problem:
        return None
    values = tuple(float(one) if isfinite(one) else None for one in row[0]) if len(row) else ()
    if number.value is None and values:
        values = (*values[:-1], None)  # what is not said is not drawn
    return Trend(number, first, values) if sum(one is not None for one in values) > 1 else None


def chosen(workspace: Workspace, *, roles: frozenset[str] = frozenset()) -> list[Metric]:
    """Return what is looked at: of one's own roles' rules, else what is planned and the team's goals; then the core."""
    available = {metric.code: metric for metric in workspace.catalog.available()}
    goals = [one.metric for one in workspace.catalog.planned if not one.labels]
    goals += [code for one in workspace.objectives for code in one.metrics]
    first = [] if roles else [available[code] for code in goals if code in available]
    if roles:
        own = replace(workspace, rules=tuple(rule for rule in workspace.rules if rule.owner in roles))
        first = foremost(own)[:MOST] if own.rules else []
    core = [metric for metric in foremost(workspace) if metric.tier is Tier.CORE]
    return list(dict.fromkeys((*first, *core)))[:MOST]


def source_of(metric: Metric, where: Sequence[Matcher], catalog: Catalog) -> Source:
    return catalog.source_for(catalog.bases(metric.code), _dimensions(where), Grain.DAY)


def settled(window: Window, grain: Grain, source: Source, bases: Iterable[str], wall: datetime) -> Window:
    """Return the newest window of that length whose rows should all be there, and have stopped growing."""
    waits = source.delay + max((source.measures[base].matures for base in bases), default=timedelta(0))
    shifted = window
    while shifted.end + waits > wall:
        shifted = Window(shifted.start - _DAY, shifted.end - _DAY) if grain is Grain.DAY else back(shifted, grain, 1)
    return shifted


# --- one source ----------------------------------------------------------------------------------------------------


async def _of_source(
    source: Source,
    metrics: Sequence[Metric],
    window: Window,
    grain: Grain,
    where: Sequence[Matcher],
    workspace: Workspace,
    world: World,
) -> dict[str, Number]:
    catalog, warehouse = workspace.catalog, world.warehouse
    alike = likes(window, grain, workspace.calendar)
    bases = tuple(dict.fromkeys(base for metric in metrics for base in catalog.bases(metric.code)))
    begun = _begun(window, grain, workspace)
    earliest = min(*(one.start for one in alike.windows), window.start - LOOK_BACK * _DAY, begun.start)
    days = await warehouse.fetch(Query(source.name, Grain.DAY, _dimensions(where), bases, Window(earliest, window.end)))
    known = tuple(one for one in alike.windows if is_whole(days, one, window))
    has_plan = begun.start < window.start and is_whole(days, begun, window)
    doubts = await doubts_of(source, window, (*known, *([begun] if has_plan else [])), workspace, world)
    labels = _labels(where)
    found: dict[str, Number] = {}
    for metric in metrics:
        try:
            by_day = _scoped(days, where)
            faults = faults_in(by_day, metric, source, window, doubts, catalog)
            is_late = any(fault.verdict.freezes for fault in faults)

            def is_sound(span: Window, metric: Metric = metric, by_day: Cube = by_day) -> bool:
                some = {day: one for day, one in doubts.items() if one}
                return not any(one.verdict.freezes for one in faults_in(by_day, metric, source, span, some, catalog))

            async def over(span: Window, metric: Metric = metric) -> float | None:
                own = catalog.bases(metric.code)
                query = Query(source.name, None, _dimensions(where), own, _gathering(span, metric, catalog))
                reader = Reader(_scoped(await warehouse.fetch(query), where), catalog)
                value = reader.value(metric.code, np.zeros(1, dtype=np.int64))
                return float(value[0, 0]) if len(value) and isfinite(value[0, 0]) else None

            value = None if is_late else await over(window)
            sound = [one for one in known if is_sound(one)] if value is not None else []
            past = [(one, told) for one in sound if (told := await over(one)) is not None]
        except Problem:
            continue  # a distinct count of several slices, which nobody can add up
        number = Number(metric, source.name, window, value, faults=faults, events=alike.events)
        if past:
            compare, before = past[0]
            usual = tuple(told for _, told in past)
            number = replace(number, compare=compare, before=before, usual=usual, is_alike=alike.is_alike)
        if value is not None:
            number = replace(number, plan=plan_of(metric.code, labels, window, catalog))
            planned = plan_of(metric.code, labels, begun, catalog)
            if planned is not None and has_plan and is_sound(begun):
                gathered = await over(begun)
                number = replace(number, so_far=SoFar(begun, gathered, planned) if gathered is not None else None)
        found[metric.code] = number
    return found


def _scoped(cube: Cube, where: Sequence[Matcher]) -> Cube:
    """Return the whole of some slices as one row; a single slice as it is, so that its distinct counts stay exact."""
    kept = cube.where(where) if where else cube
    return kept if len(kept.slices) <= 1 else kept.roll_up(())


def _gathering(window: Window, metric: Metric, catalog: Catalog) -> Window:
    """Return the window or, for what gathers to date, all of its month or week up to the window's end."""
    spans = [since for _, since in holes(catalog.expanded(metric.code), catalog) if since]
    if not spans:
        return window
    span = max(spans, key=lambda grain: grain.rank)
    return Window(Period.holding(window.last_day, span).start, window.end)


def _begun(window: Window, grain: Grain, workspace: Workspace) -> Window:
    """Return since when its plan is followed: the month, and of a month the team's fiscal year."""
    last: date = window.last_day
    start = (
        workspace.calendar.fiscal_year(last).start if grain is Grain.MONTH else Period.holding(last, Grain.MONTH).start
    )
    return Window(start, window.end)


def _dimensions(where: Iterable[Matcher]) -> tuple[str, ...]:
    return tuple(sorted({one.dimension for one in where}))


def _labels(where: Iterable[Matcher]) -> Labels:
    """Return the one slice meant; where several are, none."""
    return Labels.of({one.dimension: one.values[0] for one in where if len(one.values) == 1 and not one.negated})
