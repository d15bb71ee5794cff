"""The review (复盘) of some weeks: how each rule did, what was missed, what actions brought, and what to change.

It reads what is there already: alerts with their events, the incidents that people wrote down, the facts themselves.
Rules are tried on their own history as in any backtest, so that each change it proposes comes with what it would do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from core.calendar.grain import Period
from core.errors import Problem
from core.review.advice import Advice, advise
from core.review.effect import SINCE, Effect, effect
from core.review.record import Record, record
from core.review.score import Incident, Tally, by_rule, missed
from core.review.tuning import Candidate
from core.usecases.backtest import tried
from core.usecases.history import history

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from core.labels import Labels
    from core.notices.outbox import Delivery
    from core.ports import World
    from core.rules.rule import Rule
    from core.text import Text
    from core.workspace import Workspace

HISTORY = timedelta(days=182)  # on which changes are tried: two seasons, not what the business was two years ago


@dataclass(frozen=True, slots=True)
class Review:
    """From `first` through `last`, on the business's calendar; `advice` comes in the rules' order."""

    first: date
    last: date
    total: Tally
    tallies: Mapping[str, Tally]
    advice: tuple[Advice, ...]
    missed: tuple[Incident, ...]
    effects: tuple[Effect, ...]
    orphans: tuple[Record, ...]  # nobody had them when they were over, or has them now
    undelivered: tuple[Delivery, ...]
    campaign: Text | None = None


async def review(workspace: Workspace, world: World, first: date, last: date, *, over: Labels | None = None) -> Review:
    """Return the review of these days, and with `over` of the alerts on slices that meet it only.

    A part tells nothing of a whole rule: what is false here may be useful elsewhere. So it comes without advice.
    """
    start, end = (datetime.combine(day, time(), workspace.zone) for day in (first, last + timedelta(days=1)))
    async with world.store.begin() as tx:
        alerts = [alert for alert in await tx.fired(start) if over is None or alert.fingerprint.labels.meets(over)]
        told = [record(alert, await tx.events(alert.id), _over(workspace)) for alert in alerts]
        incidents = await tx.incidents(first, last)
        undelivered = [delivery for delivery in await tx.dead(start) if delivery.created_at < end]
    records = tuple(one for one in told if one is not None and one.fired < end)
    tallies = by_rule(records)
    today = world.clock.now().astimezone(workspace.zone).date()
    rules = workspace.rules if over is None else ()
    candidates = await _candidates(rules, workspace, world, today)
    return Review(
        first=first,
        last=last,
        total=Tally(records),
        tallies=tallies,
        advice=tuple(advise(rule, tallies.get(rule.id, Tally(())), today, candidates.get(rule.id)) for rule in rules),
        missed=missed((one for one in incidents if over is None or one.labels.meets(over)), records, workspace.zone),
        effects=tuple([found for one in records if (found := await _effect(one, workspace, world))]),
        orphans=tuple(one for one in records if one.alert.owner is None),
        undelivered=tuple(undelivered),
    )


def last_month(today: date) -> tuple[date, date]:
    """Return the first and the last day of the month before."""
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


# --- within ------------------------------------------------------------------------------------------------


def _over(workspace: Workspace) -> Callable[[Period], datetime]:
    """Return when a period is over."""
    return lambda period: period.end.replace(tzinfo=workspace.zone).astimezone(UTC)


async def _candidates(
    rules: Iterable[Rule], workspace: Workspace, world: World, today: date
) -> Mapping[str, Candidate]:
    """Return the history of each rule that has one; what cannot be read is tried on nothing."""
    found = {}
    for rule in rules:
        try:
            (one,) = await tried((rule,), workspace, world, today - HISTORY, today - timedelta(days=1))
        except Problem:
            continue
        past = one.past
        found[rule.id] = Candidate(rule, past.sides(), one.known, past.moment, one.backtest.episodes)
    return found


async def _effect(one: Record, workspace: Workspace, world: World) -> Effect | None:
    if one.acted is None:
        return None
    grain = one.began.grain
    then = Period.holding(one.acted.astimezone(workspace.zone), grain)
    now = Period.holding(world.clock.now().astimezone(workspace.zone), grain)  # which is not over
    last = min(then.shift(SINCE), now.shift(-1))
    try:
        seen = await history(one.alert, workspace, world.warehouse, last)
    except Problem:
        return None
    if seen is None or last <= then:
        return None
    at = {seen.first.shift(place): value for place, value in enumerate(seen.values)}
    while_bad = (value for period, value in at.items() if one.began <= period <= then)
    since = (value for period, value in at.items() if period > then)
    return effect(one, while_bad, since)
