"""From what somebody said to what we answer: read it, ask whether they may, do it, and say so.

Every chat, every button and the command line come in here. It is one of the four places that catch broadly: a Problem
is told as a card, and anything else is ours, written to the log under a reference that the reader can name.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import structlog

from bot.cards.problem import bug_card, problem_card
from bot.chat.reply import Reply
from bot.chat.request import Request
from bot.commands import (
    access,
    alerts,
    ask,
    digest,
    explain,
    follow_up,
    home,
    imports,
    linking,
    mutes,
    put,
    respond,
    review,
    said_rule,
    why,
)
from bot.commands import board as boards
from bot.commands import health as well
from bot.commands import storm as storms
from bot.commands.call import Call
from bot.commands.command import (
    Accept,
    Ack,
    Adopt,
    Alerts,
    Allow,
    Approve,
    Ask,
    Assign,
    Audit,
    Board,
    Cause,
    Chain,
    Check,
    Close,
    Command,
    Decline,
    Define,
    Deny,
    Digest,
    Done,
    Drivers,
    Drop,
    Duty,
    Escalate,
    Funnel,
    HandOff,
    Health,
    Help,
    Home,
    IAm,
    Import,
    Imports,
    Incident,
    Judge,
    Lines,
    Link,
    Loss,
    Metrics,
    Mine,
    More,
    Mute,
    Mutes,
    Plead,
    Promise,
    Promises,
    Put,
    Reject,
    Reopen,
    Review,
    Route,
    Rule,
    Share,
    Shared,
    Show,
    Snooze,
    Storm,
    Undo,
    Unmute,
    Unshare,
    Why,
)
from bot.commands.follow import Conversations
from bot.commands.lexicon import Lexicon
from bot.commands.parse import parse
from bot.commands.permission import Need, require, require_about
from core.errors import Forbidden, Problem
from core.metrics.catalog import Catalog
from core.people.person import Deed, Person, Right
from core.ports import Store, World
from core.workspace import Workspace

log = structlog.get_logger()

MOST_TAKEN = 10_000  # events that are remembered; a platform brings one again within the hour

Handler = Callable[[Any, Call], Awaitable[Reply]]


async def _allow(command: Allow, call: Call) -> Reply:
    if link := await linking.asked(command.code, call):
        return await linking.answer(link, call, _obey_said, allowed=True)
    return await access.allow(command, call, carry_out)


async def _deny(command: Deny, call: Call) -> Reply:
    if link := await linking.asked(command.code, call):
        return await linking.answer(link, call, _obey_said, allowed=False)
    return await access.deny(command, call)


async def _link(command: Link, call: Call) -> Reply:
    return await linking.link_up(command, call, _obey_said)


async def _obey_said(call: Call) -> Reply:
    return await obey(_read(call), call)


REGISTER: dict[type[Command], tuple[Need, Handler]] = {
    Ask: (Right.READ, ask.ask),
    Metrics: (Right.READ, explain.metrics),
    Define: (Right.READ, explain.define),
    Why: (Right.READ, explain.why),
    Drivers: (Right.READ, why.drivers),
    Funnel: (Right.READ, why.funnel),
    Lines: (Right.READ, why.lines),
    Route: (Right.READ, explain.route),
    Health: (Right.READ, well.health),
    Help: (Right.READ, explain.help_),
    Alerts: (Right.READ, alerts.alerts),
    Show: (Right.READ, alerts.show),
    Board: (Right.READ, boards.board),
    Share: (Deed.SHARE, boards.share),
    Shared: (Deed.SHARE, boards.shares),
    Unshare: (Deed.SHARE, boards.unshare),
    Duty: (Right.READ, explain.duty),
    Digest: (Right.READ, digest.digest),
    Put: (Right.ACT, put.put),
    Imports: (Right.READ, imports.imports),
    Import: (Right.ACT, imports.import_),
    Ack: (Deed.ACK, respond.ack),
    Assign: (Deed.ASSIGN, respond.assign),
    Accept: (Deed.ACK, respond.accept),
    Decline: (Deed.ACK, respond.decline),
    Escalate: (Deed.ASSIGN, respond.escalate),
    Snooze: (Deed.MUTE, respond.snooze),
    Close: (Deed.CLOSE, respond.close),
    Reopen: (Deed.CLOSE, respond.reopen),
    HandOff: (Deed.ASSIGN, follow_up.hand_off),
    Done: (Deed.ACK, follow_up.done),
    Undo: (Deed.ACK, follow_up.undo),
    Promise: (Deed.ACK, follow_up.promise),
    Drop: (Deed.ACK, follow_up.drop),
    Promises: (Right.READ, follow_up.promises),
    Mine: (Deed.ACK, follow_up.mine),
    Home: (Right.READ, home.home),
    Cause: (Deed.ACK, follow_up.cause),
    Judge: (Deed.ACK, follow_up.judge),
    Loss: (Deed.CLOSE, follow_up.loss),
    Approve: (Deed.READ, follow_up.approve),
    Reject: (Deed.READ, follow_up.reject),
    More: (Right.READ, follow_up.more),
    Plead: (Deed.READ, access.plead_for),
    Allow: (Deed.READ, _allow),  # whoever may do it themselves, which is asked there
    Deny: (Deed.READ, _deny),
    Link: (Right.READ, _link),
    IAm: (Right.READ, linking.i_am),
    Audit: (Deed.AUDIT, access.audit),
    Check: (Deed.DEFINE, access.check),
    Chain: (Right.READ, review.chain),
    Review: (Right.READ, review.review),
    Adopt: (Deed.DEFINE, review.adopt),
    Incident: (Deed.ACK, review.incident),
    Rule: (Deed.DEFINE, said_rule.said_rule),
    Storm: (Right.READ, storms.storm),
    Mute: (Deed.MUTE, mutes.mute),
    Mutes: (Right.READ, mutes.mutes),
    Unmute: (Deed.MUTE, mutes.unmute),
}


async def answer(request: Request, workspace: Workspace, world: World) -> Reply:
    """Return what to say; nothing at all when this event was answered before.

    That a question was taken is remembered here alone: asked again after we stopped, it is answered again, and
    nothing else comes of it. What somebody does is written down.
    """
    try:
        call = Call(request, workspace, world, lexicon_of(workspace), _memory_of(world).conversations)
        command = imports.of_file(request) or _read(call)
        require_about(command, request)
        if request.event and not await _is_first(request, request.event, world, reads=isinstance(command, Ask)):
            return Reply()
        return await obey(command, call)
    except Forbidden as problem:
        card = problem_card(problem, request.tongue, workspace)
        if request.person is None:
            return await linking.offered(card, request, workspace, world)
        return Reply(
            (await access.refused(problem, card, request, workspace, world),), is_private=True, is_refusal=True
        )
    except Problem as problem:
        return Reply((problem_card(problem, request.tongue, workspace),), is_private=True, is_refusal=True)
    except Exception:
        reference = token_hex(3)
        log.exception("a command failed", reference=reference, text=request.text, platform=request.place.platform)
        return Reply((bug_card(reference, request.tongue),), is_private=True, is_refusal=True)


async def obey(command: Command, call: Call) -> Reply:
    """Do what was said, if its speaker may; a Problem says why not."""
    right, handle = REGISTER[type(command)]
    require(right, call.request, call.workspace)
    return await handle(command, call)


async def carry_out(call: Call) -> Reply:
    """Do what somebody asked to be let do: on the word of whoever allowed it, and nobody else is asked."""
    command = _read(call)
    _, handle = REGISTER[type(command)]
    return await handle(command, call)


def _read(call: Call) -> Command:
    request = call.request
    return parse(request.text, call.lexicon, thread=request.alert, platform=request.place.platform)


async def _is_first(request: Request, event: str, world: World, *, reads: bool) -> bool:
    taken, name = _memory_of(world).taken, (request.place.platform, event)
    if name in taken:
        return False
    taken[name] = None
    if len(taken) > MOST_TAKEN:
        del taken[next(iter(taken))]
    if reads:
        return True
    async with world.store.begin() as tx:
        return await tx.is_first(request.place.platform, event, world.clock.now())


@dataclass(frozen=True, slots=True)
class _Memory:
    """What one house remembers while it runs: the events it took lately, and what was asked before."""

    store: Store
    taken: dict[tuple[str, str], None] = field(default_factory=dict)
    conversations: Conversations = field(default_factory=Conversations)


_memories: list[_Memory] = []  # of the last house that answered: there is one


def _memory_of(world: World) -> _Memory:
    if not (_memories and _memories[0].store is world.store):
        _memories[:] = [_Memory(world.store)]
    return _memories[0]


_lexicons: list[tuple[Catalog, Mapping[str, Person], Lexicon]] = []  # of the last asked for: files change


def lexicon_of(workspace: Workspace) -> Lexicon:
    catalog, people = workspace.catalog, workspace.people
    if not (_lexicons and _lexicons[0][0] is catalog and _lexicons[0][1] is people):
        lexicon = Lexicon.of(catalog.metrics.values(), catalog.dimensions.values(), people.values())
        _lexicons[:] = [(catalog, people, lexicon)]
    return _lexicons[0][2]
