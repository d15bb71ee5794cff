"""Keeping a slice quiet on purpose: a preview first, a button to agree, a list, and an end."""

from __future__ import annotations

from bot.cards.mute import agreed_card, lifted_card, mutes_card, preview_card
from bot.chat.reply import Reply
from bot.commands.call import Call
from bot.commands.command import Mute, Mutes, Unmute
from bot.commands.reading import moment_of
from core.document import suggesting
from core.errors import Missing, Problem
from core.labels import Matcher
from core.usecases import mute as muting
from core.usecases.explain import define

_NOW = frozenset({"", "now", "现在", "即刻"})


async def mute(command: Mute, call: Call) -> Reply:
    """Show what it would hide; said with the draft's name and yes, put it in force."""
    if command.draft:
        agreed = await muting.agree(command.draft, call.person, call.via, call.world, call.workspace)
        return Reply((agreed_card(agreed, call.workspace, call.tongue, call.now),))
    if not command.until:
        raise Problem("mute-until")
    start = None if command.start.lower() in _NOW else moment_of(command.start, call)
    until = moment_of(command.until, call)
    match, who = _match(command, call), call.person
    preview = await muting.propose(match, start, until, command.why, who, call.world, call.workspace)
    return Reply((preview_card(preview, call.workspace, call.tongue, call.now),), is_private=True)


async def mutes(_: Mutes, call: Call) -> Reply:
    return Reply((mutes_card(await muting.in_force(call.world), call.workspace, call.tongue, call.now),))


async def unmute(command: Unmute, call: Call) -> Reply:
    kept = await muting.lift(command.mute, call.person, call.via, call.world, call.workspace)
    return Reply((lifted_card(kept, call.workspace, call.tongue),))


def _match(command: Mute, call: Call) -> tuple[Matcher, ...]:
    """Return what it fits: a metric means the rules that watch it."""
    known = [rule.id for rule in call.workspace.rules]
    for name in (value for one in command.where if one.dimension == "rule" for value in one.values):
        if name.isidentifier() and name not in known:  # a pattern, or `data:ads`, is not a rule of the files
            raise Missing("unknown-rule", **suggesting(name, known, name=name))
    if not command.metrics:
        return command.where
    rules = {rule.id: None for name in command.metrics for rule in define(name, call.workspace).rules}
    if not rules:
        raise Missing("no-rule-watches", metric=command.metrics[0])
    return (*command.where, Matcher("rule", tuple(rules)))
