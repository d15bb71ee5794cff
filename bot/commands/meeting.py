"""The weekly meeting's pack in chat: a card to go through together, and a workbook for whoever asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cards.meeting import meeting_card, workbook
from bot.chat.reply import Reply
from core.usecases.meeting import meeting as make_meeting

if TYPE_CHECKING:
    from bot.commands.call import Call
    from core.routing.digests import Plan


async def meeting(plan: Plan, call: Call, *, excel: bool) -> Reply:
    found = await make_meeting(plan, call.workspace, call.world)
    files = (workbook(found, call.workspace, call.tongue),) if excel else ()
    return Reply((meeting_card(found, call.workspace, call.tongue),), files=files)
