"""Becoming known in a chat without losing what one was about to do: `link`, `iam`, and the yes of who can vouch.

A stranger who presses a button is asked who they are. That person says yes where they are known already, or a manager
does, and then the very thing is done in their name, if they may.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.cards.linking import offer_card, who_card
from bot.cards.plea import said_card
from bot.chat.reply import Reply
from bot.chat.request import Request
from bot.commands.call import Call
from bot.commands.command import IAm
from bot.commands.command import Link as LinkUp
from core.document import suggesting
from core.errors import Forbidden, Missing, Problem
from core.notices.notice import Place
from core.people.link import Link
from core.usecases import link as links

if TYPE_CHECKING:
    from bot.chat.card import Card
    from core.ports import World
    from core.workspace import Workspace

CHATS = ("slack", "telegram")  # where an address is proven by the platform, and can become somebody's

Obey = Callable[[Call], Awaitable[Reply]]


async def offered(refusal: Card, request: Request, workspace: Workspace, world: World) -> Reply:
    """Return the refusal of a stranger, who may say who they are; what they wanted is kept."""
    if request.place.platform not in CHATS or request.only is not None:
        return Reply((refusal,), is_private=True, is_refusal=True)
    link = await links.ask(request.place, request.actor, request.text, request.alert, world)
    card = who_card(link, workspace, request.tongue, refusal)
    return Reply((card,), is_private=True, is_refusal=True, start=link.code)


async def link_up(command: LinkUp, call: Call, obey: Obey) -> Reply:
    """`link` gives a code to who is known; `link CODE` takes one up, or goes on with what was asked before."""
    if not command.code:
        offer = await links.offer(call.person, call.world)
        return Reply((offer_card(offer, call.tongue),), is_private=True)
    request, found = call.request, await links.open_link(command.code, call.world)
    here = (request.place.platform, request.actor)
    if not found.is_offer:
        if (found.platform, found.address) != here:
            raise Missing("link-gone", link=command.code)
        return Reply((who_card(found, call.workspace, call.tongue),), is_private=True, start=found.code)
    if request.person is not None:
        raise Problem("link-known", name=request.person.id)
    if request.place.platform not in CHATS:
        raise Missing("link-gone", link=command.code)
    async with call.world.store.begin() as tx:
        asked = await tx.link_of(*here)
    person = call.workspace.people[found.person]
    theirs = replace(found, platform=here[0], address=here[1])
    await links.settle(theirs, person, call.via, call.world, call.workspace, allowed=True)
    done = said_card("link-welcome", call.tongue, name=person.name.to(call.tongue))
    if asked is None or asked.is_over(call.now):
        return Reply((done,), is_private=True)
    reply = await obey(_theirs(asked, call))
    return replace(reply, cards=(done, *reply.cards))


async def i_am(command: IAm, call: Call) -> Reply:
    link = await links.open_link(command.code, call.world)
    if (link.platform, link.address) != (call.request.place.platform, call.request.actor):
        raise Missing("link-gone", link=command.code)
    person = call.workspace.people.get(command.who)
    if person is None:
        raise Missing("unknown-person", **suggesting(command.who, call.lexicon.people.codes, name=command.who))
    to = call.workspace.people[await links.claim(link, person, call.world, call.workspace)]
    return Reply((said_card("link-sent", call.tongue, name=to.name.to(call.tongue)),), is_private=True)


async def asked(code: str, call: Call) -> Link | None:
    """Return the claim of that code, if it is one and not somebody's plea."""
    async with call.world.store.begin() as tx:
        link = await tx.link(code)
    return link if link is not None and link.person and not link.is_offer else None


async def answer(link: Link, call: Call, obey: Obey, *, allowed: bool) -> Reply:
    """Vouch for a stranger or not; what they were about to do is done in their own name."""
    link = await links.open_link(link.code, call.world)
    await links.settle(link, call.person, call.via, call.world, call.workspace, allowed=allowed)
    if not allowed:
        await links.tell(link, "link-denied", call.person, call.world)
        return Reply((said_card("plea-refused", call.tongue),), is_private=True)
    happening = "link-done"
    try:
        await obey(_theirs(link, call))
    except Forbidden:
        happening = "link-done-may-not"
    except Problem:
        happening = "link-done-again"
    await links.tell(link, happening, call.workspace.people[link.person], call.world)
    name = call.workspace.people[link.person].name.to(call.tongue)
    return Reply((said_card("link-vouched", call.tongue, name=name, platform=link.platform),), is_private=True)


def _theirs(link: Link, call: Call) -> Call:
    person = call.workspace.people[next(
        one.id for one in call.workspace.people.values() if one.chats.get(link.platform) == link.address
    )]  # fmt: skip
    place = Place(link.platform, link.chat, link.thread)
    return replace(call, request=Request(link.text, place, link.address, person.tongue, person, alert=link.alert))
