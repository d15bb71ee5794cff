"""Letting others look at the board by a link: made, listed, ended, and asked for at each look. All of it is audited."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from core.audit import Entry, Origin, Realm
from core.errors import Forbidden, Missing, Problem
from core.people.share import LONGEST, Share
from core.usecases.plead import new_code

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.people.person import Person
    from core.ports import World


async def share(lasts: timedelta, person: Person, via: str, world: World) -> Share:
    """Make a link that lasts so long, in this person's name."""
    if not timedelta(0) < lasts <= LONGEST:
        raise Problem("share-too-long", days=LONGEST.days)
    now = world.clock.now()
    made = Share(new_code(), person.id, now, now + lasts)
    async with world.store.begin() as tx:
        await tx.keep_share(made)
        await tx.record([_entry(made, "shared", person, via, made.at)])
    return made


async def shares(world: World) -> Sequence[Share]:
    """Return those that still open, the newest first."""
    now = world.clock.now()
    async with world.store.begin() as tx:
        return [one for one in await tx.shares() if not one.is_over(now)]


async def end(code: str, person: Person, via: str, world: World) -> Share:
    """End one at once, for whoever holds it; Missing where none of that name still opens."""
    now = world.clock.now()
    async with world.store.begin() as tx:
        found = await tx.share(code)
        if found is None or found.is_over(now):
            raise Missing("share-none", share=code)
        ended = replace(found, ended_at=now, ended_by=person.id)
        await tx.keep_share(ended)
        await tx.record([_entry(ended, "unshared", person, via, now)])
    return ended


async def opened(code: str, world: World) -> Share:
    """Return the share that somebody stands before; Forbidden says why it opens no more."""
    async with world.store.begin() as tx:
        found = await tx.share(code)
    if found is None:
        raise Forbidden("share-unknown")
    if found.ended_at is not None:
        raise Forbidden("share-ended", at=found.ended_at.isoformat())
    if found.is_over(world.clock.now()):
        raise Forbidden("share-over", at=found.until.isoformat())
    return found


def _entry(one: Share, deed: str, person: Person, via: str, at: datetime) -> Entry:
    after = {"until": one.until.isoformat(timespec="minutes")}
    return Entry(at, Realm.ACCESS, one.code, person.id, deed, Origin.read(via), {}, after, one.by)
