"""Emptying the outbox: take what is due, say it, write what became of it.

Each message shows the present, read just before it is sent; so a delivery that waited an hour says what is so now.
A crash between saying and writing says it twice, never not at all.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from core.alerts.alert import Alert
from core.alerts.event import Change, Event
from core.errors import Fact, Problem, Unavailable
from core.notices.group import PREFIX, Gathered
from core.notices.notice import Kind, Notice
from core.notices.outbox import RENEWED, Delivery, Retry, Sent, Status, Wait, settled
from core.ports import Conflict, Dispatch, Transaction, World
from core.routing.instead import instead, reader_of
from core.usecases.turns import meanwhile
from core.workspace import Workspace

log = logging.getLogger(__name__)

FIRST_NAP, LONGEST_NAP = 0.2, 60.0  # seconds between two tries to write what became of a message


async def deliver(workspace: Workspace, world: World, most: int = 100) -> int:
    """Say what is due, at most `most` of it, and return how much that was."""
    async with world.store.begin() as tx:
        claimed = await tx.claim(world.clock.now(), most)
    if not claimed:
        return 0
    lanes: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in claimed:
        lanes[delivery.lane].append(delivery)

    async def renew() -> None:
        """Say that we are still sending; whoever stops saying so for the length of a lease has died, or as good as."""
        with suppress(Problem):
            async with world.store.begin() as tx:
                await tx.renew(claimed, world.clock.now())

    async with meanwhile(RENEWED.total_seconds(), renew):
        # Chats wait for nobody but themselves. All are let finish: one that is cut off would be said twice.
        sending = (_in_order(lane, workspace, world) for lane in lanes.values())
        done = await asyncio.gather(*sending, return_exceptions=True)
    for failure in done:
        if isinstance(failure, BaseException):
            raise failure
    return len(claimed)


async def _in_order(lane: list[Delivery], workspace: Workspace, world: World) -> None:
    pause: Wait | None = None
    for delivery in lane:
        if pause is not None:
            await _settle(delivery, Dispatch(pause, delivery.place), None, workspace, world)
            continue
        dispatch = await _send_one(delivery, workspace, world)
        if isinstance(dispatch.outcome, Wait) and not dispatch.outcome.of_message:
            pause = dispatch.outcome


async def _send_one(delivery: Delivery, workspace: Workspace, world: World) -> Dispatch:
    notice = delivery.notice
    async with world.store.begin() as tx:
        if not await tx.renew([delivery], world.clock.now()):
            return Dispatch(Sent(""))  # we were frozen, and it is another's by now
        alert = await _subject(notice.alert, tx)
        surfaces = await tx.surfaces(notice.alert) if notice.alert else ()
    shown = next((surface for surface in surfaces if surface.place == delivery.to), None)
    if notice.kind is Kind.STATE and (alert is None or shown is None or shown.version >= alert.version):
        dispatch = Dispatch(Sent(shown.receipt if shown else ""), delivery.place)  # it shows what is so
    else:
        try:
            dispatch = await world.messenger.send(delivery, alert, surfaces)
        except (Problem, Conflict) as trouble:  # it asks the store for its turn to speak, and the store may be away
            log.warning("%s was not said: %s", notice.key, trouble)
            dispatch = Dispatch(Retry(trouble.code if isinstance(trouble, Problem) else "store-raced"), delivery.place)
        except Exception as bug:
            log.exception("a messenger raised for %s", notice.key)
            dispatch = Dispatch(Retry(type(bug).__name__), delivery.place)
    if isinstance(dispatch.outcome, Sent) and dispatch.surface is None and shown is not None and alert is not None:
        dispatch = replace(dispatch, surface=replace(shown, version=alert.version))
    await _settle_surely(delivery, dispatch, alert.version if alert else None, workspace, world)
    return dispatch


async def _settle_surely(
    delivery: Delivery, dispatch: Dispatch, showed: int | None, workspace: Workspace, world: World
) -> None:
    """Write the outcome, however long the store is away: only we know that it was said."""
    pause = FIRST_NAP
    while True:
        try:
            await _settle(delivery, dispatch, showed, workspace, world)
        except Unavailable as away:
            if pause > LONGEST_NAP:
                raise
            log.warning("the store is away, and %s waits to be settled: %s", delivery.notice.key, away)
            await asyncio.sleep(pause)
            pause *= 2
        except Conflict:
            continue
        else:
            return


async def _subject(id: str | None, tx: Transaction) -> Alert | Gathered | None:
    """Return what a notice is about, as it is now: an alert, or a group of them."""
    if id is None:
        return None
    return await tx.gathered(id) if id.startswith(PREFIX) else await tx.find(id)


async def _settle(
    delivery: Delivery, dispatch: Dispatch, showed: int | None, workspace: Workspace, world: World
) -> None:
    """Write the outcome; with it what is shown now, what still has to be, and to whom else it must go instead."""
    now = world.clock.now()
    more: list[Notice] = []
    lines: tuple[Change, ...] = ()
    after = settled(delivery, dispatch.place, dispatch.outcome, now)
    async with world.store.begin() as tx:
        await tx.settle(delivery, dispatch.place, dispatch.outcome, now)
        if after.status is Status.DEAD:
            log.warning("dead letter %s: %s", delivery.notice.key, dispatch.outcome)
            to = instead(delivery.notice, after.place, after.error or "", workspace.people, workspace.routes, now)
            more += [to] if to else []
            lines = _unheard(await _subject(delivery.notice.alert, tx), after, to, now)
        if dispatch.surface is not None:
            await tx.show(dispatch.surface)
            alert = await _subject(dispatch.surface.alert, tx)
            if alert is not None and showed is not None and alert.version > showed:
                # It changed while we spoke, and whoever changed it did not know of this message yet.
                place = dispatch.surface.place
                more.append(Notice(f"{alert.id}:{Kind.STATE}:{alert.version}:{place}", Kind.STATE, alert.id, place))
        if more or lines:
            await tx.keep(lines, more, now=now)


def _unheard(about: Alert | Gathered | None, letter: Delivery, to: Notice | None, now: datetime) -> tuple[Change, ...]:
    """Return a line in the trail of each alert that the letter was about; no side of any of them moves."""
    alerts = about.alerts if isinstance(about, Gathered) else (about,) if about else ()
    facts: dict[str, Fact] = {"to": reader_of(letter.notice) or str(letter.to), "why": letter.error or ""}
    if letter.place:
        facts["platform"] = letter.place.platform
    if to is not None:
        facts["instead"] = reader_of(to) or str(to.to)
    return tuple(Change(one, one, (Event(one.id, one.version, now, "undelivered", facts=facts),)) for one in alerts)
