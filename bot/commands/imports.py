"""`imports`: what became of each file and batch that was taken in."""

from __future__ import annotations

from bot.cards.imports import imports_card
from bot.chat.reply import Reply
from bot.commands.call import Call
from bot.commands.command import Imports
from core.ports import Keeps


async def imports(_: Imports, call: Call) -> Reply:
    found = await call.world.warehouse.intakes() if isinstance(call.world.warehouse, Keeps) else ()
    return Reply((imports_card(found, call.tongue),))
