"""How Beacon itself is, asked in chat."""

from __future__ import annotations

from bot.cards.health import health_card
from bot.chat.reply import Reply
from bot.commands.call import Call
from bot.commands.command import Health
from core.usecases.health import health as look


async def health(_: Health, call: Call) -> Reply:
    return Reply((health_card(await look(call.world.store, call.world.clock), call.workspace, call.tongue),))
