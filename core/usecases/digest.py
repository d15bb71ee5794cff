"""What one reader is told of a day, a week or a month: chosen by what matters, not all there is.

`digest` reads the world once and holds values; how they are told, and how little of them, is the card's business.
Happenings are those since the last digest; what is open, is so now.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from core.alerts.alert import Alert, Phase, Stage
from core.alerts.holds import Hold
from core.alerts.work import Answer
from core.calendar.edition import Edition, edition, latest
from core.calendar.grain import Period
from core.errors import Problem
from core.labels import Matcher, all_match
from core.review.record import record
from core.review.score import Tally
from core.routing.digests import Every, Level, Plan, slices_of
from core.rules.rule import Severity
from core.usecases.follow_up import Pledge, may_approve, pledges
from core.usecases.mute import Kept, in_force
from core.usecases.numbers import Number, Trend, chosen, numbers, trend
from core.usecases.overview import worst_first
from core.usecases.promised import Promised, promised
from core.usecases.why import Why, why

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from core.metrics.metric import Metric
    from core.people.person import Person
    from core.ports import Transaction, World
    from core.workspace import Workspace

ANSWERED_WITHIN = timedelta(hours=24)
LOOKS_BACK = timedelta(days=30)  # for what recovered meanwhile, and had fired before
MOST_MOVED = 3
TWICE = 2  # so often a promise was asked for in vain, and somebody must decide


@dataclass(frozen=True, slots=True)
class Moved:
    """A number that moved by more than it does by itself, and what moved it, where that can be told."""

    number: Number
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """`overdue` are those of `alerts` that somebody should have answered; `alerts` come the most urgent first.

    `informed` called nobody, `put_off` were beyond their reader's budget. `proposed`, `twice` and `unowned` wait for
    somebody's decision.
    """

    plan: Plan
    edition: Edition
    now: datetime
    numbers: tuple[Number, ...] = ()
    moved: tuple[Moved, ...] = ()
    trend: Trend | None = None
    alerts: tuple[Alert, ...] = ()
    overdue: tuple[Alert, ...] = ()
    recovered: tuple[Alert, ...] = ()
    proposed: tuple[Alert, ...] = ()
    twice: tuple[Pledge, ...] = ()
    promised: Promised = field(default_factory=Promised)
    pledges: tuple[Pledge, ...] = ()  # open ones, the next due first
    tally: Tally = field(default_factory=lambda: Tally(()))
    informed: tuple[Alert, ...] = ()
    put_off: tuple[Alert, ...] = ()
    mutes: tuple[Kept, ...] = ()
    holds: tuple[Hold, ...] = ()

    @property
    def unowned(self) -> tuple[Alert, ...]:
        return tuple(alert for alert in self.alerts if alert.owner is None and alert.condition.is_bad)

    @property
    def late(self) -> tuple[Number, ...]:
        return tuple(number for number in self.numbers if number.is_late)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that anybody need read."""
        told = (self.moved, self.late, self.alerts, self.recovered, self.pledges, self.informed, self.put_off)
        return not any(told) and not self.promised and not self.proposed and not self.mutes


async def digest(plan: Plan, workspace: Workspace, world: World, day: date | None = None) -> Digest:
    """Return a plan's digest that was posted on that day; without a day, the newest there is."""
    now = world.clock.now()
    own = edition_of(plan, workspace, now, day)
    start, end = happening(own, plan, workspace, now)
    person = workspace.people.get(plan.to) if isinstance(plan.to, str) else None
    concerns = concern_of(plan, person, workspace)
    mine = person.id if person and plan.level is Level.OPERATOR else None  # promises are theirs, whoever has the alert
    told, moved, line = await _numbers(plan, person, own, workspace, world)
    promises = tuple(one for one in await pledges(world, owner=mine) if mine or concerns(one.alert))
    async with world.store.begin() as tx:
        opened = tuple(alert for alert in worst_first(await tx.open(), workspace) if concerns(alert))
        holds = tuple(await tx.holds())
        fired = [alert for alert in await tx.fired(start - LOOKS_BACK) if concerns(alert)]
        put_off = await _put_off(own.day, person, tx) if plan.every is Every.DAY else ()
        ended = await promised(tx, start, end, now, concerns if mine is None else _any)
        lately = [alert for alert in fired if _within(alert.fired_at, start, end)]
        records = [record(alert, await tx.events(alert.id), _over(workspace)) for alert in lately]
    return Digest(
        plan=plan,
        edition=own,
        now=now,
        numbers=told,
        moved=moved,
        trend=line,
        alerts=opened,
        overdue=tuple(alert for alert in opened if is_overdue(alert, now)),
        recovered=tuple(
            one for one in fired if one.condition.phase is Phase.OK and _within(one.recovered_at, start, end)
        ),
        proposed=tuple(one for one in opened if _waits(one, person, workspace, now)),
        twice=tuple(one for one in promises if one.promise.asked >= TWICE and one.promise.due < now),
        promised=ended if mine is None else ended.of(mine),
        pledges=promises,
        tally=Tally(tuple(one for one in records if one is not None)),
        informed=tuple(one for one in lately if one.severity is Severity.INFO and one.told_at is None),
        put_off=tuple(sorted(put_off, key=lambda alert: -alert.severity)),
        mutes=await in_force(world),
        holds=holds,
    )


def edition_of(plan: Plan, workspace: Workspace, now: datetime, day: date | None = None) -> Edition:
    """Return the edition of that day, or the newest by it."""
    grain, calendar = plan.every.grain, workspace.calendar
    last = day or now.astimezone(plan.zone).date()
    found = edition(grain, last, calendar, on=plan.on, holidays=plan.holidays) if day else None
    return found or latest(grain, last, calendar, on=plan.on, holidays=plan.holidays)


def happening(own: Edition, plan: Plan, workspace: Workspace, now: datetime) -> tuple[datetime, datetime]:
    """Return from when until when things happened that it tells of: of a day since the last digest until now."""
    window = own.window
    if plan.every is Every.DAY:
        return datetime.combine(window.first_day, plan.at, plan.zone).astimezone(UTC), now + timedelta(seconds=1)
    start, end = (moment.replace(tzinfo=workspace.zone).astimezone(UTC) for moment in (window.start, window.end))
    return start, end


def is_overdue(alert: Alert, now: datetime) -> bool:
    """Return whether somebody should have answered: past its due, escalated, or a day without an ack."""
    if alert.due is not None and alert.due <= now:
        return True
    if alert.handling.stage is not Stage.OPEN or not alert.condition.is_bad:
        return False
    return alert.escalation.level > 0 or now - (alert.fired_at or alert.opened_at) > ANSWERED_WITHIN


def concern_of(plan: Plan, person: Person | None, workspace: Workspace) -> Callable[[Alert], bool]:
    """Return whether an alert is this reader's to hear of: one's own, one's team's and what nobody has, or all."""
    owners = {rule.id: rule.owner for rule in workspace.rules}
    team = led_by(person, workspace.people.values()) if person else frozenset[str]()

    def is_theirs(alert: Alert) -> bool:
        if plan.over and not all_match(plan.over, alert.fingerprint.labels):
            return False
        if person is None or plan.level is Level.EXECUTIVE:
            return True
        if plan.level is Level.MANAGER:
            return not team or alert.owner is None or alert.owner in {person.id, *team}
        role = owners.get(alert.fingerprint.rule, "")
        return alert.owner == person.id or any(duty.covers(role, alert.fingerprint.labels) for duty in person.duties)

    return is_theirs


def led_by(person: Person, people: Iterable[Person]) -> frozenset[str]:
    """Return everybody below somebody, however far."""
    every, found = tuple(people), {person.id}
    while more := {one.id for one in every if one.lead in found} - found:
        found |= more
    return frozenset(found - {person.id})


def scope_of(plan: Plan, person: Person | None) -> tuple[Matcher, ...]:
    """Return the slices whose numbers are told: those named, or of somebody who works there their own."""
    if plan.over or person is None or plan.level is not Level.OPERATOR:
        return plan.over
    return slices_of(person)


# --- within ------------------------------------------------------------------------------------------------


async def _numbers(
    plan: Plan, person: Person | None, own: Edition, workspace: Workspace, world: World
) -> tuple[tuple[Number, ...], tuple[Moved, ...], Trend | None]:
    """Return the numbers looked at, those that moved with what moved them, and the line to be drawn."""
    roles = {duty.role for duty in person.duties} if person and plan.level is Level.OPERATOR else set[str]()
    where = scope_of(plan, person)
    metrics: Sequence[Metric] = chosen(workspace, roles=frozenset(roles))
    told = await numbers(metrics, own.window, plan.every.grain, where, workspace, world)
    if where and not told:  # no source knows these slices: the whole is better than nothing
        where = ()
        told = await numbers(metrics, own.window, plan.every.grain, where, workspace, world)
    news = sorted((one for one in told if one.is_news), key=lambda one: -one.weight)[:MOST_MOVED]
    moved = tuple([Moved(one, await _why(one, where, workspace, world)) for one in news])
    shown = next(iter((*news, *(one for one in told if one.value is not None))), None)
    return told, moved, await trend(shown, plan.every.grain, where, workspace, world) if shown else None


async def _why(number: Number, where: tuple[Matcher, ...], workspace: Workspace, world: World) -> Why | None:
    if number.compare is None:
        return None
    try:
        return await why(number.metric.code, where, number.window, number.compare, workspace, world)
    except Problem:
        return None  # it cannot be taken apart; that it moved is true all the same


async def _put_off(day: date, person: Person | None, tx: Transaction) -> tuple[Alert, ...]:
    """Return what a budget put off into that day's digest: a person's own, or for a chat everybody's."""
    calls = [call for call in await tx.put_off(day) if person is None or call.person == person.id]
    return tuple([alert for id in dict.fromkeys(call.alert for call in calls) if (alert := await tx.find(id))])


def _any(_: Alert) -> bool:
    return True


def _waits(alert: Alert, person: Person | None, workspace: Workspace, now: datetime) -> bool:
    """Return whether a consequence waits for the yes of this reader; a chat sees all of them."""
    proposal = alert.work.proposal
    if proposal is None or proposal.answer is not Answer.PROPOSED:
        return False
    return person is None or may_approve(proposal.approve, alert, person, workspace, now)


def _within(moment: datetime | None, start: datetime, end: datetime) -> bool:
    return moment is not None and start <= moment < end


def _over(workspace: Workspace) -> Callable[[Period], datetime]:
    """Return when a period is over."""
    return lambda period: period.end.replace(tzinfo=workspace.zone).astimezone(UTC)
