"""What our messages show, and what follows their words: the chart, put into the message itself, and what was cut off.

A chart never delays a word. Words that are too many for a caption keep their message, and the chart stands below it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from traceback import format_exception
from typing import TYPE_CHECKING

import structlog
from telegram.error import RetryAfter, TelegramError

from bot.adapters.telegram.failure import is_photo, is_unchanged, outcome_of
from bot.adapters.telegram.render import MAX_CAPTION, MAX_TEXT, render
from bot.adapters.telegram.speech import add_rest, amend, illustrate, put_in
from bot.chat.adapter import CHART_AFTER
from bot.chat.shown import Memory, Shown, whole
from core.notices.outbox import Wait

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from telegram import Bot

    from bot.chat.card import Card
    from core.charts.figure import Figure
    from core.notices.notice import Place

TRIES = 3
LONGEST_NAP = 30.0  # seconds that a chart waits for a rate limit

Draw = Callable[["Figure"], bytes]

# A bug is written out by format_exception: structlog would show what each frame held, our token among it.
log = structlog.get_logger()


class Following:
    """Knows what our messages show."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._memory = Memory()

    def said(self, receipt: str, card: Card, *, is_photo: bool) -> Shown:
        shown = self._memory.keep(receipt, card)
        shown.is_photo = is_photo
        shown.drawn = shown.wanted[:1] if is_photo else ()
        return shown

    async def amend(self, bot: Bot, receipt: str, card: Card) -> Shown:
        """Make a message show this card; whether it is a picture is found out, if we have forgotten."""
        shown = self._memory.keep(receipt, card)
        async with shown.turn:
            try:
                await _amend(bot, receipt, shown)
            except TelegramError as failure:
                if not is_photo(failure):
                    raise
                shown.is_photo = True
                await _amend(bot, receipt, shown)
            else:
                shown.is_photo = shown.is_photo or False
        return shown

    async def complete(self, bot: Bot, place: Place, receipt: str, shown: Shown) -> None:
        """Let follow what a message is still without."""
        try:
            if not shown.has_rest and not _is_whole(shown):
                shown.has_rest = True
                await add_rest(bot, place, receipt, whole(shown.card))
            await asyncio.sleep(CHART_AFTER)
            while (wanted := shown.wanted[:1]) and wanted != shown.drawn:  # it may have changed while we drew
                shown.drawn = wanted
                if png := await self.png(wanted[0]):
                    await _patiently(partial(self._put, bot, place, receipt, shown, png))
        except TelegramError as failure:
            log.warning("a chart or the rest was not sent", outcome=str(outcome_of(failure)))

    async def _put(self, bot: Bot, place: Place, receipt: str, shown: Shown, png: bytes) -> None:
        async with shown.turn:
            if not shown.is_photo and not render(shown.card, MAX_CAPTION, is_caption=True).is_whole:
                shown.apart = await illustrate(bot, place, receipt, png, shown.apart)
                return
            await put_in(bot, receipt, png, shown.card)
            shown.is_photo = True

    async def png(self, figure: Figure) -> bytes | None:
        """Return a drawn figure; a chart that cannot be drawn is a bug, but no reason to keep the words back."""
        [drawn] = await asyncio.gather(asyncio.to_thread(self._draw, figure), return_exceptions=True)
        if isinstance(drawn, BaseException):
            log.error("a bug while drawing", exception="".join(format_exception(drawn)))
            return None
        return drawn


async def _amend(bot: Bot, receipt: str, shown: Shown) -> None:
    try:
        await amend(bot, receipt, shown.card, is_photo=bool(shown.is_photo))
    except TelegramError as failure:
        if not is_unchanged(failure):  # its chart may have changed all the same
            raise


def _is_whole(shown: Shown) -> bool:
    is_caption = bool(shown.is_photo)
    return render(shown.card, MAX_CAPTION if is_caption else MAX_TEXT, is_caption=is_caption).is_whole


async def _patiently(do: Callable[[], Awaitable[None]]) -> None:
    """Do it, and sit a rate limit out: nobody waits for a chart."""
    for _ in range(TRIES - 1):
        try:
            return await do()
        except RetryAfter as failure:
            outcome = outcome_of(failure)
            await asyncio.sleep(min(outcome.seconds, LONGEST_NAP) if isinstance(outcome, Wait) else 0)
        except TelegramError as failure:
            if not is_unchanged(failure):
                raise
            return None
    return await do()
