"""Acting on a whole card of alerts: all of it, one's own, the slice that most share, or the list."""

from __future__ import annotations

from bot.cards.board import alerts_card
from bot.cards.storm import is_going_on, storm_card
from bot.chat.card import Card, Prose, Tone
from bot.chat.reply import Reply
from bot.commands.call import Call
from bot.commands.command import Storm
from bot.commands.permission import require
from bot.commands.reading import moment_of
from bot.phrases import say
from core.people.person import Deed
from core.usecases.crowd import Done, Seen, ack_all, find_group, snooze_slice


async def storm(command: Storm, call: Call) -> Reply:
    """Do what the button says; looking is anybody's, acting is not."""
    if command.verb in ("ack", "snooze"):
        if not call.approver:
            require(Deed.ACK if command.verb == "ack" else Deed.MUTE, call.request, call.workspace)
        return _done(command, await _act(command, call), call)
    gathered = await find_group(command.group, call.world)
    async with call.world.store.begin() as tx:
        holds = await tx.holds()
    if not command.verb:
        return Reply((storm_card(gathered, call.workspace, call.tongue, call.now, holds=holds),))
    me = call.request.person.id if call.request.person else None
    shown = sorted(
        (one for one in gathered.alerts if is_going_on(one) and (command.verb == "list" or one.owner == me)),
        key=lambda alert: -alert.severity,
    )
    card = alerts_card(shown, call.workspace, call.tongue, call.now, holds=holds)
    return Reply((card,), is_private=True)


async def _act(command: Storm, call: Call) -> Done:
    seen = Seen(*command.seen) if command.seen else None
    if command.verb == "ack":
        return await ack_all(command.group, seen, call.person, call.via, call.world, call.workspace)
    until = moment_of(command.until or "2h", call)
    return await snooze_slice(command.group, seen, until, call.person, call.via, call.world, call.workspace)


def _done(command: Storm, done: Done, call: Call) -> Reply:
    title = say(f"storm-{command.verb}-done", call.tongue, count=len(done.changes))
    blocks = (Prose(say("storm-stale", call.tongue, count=len(done.stale))),) if done.stale else ()
    return Reply((Card(title, call.tongue, Tone.PLAIN, blocks, title),))
