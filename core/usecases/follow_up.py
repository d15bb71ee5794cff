"""What comes of an alert once somebody has it: steps ticked off, promises made and kept, a consequence answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.alerts import checklist, consequence, promises
from core.alerts.alert import Alert
from core.alerts.event import Change, Event
from core.alerts.holds import Hold
from core.alerts.work import Promise
from core.errors import Forbidden
from core.people.person import Deed, Person
from core.ports import World
from core.routing.owner import find_next
from core.usecases.act import Thought, act, must_be_here, pace_of
from core.workspace import Workspace


async def tick(
    handle: str, step: int, person: Person, via: str | None, world: World, workspace: Workspace, *, done: bool = True
) -> Change:
    """Mark a step of the rule's SOP as done, or as not done after all."""
    mark = checklist.tick if done else checklist.untick

    def think(alert: Alert, _: Sequence[Event], __: Sequence[Hold], now: datetime) -> Thought:
        return mark(alert, person.id, step, steps_of(alert, workspace), now, via=via), ()

    return await act(handle, think, world, workspace)


async def promise(
    handle: str,
    text: str,
    due: datetime,
    person: Person,
    via: str | None,
    world: World,
    workspace: Workspace,
    *,
    owner: str | None = None,
) -> Change:
    """Promise that something is done by then, oneself or for somebody else who is here."""

    def think(alert: Alert, _: Sequence[Event], __: Sequence[Hold], now: datetime) -> Thought:
        if owner is not None and owner != person.id:
            must_be_here(owner, workspace, now)
        change = promises.promise(
            alert, person.id, owner or person.id, text, due, now, pace=pace_of(workspace), via=via
        )
        return change, ()

    return await act(handle, think, world, workspace)


async def end_promise(
    handle: str,
    number: int,
    person: Person,
    via: str | None,
    world: World,
    workspace: Workspace,
    *,
    kept: bool,
    note: str = "",
) -> Change:
    def think(alert: Alert, _: Sequence[Event], __: Sequence[Hold], now: datetime) -> Thought:
        if kept:
            return promises.keep(alert, person.id, number, now, via=via), ()
        return promises.drop(alert, person.id, number, now, note=note, via=via), ()

    return await act(handle, think, world, workspace)


async def answer(
    handle: str,
    person: Person,
    via: str | None,
    world: World,
    workspace: Workspace,
    *,
    yes: bool,
    note: str = "",
) -> Change:
    """Say yes or no to the consequence that a rule proposed; Forbidden says whose word it takes."""

    def think(alert: Alert, _: Sequence[Event], __: Sequence[Hold], now: datetime) -> Thought:
        proposal = alert.work.proposal
        if proposal is not None and not may_approve(proposal.approve, alert, person, workspace, now):
            raise Forbidden("forbidden-approve", who=proposal.approve, handle=alert.handle)
        return consequence.answer(alert, person.id, now, yes=yes, note=note, via=via), ()

    return await act(handle, think, world, workspace)


def may_approve(approve: str, alert: Alert, person: Person, workspace: Workspace, now: datetime) -> bool:
    """Return whether theirs is the yes that is needed: the person or role that is named, who stands in, a manager."""
    kind, _, name = approve.partition(":")
    if kind == "role" and any(duty.covers(name, alert.fingerprint.labels) for duty in person.duties):
        return True
    found = find_next(approve, None, alert.fingerprint.labels, workspace.routes, workspace.people, now)
    return person.id in (name, found.person) or person.may(Deed.APPROVE)


@dataclass(frozen=True, slots=True)
class Pledge:
    """A promise and the alert that it is about."""

    promise: Promise
    alert: Alert

    @property
    def owner(self) -> str | None:
        return self.promise.owner or self.alert.owner


async def pledges(world: World, *, owner: str | None = None) -> tuple[Pledge, ...]:
    """Return every open promise, or one person's, the next due first."""
    async with world.store.begin() as tx:
        opened = await tx.open()
    every = (Pledge(one, alert) for alert in opened for one in alert.work.open_promises)
    mine = (pledge for pledge in every if owner is None or pledge.owner == owner)
    return tuple(sorted(mine, key=lambda pledge: pledge.promise.due))


def steps_of(alert: Alert, workspace: Workspace) -> int:
    """Return how many steps the alert's rule has."""
    rule = next((rule for rule in workspace.rules if rule.id == alert.fingerprint.rule), None)
    return len(rule.sop) if rule else 0
