"""From what somebody said to what we answer: read it, ask whether they may, do it, and say so.

Every chat, every button and the command line come in here. It is one of the four places that catch broadly: a Problem
is told as a card, and anything else is ours, written to the log under a reference that the reader can name.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from secrets import token_hex
from typing import Any

import structlog

from bot.cards.problem import bug_card, problem_card
from bot.chat.reply import Reply
from bot.chat.request import Request
from bot.commands import access, alerts, ask, explain, follow_up, mutes, put, respond, why
from bot.commands import storm as storms
from bot.commands.call import Call
from bot.commands.command import (
    Accept,
    Ack,
    Alerts,
    Approve,
    Ask,
    Assign,
    Board,
    Cause,
    Close,
    Command,
    Decline,
    Define,
    Digest,
    Done,
    Drop,
    Escalate,
    HandOff,
    Help,
    Drivers,
    Judge,
    Loss,
    Funnel,
    Metrics,
    Mine,
    More,
    Lines,
    Mute,
    Mutes,
    Promise,
    Promises,
    Put,
    Reject,
    Reopen,
    Route,
    Show,
    Snooze,
    Storm,
    Undo,
    Unmute,
    Why,
)
from bot.commands.lexicon import Lexicon
from bot.commands.parse import parse
from bot.commands.permission import require, require_about
from core.errors import Problem
from core.people.person import Right
from core.ports import World
from core.workspace import Workspace

log = structlog.get_logger()

Handler = Callable[[Any, Call], Awaitable[Reply]]

REGISTER: dict[type[Command], tuple[Right, Handler]] = {
    Ask: (Right.READ, ask.ask),
    Metrics: (Right.READ, explain.metrics),
    Define: (Right.READ, explain.define),
    Why: (Right.READ, explain.why),
    Route: (Right.READ, explain.route),
    Help: (Right.READ, explain.help_),
    Alerts: (Right.READ, alerts.alerts),
    Show: (Right.READ, alerts.show),
    Board: (Right.READ, alerts.board),
    Digest: (Right.READ, alerts.digest),
    Put: (Right.ACT, put.put),
    Drivers: (Right.READ, why.drivers),
    Funnel: (Right.READ, why.funnel),
    Lines: (Right.READ, why.lines),
    Ack: (Right.ACT, respond.ack),
    Assign: (Right.ACT, respond.assign),
    Accept: (Right.ACT, respond.accept),
    Decline: (Right.ACT, respond.decline),
    Escalate: (Right.ACT, respond.escalate),
    Snooze: (Right.ACT, respond.snooze),
    Close: (Right.ACT, respond.close),
    Reopen: (Right.ACT, respond.reopen),
    HandOff: (Right.ACT, follow_up.hand_off),
    Done: (Right.ACT, follow_up.done),
    Undo: (Right.ACT, follow_up.undo),
    Promise: (Right.ACT, follow_up.promise),
    Drop: (Right.ACT, follow_up.drop),
    Promises: (Right.READ, follow_up.promises),
    Mine: (Right.ACT, follow_up.mine),
    Cause: (Right.ACT, follow_up.cause),
    Judge: (Right.ACT, follow_up.judge),
    Loss: (Right.ACT, follow_up.loss),
    Approve: (Right.ACT, follow_up.approve),
    Reject: (Right.ACT, follow_up.reject),
    More: (Right.READ, follow_up.more),
    Storm: (Right.READ, storms.storm),
    Mute: (Right.ACT, mutes.mute),
    Mutes: (Right.READ, mutes.mutes),
    Unmute: (Right.ACT, mutes.unmute),
}


async def answer(request: Request, workspace: Workspace, world: World) -> Reply:
    """Return what to say; nothing at all when this event was answered before."""
    try:
        if request.event and not await _is_first(request, request.event, world):
            return Reply()
        call = Call(request, workspace, world, lexicon_of(workspace))
        command = parse(request.text, call.lexicon, thread=request.alert, platform=request.place.platform)
        require_about(command, request)
        return await obey(command, call)
    except Problem as problem:
        return Reply((problem_card(problem, request.tongue, workspace),), is_private=True)
    except Exception:
        reference = token_hex(3)
        log.exception("a command failed", reference=reference, text=request.text, platform=request.place.platform)
        return Reply((bug_card(reference, request.tongue),), is_private=True)


async def obey(command: Command, call: Call) -> Reply:
    """Do what was said, if its speaker may; a Problem says why not."""
    right, handle = REGISTER[type(command)]
    require(right, call.request, call.workspace)
    return await handle(command, call)


async def _is_first(request: Request, event: str, world: World) -> bool:
    async with world.store.begin() as tx:
        return await tx.is_first(request.place.platform, event, world.clock.now())


_lexicons: list[tuple[Workspace, Lexicon]] = []  # of the last workspace asked for: it changes when files do


def lexicon_of(workspace: Workspace) -> Lexicon:
    if not (_lexicons and _lexicons[0][0] is workspace):
        catalog = workspace.catalog
        lexicon = Lexicon.of(catalog.metrics.values(), catalog.dimensions.values(), workspace.people.values())
        _lexicons[:] = [(workspace, lexicon)]
    return _lexicons[0][1]
