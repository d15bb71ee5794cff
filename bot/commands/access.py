"""Asking to be let, letting, and looking up who did what: the deeds of whoever answers for others."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.cards.audit import audit_card, upkeep_card
from bot.cards.plea import said_card, with_offers
from bot.chat.plain import plain
from bot.chat.reply import Reply
from bot.chat.request import Request
from bot.commands.call import Call
from bot.commands.command import Allow, Audit, Check, Deny, Plead
from bot.commands.lexicon import Lexicon
from bot.commands.permission import needed, require, those_who
from core.audit import Entry, Wanted
from core.calendar.phrase import read_period
from core.errors import Forbidden, Problem
from core.notices.notice import Place
from core.people.plea import Plea
from core.rules.upkeep import lacking
from core.text import Tongue
from core.usecases import plead
from core.usecases.audit import audit as read_audit

if TYPE_CHECKING:
    from bot.chat.card import Card
    from core.ports import World
    from core.workspace import Workspace

_OF = re.compile(r"#?([\w-]+)[\s,]*(.*)", re.DOTALL)


async def plead_for(command: Plead, call: Call) -> Reply:
    """Send what I was refused to somebody who may say yes."""
    plea = await plead.ask(command.code, command.of, call.person, call.via, call.world, call.workspace)
    name = call.workspace.people[plea.asked or ""].name.to(call.tongue)
    return Reply((said_card("plea-sent", call.tongue, name=name),), is_private=True)


async def allow(command: Allow, call: Call, carry_out: Callable[[Call], Awaitable[Reply]]) -> Reply:
    """Do what was asked, in the name of whoever asked and on the word of whoever allows it."""
    plea = await plead.pending(command.code, call.person, call.world)
    require(needed(plea.need), call.request, call.workspace)
    asker = call.workspace.people.get(plea.person)
    if asker is None:
        raise Problem("plea-over", plea=plea.code)
    place = Place(plea.platform, plea.chat, plea.thread)
    asked = Request(plea.text, place, plea.address, call.tongue, asker, alert=plea.alert)
    theirs = replace(call, request=asked, approver=call.person.id)
    reply = await carry_out(theirs)
    await plead.settle(plea, call.person, call.via, call.world, allowed=True)
    return reply


async def deny(command: Deny, call: Call) -> Reply:
    plea = await plead.pending(command.code, call.person, call.world)
    require(needed(plea.need), call.request, call.workspace)
    await plead.settle(plea, call.person, call.via, call.world, allowed=False)
    return Reply((said_card("plea-refused", call.tongue),), is_private=True)


async def audit(command: Audit, call: Call) -> Reply:
    """`audit`, `audit #7f3k`, `audit 李伟 last week`."""
    wanted = wanted_of(command.words, call)
    entries = await read_audit(wanted, call.world)
    return Reply((audit_card(entries, wanted.of, call.workspace, call.tongue, call.now),), is_private=True)


async def check(_: Check, call: Call) -> Reply:
    """Which rules lack an objective, an owner, steps or a review."""
    workspace = call.workspace
    roles = {duty.role for person in workspace.people.values() for duty in person.duties}
    today = call.now.astimezone(workspace.zone).date()
    return Reply((upkeep_card(lacking(workspace.rules, roles, today), len(workspace.rules), call.tongue),))


def wanted_of(words: str, call: Call) -> Wanted:
    """Read whom, which rule or which alert, and a period in business time; either may be left out."""
    words = words.strip()
    known = call.lexicon.people.at(words.lower())
    if known:
        return _within(Wanted(known[0]), words[known[1] :], call)
    try:
        return _within(Wanted(), words, call)
    except Problem:
        found = _OF.fullmatch(words)
        if found is None:
            raise
        rules = {rule.id for rule in call.workspace.rules}
        of = found[1] if found[1] in rules else found[1].lower()
        return _within(Wanted(of), found[2], call)


def _within(wanted: Wanted, said: str, call: Call) -> Wanted:
    if not said.strip():
        return wanted
    workspace = call.workspace
    window = read_period(said.strip(), call.wall, workspace.events, fiscal_starts=workspace.fiscal_starts).window

    def moment(wall: datetime) -> datetime:
        return wall.replace(tzinfo=workspace.zone).astimezone(UTC)

    return replace(wanted, first=moment(window.start), last=moment(window.end))


async def looked_up(words: str, workspace: Workspace, world: World, tongue: Tongue) -> Sequence[Entry]:
    """Return what somebody at the terminal asks for: whoever can open the store may read all of it."""
    catalog = workspace.catalog
    lexicon = Lexicon.of(catalog.metrics.values(), catalog.dimensions.values(), workspace.people.values())
    asked = Request(words, Place("terminal", "terminal"), "terminal", tongue)
    return await read_audit(wanted_of(words, Call(asked, workspace, world, lexicon)), world)


def audit_text(entries: Sequence[Entry], workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    return plain(audit_card(entries, "", workspace, tongue, now), width=160)


def audit_json(entries: Sequence[Entry]) -> dict[str, Any]:
    """Return {entries: [{at, realm, subject, about, actor, platform, address, approver, deed, before, after}]}."""
    return {"entries": [_entry_json(entry) for entry in entries]}


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at.isoformat(),
        "realm": str(entry.realm),
        "subject": entry.subject,
        "about": entry.about,
        "actor": entry.actor,
        "platform": entry.origin.platform,
        "address": entry.origin.address,
        "approver": entry.origin.approver,
        "deed": entry.deed,
        "before": dict(entry.before),
        "after": dict(entry.after),
    }


async def refused(problem: Forbidden, card: Card, asked: Request, workspace: Workspace, world: World) -> Card:
    """Keep what somebody we know was refused, and offer to ask those who may."""
    need = problem.facts.get("right")
    if asked.person is None or asked.only is not None or problem.code != "forbidden-right" or need is None:
        return card
    place = asked.place
    plea = Plea(
        code=plead.new_code(),
        at=world.clock.now(),
        person=asked.person.id,
        address=asked.actor,
        platform=place.platform,
        chat=place.chat,
        thread=place.thread,
        alert=asked.alert,
        text=asked.text,
        need=str(need),
    )
    await plead.keep_refusal(plea, world)
    return with_offers(card, plea.code, those_who(needed(plea.need), workspace))
