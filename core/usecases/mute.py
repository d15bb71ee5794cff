"""Keeping a slice quiet on purpose: looked at before it is agreed to, told to whom it concerns, and never for ever.

`propose` writes a draft and says what it would have hidden; `agree` puts it in force; `lift` ends it early; `tend` is
the clock's part: a beginning that was planned, the word an hour before the end, the end, and the end of one that has
hidden nothing for days. What is still bad at an end says so by itself, as at the end of any hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from core.alerts.condition import handle_of
from core.alerts.event import BEACON
from core.audit import Entry, Origin, Realm
from core.errors import Missing, Problem
from core.notices.notice import Kind, Notice, Place
from core.ports import Conflict
from core.routing.affected import affected
from core.routing.decide import decide
from core.routing.mute import DRAFT_LASTS, Ending, Hits, Mute, hidden
from core.usecases.tell import inhibited, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.alerts.event import Change
    from core.errors import Fact
    from core.labels import Matcher
    from core.people.person import Person
    from core.ports import Transaction, World
    from core.workspace import Workspace

LOOKS_BACK = timedelta(days=30)
_TRIES = 3
_ID_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft, what it would have hidden in the last 30 days and would hide now, and whom it concerns."""

    mute: Mute
    past: tuple[Alert, ...]
    now: tuple[Alert, ...]
    concerned: tuple[Place | str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A mute as it stands, and how much it has hidden."""

    mute: Mute
    hits: Hits


async def propose(
    match: Sequence[Matcher],
    start: datetime | None,
    until: datetime,
    why: str,
    person: Person,
    world: World,
    workspace: Workspace,
) -> Preview:
    """Write a draft, and return what it would mean; nothing is quiet before it is agreed to."""
    now = world.clock.now()
    begin = start or now
    if not match:
        raise Problem("mute-everything")
    if until <= begin:
        raise Problem("mute-reversed", start=begin.isoformat(), until=until.isoformat())
    if until - begin > workspace.mutes.longest:
        raise Problem("mute-long", days=workspace.mutes.longest.days)
    if not why.strip():
        raise Problem("mute-why")
    id = handle_of(uuid4().hex, length=_ID_LENGTH)
    mute = Mute(id, person.id, why.strip(), tuple(match), begin, until, now, workspace.mutes.idle)
    roles = _roles(workspace)
    async with world.store.begin() as tx:
        past = hidden(mute.match, await tx.fired(now - LOOKS_BACK), roles)
        present = _hidden_now(mute, await tx.open(), roles)
        await tx.keep_mutes([mute])
    return Preview(mute, past, present, _concerned(mute, present, workspace, now))


async def agree(id: str, person: Person, via: str | None, world: World, workspace: Workspace) -> Mute:
    """Put a draft of one's own in force; saying it twice is saying it once."""
    mute, _ = await _change(id, lambda mute, now: _agreed(mute, person, now), via, world, workspace)
    return mute


async def lift(id: str, person: Person, via: str | None, world: World, workspace: Workspace) -> Kept:
    """End a mute now."""

    def end(mute: Mute, now: datetime) -> Mute:
        if mute.agreed_at is None or mute.ended_at is not None:
            raise Missing("unknown-mute", id=mute.id)
        return replace(mute, ended_at=now, ending=Ending.LIFTED, ended_by=person.id)

    mute, hits = await _change(id, end, via, world, workspace)
    return Kept(mute, hits)


async def in_force(world: World) -> tuple[Kept, ...]:
    """Return the mutes that have not ended, those that are planned among them, with how much each has hidden."""
    async with world.store.begin() as tx:
        mutes = await tx.mutes()
        hits = await tx.hits(mute.id for mute in mutes)
    return tuple(Kept(mute, hits[mute.id]) for mute in mutes)


async def tend(workspace: Workspace, world: World) -> tuple[Change, ...]:
    """Begin, announce and end the mutes whose time has come."""
    for _ in range(_TRIES):
        try:
            return await _tend_once(workspace, world)
        except Conflict:
            continue
    return ()


async def next_mute(tx: Transaction) -> datetime | None:
    """Return when `tend` next has something to do."""
    mutes = await tx.mutes()
    hits = await tx.hits(mute.id for mute in mutes)
    return min((mute.wakes_at(_idle_at(mute, hits[mute.id])) for mute in mutes), default=None)


# --- within ------------------------------------------------------------------------------------------------


async def _change(
    id: str, think: Callable[[Mute, datetime], Mute], via: str | None, world: World, workspace: Workspace
) -> tuple[Mute, Hits]:
    """Do something about one mute, and return it with what it had hidden until then."""
    for _ in range(_TRIES):
        now = world.clock.now()
        try:
            async with world.store.begin() as tx:
                mute = await tx.mute(id)
                if mute is None:
                    raise Missing("unknown-mute", id=id)
                hits = await tx.hits([id])
                later = think(mute, now)
                if later != mute:
                    await _keep(tx, (later,), hits, workspace, now)
                    await tx.record([_entry(later, hits[id], Origin.read(via), now)])
                return later, hits[id]
        except Conflict:
            continue
    raise Problem("too-busy", handle=id)


def _agreed(mute: Mute, person: Person, now: datetime) -> Mute:
    if mute.ended_at is not None:
        raise Missing("unknown-mute", id=mute.id)
    if mute.agreed_at is not None:
        return mute  # pressed twice
    if mute.by != person.id:
        raise Problem("mute-not-yours", by=mute.by)
    if now - mute.made_at > DRAFT_LASTS or mute.until <= now:
        raise Problem("mute-stale")
    start = max(mute.start, now)
    return replace(mute, agreed_at=now, start=start, begun_at=now if start == now else None)


async def _tend_once(workspace: Workspace, world: World) -> tuple[Change, ...]:
    now = world.clock.now()
    async with world.store.begin() as tx:
        mutes = await tx.mutes()
        hits = await tx.hits(mute.id for mute in mutes)
        moved = {mute.id: later for mute in mutes if (later := _later(mute, hits[mute.id], now)) != mute}
        if not moved:
            return ()
        ended = [_entry(mute, hits[mute.id], Origin(), now) for mute in moved.values() if mute.ended_at]
        await tx.record(ended)
        return await _keep(tx, tuple(moved.values()), hits, workspace, now)


def _later(mute: Mute, hits: Hits, now: datetime) -> Mute:
    """Return the mute as the clock leaves it: begun, warned of, over, or idle."""
    if mute.until <= now:
        return replace(mute, ended_at=now, ending=Ending.OVER)
    if mute.begun_at is None:
        return replace(mute, begun_at=now) if mute.start <= now else mute
    if (idle_at := _idle_at(mute, hits)) is not None and idle_at <= now:
        return replace(mute, ended_at=now, ending=Ending.IDLE)
    if mute.warns_at is not None and mute.warns_at <= now:
        return replace(mute, warned_at=now)
    return mute


def _idle_at(mute: Mute, hits: Hits) -> datetime | None:
    """Return when it will have hidden nothing for too long; None while it hides something."""
    if hits.now:
        return None
    return max(filter(None, (mute.begun_at, mute.start, hits.last))) + mute.idle


async def _keep(
    tx: Transaction, mutes: Sequence[Mute], hits: Mapping[str, Hits], workspace: Workspace, now: datetime
) -> tuple[Change, ...]:
    """Write the mutes, what becomes quiet or loud with them, and the word to whom it concerns."""
    opened, roles = await tx.open(), _roles(workspace)
    await tx.keep_mutes(mutes)
    every, touched, held = await inhibited(tx, (), await tx.holds(), workspace, now)
    decision = decide(every, workspace.rules, workspace.routes, held, workspace.people, now, workspace.calendar)
    await tell(tx, decision, now, touched)
    notices: list[Notice] = []
    for mute in mutes:
        concerned = _concerned(mute, _hidden_now(mute, opened, roles), workspace, now)
        notices += _announced(mute, hits[mute.id], concerned)
    await tx.keep((), notices, now=now)
    return decision.changes


def _entry(mute: Mute, hits: Hits, origin: Origin, now: datetime) -> Entry:
    """Return the line of the audit: who muted what and until when, or who ended it and how much it had hidden."""
    if mute.ended_at is not None:
        facts: dict[str, Fact] = {"hidden": hits.count, "still": hits.now}
        return Entry(
            now, Realm.MUTE, mute.id, mute.ended_by or BEACON, f"mute-{mute.ending}", origin, {}, facts, mute.by
        )
    what = ", ".join(f"{one.dimension}{'!=' if one.negated else '='}{'|'.join(one.values)}" for one in mute.match)
    after: dict[str, Fact] = {"match": what, "start": mute.start.isoformat(), "until": mute.until.isoformat()}
    return Entry(now, Realm.MUTE, mute.id, mute.by, "muted", origin, {}, after | {"why": mute.why})


def _announced(mute: Mute, hits: Hits, concerned: Sequence[Place | str]) -> list[Notice]:
    """Return the word of its newest happening; whoever brought it about has been answered."""
    happening = _happening(mute)
    actor = mute.ended_by if mute.ended_at else mute.by if mute.warned_at is None else None
    facts: dict[str, Fact] = {"news": "mute", "mute": mute.id, "happening": happening}
    facts |= {"count": hits.count, "still": hits.now}
    readers = [to for to in dict.fromkeys((*concerned, mute.by)) if to != actor]
    return [Notice(f"mute:{mute.id}:{happening}:{to}", Kind.NEWS, None, to, facts) for to in readers]


def _happening(mute: Mute) -> str:
    if mute.ending is not None:
        return str(mute.ending)
    if mute.warned_at is not None:
        return "warned"
    return "begun" if mute.begun_at is not None else "planned"


def _concerned(mute: Mute, present: Sequence[Alert], workspace: Workspace, now: datetime) -> tuple[Place | str, ...]:
    return affected(mute.match, present, workspace.rules, workspace.routes, workspace.people, now)


def _hidden_now(mute: Mute, opened: Sequence[Alert], roles: Mapping[str, str]) -> tuple[Alert, ...]:
    bad = [alert for alert in opened if alert.condition.is_bad]
    return hidden(mute.match, bad, roles)


def _roles(workspace: Workspace) -> dict[str, str]:
    return {rule.id: rule.owner for rule in workspace.rules}
