"""The board in chat, and links by which others look at it: `board by region`, `share board 7d`, `unshare k3m9x2pq`."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.cards.board import board_card
from bot.cards.share import ended_card, share_card, shares_card
from bot.chat.reply import Reply
from bot.commands.call import Call
from bot.commands.command import Board, Share, Shared, Unshare
from core.errors import Missing, Problem
from core.people.share import LASTS
from core.usecases import share as links
from core.usecases.board import board as read_board

_LENGTH = re.compile(
    r"(?:the\s+)?(?:board|dashboard|看板|大盘)?\s*(?:for\s+)?"
    r"(?:(\d{1,4})\s*(h|hours?|小时|个小时|d|days?|天|日|w|weeks?|周|星期))?",
    re.IGNORECASE,
)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_UNITS |= {"小": _UNITS["h"], "个": _UNITS["h"], "天": _UNITS["d"], "日": _UNITS["d"]}
_UNITS |= {"周": _UNITS["w"], "星": _UNITS["w"]}


async def board(command: Board, call: Call) -> Reply:
    seen = await read_board(call.workspace, call.world, command.by or None)
    way = call.world.pages.board(call.request.place) if call.world.pages else ""
    return Reply((board_card(seen, call.workspace, call.tongue, call.now, way=way),))


async def share(command: Share, call: Call) -> Reply:
    """Make a link; whoever holds it looks, so it is said to its maker alone."""
    if call.world.pages is None:
        raise Problem("share-no-pages")
    made = await links.share(_lasts(command.lasts), call.person, call.via, call.world)
    return Reply((share_card(made, call.world.pages.shared(made), call.workspace, call.tongue),), is_private=True)


async def shares(_: Shared, call: Call) -> Reply:
    return Reply((shares_card(await links.shares(call.world), call.workspace, call.tongue),), is_private=True)


async def unshare(command: Unshare, call: Call) -> Reply:
    ended = await links.end(command.code, call.person, call.via, call.world)
    return Reply((ended_card(ended, call.tongue),), is_private=True)


def _lasts(said: str) -> timedelta:
    """Return how long is meant: `board 7d`, `看板 3天`, `for 2 weeks`; a week where nobody says."""
    found = _LENGTH.fullmatch(said.strip())
    if found is None:
        raise Missing("share-how")
    count, unit = found.groups()
    return LASTS if count is None else int(count) * _UNITS[unit[0].lower()]
