"""Asking somebody who may: a refusal is kept, sent to whom the refused chooses, and answered with one tap."""

from __future__ import annotations

from dataclasses import replace
from secrets import choice
from typing import TYPE_CHECKING

from core.audit import Entry, Origin, Realm
from core.errors import Missing, Problem
from core.notices.notice import Kind, Notice
from core.people.plea import Plea, PleaState

if TYPE_CHECKING:
    from core.people.person import Person
    from core.ports import World
    from core.workspace import Workspace

_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 8


def new_code() -> str:
    """Return a short name that nobody guesses."""
    return "".join(choice(_LETTERS) for _ in range(_LENGTH))


async def keep_refusal(plea: Plea, world: World) -> None:
    """Keep what somebody was refused, so that they may ask for it."""
    async with world.store.begin() as tx:
        await tx.keep_plea(plea)
        await tx.record([_entry(plea, "refused", plea.person)])


async def ask(code: str, of: str, person: Person, via: str | None, world: World, workspace: Workspace) -> Plea:
    """Send it to somebody who may say yes."""
    now = world.clock.now()
    async with world.store.begin() as tx:
        plea = await tx.plea(code)
        if plea is None or plea.person != person.id:
            raise Missing("unknown-plea", plea=code)
        if plea.is_over(now):
            raise Problem("plea-over", plea=code)
        if of not in workspace.people:
            raise Missing("unknown-person", name=of)
        asked = replace(plea, state=PleaState.ASKED, asked=of)
        await tx.keep_plea(asked)
        await tx.record([replace(_entry(asked, "asked", person.id, via), at=now)])
        facts = {"happening": "plea", "plea": code, "actor": person.id, "text": plea.text, "right": plea.need}
        await tx.keep((), [Notice(f"plea:{code}:{of}", Kind.REQUEST, None, of, facts)], now=now)
    return asked


async def pending(code: str, person: Person, world: World) -> Plea:
    """Return what is asked for under that code, if it can still be answered by this person."""
    async with world.store.begin() as tx:
        plea = await tx.plea(code)
    if plea is None or plea.state is PleaState.REFUSED:
        raise Missing("unknown-plea", plea=code)
    if plea.is_over(world.clock.now()):
        raise Problem("plea-over", plea=code)
    if plea.person == person.id:
        raise Problem("plea-own", plea=code)
    return plea


async def settle(plea: Plea, person: Person, via: str | None, world: World, *, allowed: bool) -> Plea:
    """Write the answer down and tell whoever asked; a second answer comes too late."""
    now = world.clock.now()
    async with world.store.begin() as tx:
        present = await tx.plea(plea.code)
        if present is None or present.is_over(now):
            raise Problem("plea-over", plea=plea.code)
        state = PleaState.ALLOWED if allowed else PleaState.DENIED
        settled = replace(present, state=state, answered_by=person.id)
        await tx.keep_plea(settled)
        await tx.record([replace(_entry(settled, str(state), person.id, via), at=now)])
        facts = {"happening": f"plea-{state}", "actor": person.id, "text": plea.text}
        await tx.keep((), [Notice(f"plea:{plea.code}:{state}", Kind.REQUEST, None, plea.person, facts)], now=now)
    return settled


def _entry(plea: Plea, deed: str, actor: str, via: str | None = None) -> Entry:
    origin = Origin.read(via) if via else Origin(plea.platform, plea.address)
    after = {"text": plea.text, "need": plea.need} | ({"asked": plea.asked} if plea.asked else {})
    return Entry(plea.at, Realm.ACCESS, plea.code, actor, deed, origin, {}, after, plea.person)
