"""Rules tried on a team's own past: fetched once for each question, judged at once for all its periods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from core.calendar.grain import Grain, Period, Window
from core.review.backtest import Backtest, Past, backtest, labelled
from core.review.chance import Chance, Weekly, chance, weekly
from core.rules.evaluate import evaluate
from core.rules.finding import State
from core.rules.needs import Batch, batches
from core.rules.rule import Gating
from core.usecases import incidents
from core.usecases.evaluate import moment_of
from core.usecases.inspect import faults_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.alerts.alert import Alert
    from core.ports import World
    from core.quality.fault import Fault
    from core.rules.rule import Fingerprint, Rule
    from core.workspace import Workspace

# How far back a history is looked for where nobody says: years of days, a quarter of hours.
_BACK = {Grain.HOUR: 24 * 92, Grain.DAY: 3 * 366, Grain.WEEK: 3 * 53, Grain.MONTH: 3 * 12}


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """One rule and its past. `luck` is worked out when asked for, as it costs more than all else."""

    backtest: Backtest
    past: Past
    workspace: Workspace

    @property
    def rule(self) -> Rule:
        return self.backtest.rule

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return which slice-periods could be judged in fact."""
        found: NDArray[np.bool_] = self.backtest.outcome.state != State.UNKNOWN
        return found

    @property
    def kept_back(self) -> NDArray[np.bool_]:
        """Return which slice-periods cross the bound and are calm only because luck would do as much."""
        outcome = self.backtest.outcome
        if self.rule.gate is Gating.OFF:
            return np.zeros(outcome.state.shape, np.bool_)
        alone = evaluate(replace(self.rule, gate=Gating.OFF), outcome.sides).state == State.BREACHED
        found: NDArray[np.bool_] = alone & (outcome.state == State.CALM) & outcome.concerns[:, None]
        return found

    def luck(self) -> Chance:
        past = self.past
        return chance(self.rule, past.cube, past.catalog, past.periods, self.known, past.events)

    def week(self) -> Weekly | None:
        return weekly(self.rule, self.past.cube, self.past.catalog, self.past.periods, self.past.events)


async def tried(
    rules: Iterable[Rule], workspace: Workspace, world: World, first: date | None = None, last: date | None = None
) -> tuple[Tried, ...]:
    """Return what each rule would have said from `first` through `last`, or over all its history."""
    chosen = tuple(rules)
    told = await _told(chosen, world)
    found: dict[str, Tried] = {}
    for batch in batches(chosen, workspace.catalog):
        past = await _past(batch, workspace, world, first, last)
        for one in backtest(batch.rules, past):
            found[one.rule.id] = Tried(replace(one, episodes=labelled(one.episodes, told)), past, workspace)
    return tuple(found[rule.id] for rule in chosen)


async def _past(batch: Batch, workspace: Workspace, world: World, first: date | None, last: date | None) -> Past:
    """Return the facts, and the periods to judge: whole ones only, and none before the first fact."""
    now = world.clock.now().astimezone(workspace.zone).replace(tzinfo=None)
    ends = batch.last_complete(now) if last is None else _last_within(last, batch.grain)
    begins = ends.shift(1 - _BACK[batch.grain]) if first is None else _first_within(first, batch.grain)
    spoilt = await incidents.spoilt(batch, begins, world, ends)
    cube = await world.warehouse.fetch(batch.query(begins, ends))
    periods = range(begins.index, ends.index + 1)
    if first is None:
        known = [~np.isnan(array).all(axis=0) for array in cube.measures.values()]
        some = np.flatnonzero(np.logical_or.reduce(known)) if known and len(cube.slices) else np.array([], np.int64)
        # Where nothing came yet, one period is judged, and unknown.
        start = cube.periods.start + int(some[0]) if len(some) else periods.stop - 1
        periods = range(max(start, periods.start), periods.stop)
        cube = cube.at(range(max(start - batch.history, cube.periods.start), periods.stop))
    moment = partial(_moment, workspace, batch)
    faults = await _faults(batch, periods, workspace, world)
    return Past(cube, workspace.catalog, periods, moment, batch.source, faults, workspace.events, spoilt)


async def _faults(batch: Batch, periods: range, workspace: Workspace, world: World) -> Mapping[int, tuple[Fault, ...]]:
    """Return what was wrong with the source itself, period by period, where it keeps any rule from speaking."""
    source = workspace.catalog.sources[batch.source]
    found = {each: await faults_of(source, Period(batch.grain, each), workspace, world) for each in periods}
    return {each: faults for each, faults in found.items() if any(fault.verdict.freezes for fault in faults)}


def _first_within(day: date, grain: Grain) -> Period:
    period = Period.holding(day, grain)
    return period if period.start.date() >= day else period.shift(1)


def _last_within(day: date, grain: Grain) -> Period:
    return Period(
        grain, Window.days(day, day).periods(grain)[-1] if grain.rank <= Grain.DAY.rank else _whole(day, grain)
    )


def _whole(day: date, grain: Grain) -> int:
    period = Period.holding(day, grain)
    return period.index if period.end <= Window.days(day, day).end else period.index - 1


def _moment(workspace: Workspace, batch: Batch, period: Period) -> datetime:
    return moment_of(batch, period, workspace).astimezone(UTC)


async def _told(rules: tuple[Rule, ...], world: World) -> Mapping[Fingerprint, Sequence[Alert]]:
    """Return all alerts that these rules really made, the oldest first."""
    wanted = {rule.id for rule in rules}
    found: dict[Fingerprint, list[Alert]] = {}
    async with world.store.begin() as tx:
        for alert in await tx.fired(datetime(1970, 1, 1, tzinfo=UTC)):
            if alert.fingerprint.rule in wanted:
                found.setdefault(alert.fingerprint, []).append(alert)
    return found
