"""Why a number of some days may not be said: what no rule may speak of on one of them is told for none of them.

Each day is examined as the evaluator examines it, and the last hour tells whether the last day has come whole.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from core.calendar.grain import Grain, Period, Window
from core.quality.examine import examine, question
from core.quality.fault import Check, Fault, Verdict
from core.quality.provenance import UNKNOWN
from core.quality.trust import LOOK_BACK, judge
from core.usecases.inspect import faults_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.cube.cube import Cube
    from core.cube.query import Query
    from core.metrics.catalog import Catalog
    from core.metrics.metric import Metric
    from core.metrics.source import Source
    from core.ports import World
    from core.workspace import Workspace

_DAY = timedelta(days=1)


async def doubts_of(
    source: Source, window: Window, others: Sequence[Window], workspace: Workspace, world: World
) -> Mapping[Period, tuple[Fault, ...]]:
    """Return what is wrong with a source on each of these days: the last hour tells whether the last day is whole."""
    indices = sorted({index for one in (window, *others) for index in one.periods(Grain.DAY)})
    days = [Period(Grain.DAY, index) for index in indices]
    last = Period.holding(window.last_day, Grain.DAY)
    asked = question(source, workspace.catalog, last)
    cube = await world.warehouse.fetch(replace(asked, window=Window.of(days[0].shift(-LOOK_BACK), last)))
    found = {day: examine(cube, source, workspace.catalog, day, UNKNOWN) for day in days}
    newest = Period.holding(window.end - timedelta(microseconds=1), source.grain)
    at_the_end = await faults_of(source, newest, workspace, world)
    has_stopped = any(one.check is Check.FRESH for one in at_the_end) and source.grain is Grain.HOUR
    if has_stopped and all(one.check is not Check.FRESH for one in found[last]):
        since = await _stopped(asked, last, world)
        at_the_end = tuple(replace(one, detail=since) if one.check is Check.FRESH else one for one in at_the_end)
    found[last] = tuple(dict.fromkeys((*found[last], *at_the_end)))
    return found


def faults_in(
    cube: Cube,
    metric: Metric,
    source: Source,
    window: Window,
    doubts: Mapping[Period, tuple[Fault, ...]],
    catalog: Catalog,
) -> tuple[Fault, ...]:
    """Return why the number of a window may not be said, or only with a doubt; the worst first."""
    if not cube.slices:
        return (Fault(Check.FRESH, Verdict.LATE),)
    bases = catalog.bases(metric.code)
    found: dict[Fault, None] = {}
    for day, faults in doubts.items():
        if not window.start <= day.start < window.end:
            continue
        trust = judge(cube, day, catalog, source=source.name, faults=faults)
        reasons = trust.of(0, day.index, bases)
        if not trust.frozen(bases)[0, 0]:
            # A place that lacks too little to keep a rule from speaking is no reason to doubt a whole week.
            reasons = tuple(fault for fault in reasons if not fault.verdict.freezes)
        found |= dict.fromkeys(reasons)
    return tuple(sorted(found, key=lambda fault: -fault.verdict))


def is_whole(cube: Cube, like: Window, window: Window) -> bool:
    """Return whether there are facts on every day of a window whose weekday always had some in the other one.

    Who rests on Sundays lacks nothing; half a month is no month.
    """
    if not cube.slices:
        return False
    own, others = (_with_facts(cube, one) for one in (window, like))
    never = {day.weekday() for day, came in own.items() if not came}
    return all(came or day.weekday() in never for day, came in others.items())


async def _stopped(asked: Query, day: Period, world: World) -> str:
    """Return since which hour of a day no facts came."""
    cube = await world.warehouse.fetch(replace(asked, grain=Grain.HOUR, window=Window.of(day, day)))
    came = np.logical_or.reduce([~np.isnan(array).all(axis=0) for array in cube.measures.values()])
    return f"{int(np.flatnonzero(came)[-1]) + 1:02}:00" if came.any() else ""


def _with_facts(cube: Cube, window: Window) -> dict[date, bool]:
    held = cube.at(window.periods(Grain.DAY))
    came = np.logical_or.reduce([~np.isnan(array).all(axis=0) for array in held.measures.values()])
    return {window.first_day + at * _DAY: bool(one) for at, one in enumerate(came)}
