"""Making an address in a chat somebody's, and going by it: what the files say of people, and over it what was linked.

A link is made on the word of the person themself, given where they are known already, or of who may manage. What was
about to be done is kept meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from core.audit import Entry, Origin, Realm
from core.errors import Forbidden, Missing, Problem
from core.notices.notice import Kind, Notice, Place
from core.people.link import Link, LinkState
from core.people.person import Right
from core.people.roster import Roster
from core.usecases.plead import new_code

if TYPE_CHECKING:
    from core.people.person import Person
    from core.ports import World
    from core.workspace import Workspace


def with_links(workspace: Workspace, links: Iterable[Link]) -> Workspace:
    """Return the workspace with what was linked. The files' word goes first: nobody's address there is taken."""
    people = dict(workspace.people)
    known = {(platform, at) for one in people.values() for platform, at in one.chats.items()}
    for link in links:
        person, address = people.get(link.person), (link.platform, link.address)
        if person is None or address in known or link.platform in person.chats:
            continue
        people[link.person] = replace(person, chats={**person.chats, link.platform: link.address})
        known.add(address)
    return replace(workspace, people=replace(Roster.of(workspace.people), people=people))


async def take_up_links(workspace: Workspace, world: World) -> None:
    """Let the running house go by what was linked."""
    async with world.store.begin() as tx:
        links = await tx.links()
    if links:
        workspace.become(with_links(workspace, links))


async def ask(place: Place, address: str, text: str, alert: str | None, world: World) -> Link:
    """Keep what a stranger was about to do; of each the last only, under one code."""
    now = world.clock.now()
    async with world.store.begin() as tx:
        known = await tx.link_of(place.platform, address)
        code = known.code if known and not known.is_over(now) else new_code()
        link = Link(code, now, place.platform, address, "", place.chat, place.thread, alert, text)
        await tx.keep_link(link)
    return link


async def offer(person: Person, world: World) -> Link:
    """Return a code with which its holder becomes this person in another chat."""
    link = Link(new_code(), world.clock.now(), person=person.id)
    async with world.store.begin() as tx:
        await tx.keep_link(link)
    return link


async def open_link(code: str, world: World) -> Link:
    async with world.store.begin() as tx:
        link = await tx.link(code)
    if link is None or link.is_over(world.clock.now()):
        raise Missing("link-gone", link=code)
    return link


async def claim(link: Link, person: Person, world: World, workspace: Workspace) -> str:
    """Ask the one whom a stranger says to be, where they are known, or else somebody who manages; return whom."""
    if link.platform in person.chats:
        raise Problem("link-has-one", name=person.id, platform=link.platform)
    to = person.id if person.chats else _manager(workspace)
    claimed = replace(link, person=person.id, state=LinkState.CLAIMED)
    facts = {"happening": "link-asked", "plea": link.code, "actor": f"{link.platform}:{link.address}",
             "text": link.text, "person": person.id}  # fmt: skip
    async with world.store.begin() as tx:
        await tx.keep_link(claimed)
        await tx.record([_entry(claimed, "claimed", str(Origin(link.platform, link.address)))])
        notice = Notice(f"link:{link.code}:{person.id}", Kind.REQUEST, None, to, facts)
        await tx.keep((), [notice], now=world.clock.now())
    return to


async def settle(link: Link, by: Person, via: str, world: World, workspace: Workspace, *, allowed: bool) -> Link:
    """Write the answer down, and let the house go by it; a second answer comes too late."""
    if by.id != link.person and not by.may(Right.MANAGE):
        raise Forbidden("link-not-yours", name=link.person)
    person, now = workspace.people[link.person], world.clock.now()
    if allowed and link.platform in person.chats:
        raise Problem("link-has-one", name=person.id, platform=link.platform)
    state = LinkState.LINKED if allowed else LinkState.DENIED
    settled = replace(link, state=state, settled_by=by.id)
    async with world.store.begin() as tx:
        present = await tx.link(link.code)
        if present is None or present.is_over(now):
            raise Missing("link-gone", link=link.code)
        await tx.keep_link(settled)
        await tx.record([replace(_entry(settled, str(state), via), at=now, actor=by.id)])
    await take_up_links(workspace, world)
    return settled


async def tell(link: Link, happening: str, by: Person, world: World) -> None:
    """Tell whoever clicked what came of it, in private."""
    facts = {"happening": happening, "actor": by.id, "text": link.text}
    notice = Notice(f"link:{link.code}:{happening}", Kind.REQUEST, None, Place(link.platform, link.address), facts)
    async with world.store.begin() as tx:
        await tx.keep((), [notice], now=world.clock.now())


def _manager(workspace: Workspace) -> str:
    able = (one.id for one in workspace.people.values() if one.may(Right.MANAGE) and one.chats)
    if (first := next(able, None)) is None:
        raise Missing("link-nobody-to-ask")
    return first


def _entry(link: Link, deed: str, via: str) -> Entry:
    after = {"platform": link.platform, "address": link.address, "text": link.text}
    return Entry(link.at, Realm.ACCESS, link.code, link.person, deed, Origin.read(via), {}, after, link.person)
