"""What follows a message of ours: its chart, shown inside the card once it is drawn, and the rest of too long a card.

A chart never delays a word. It is given to Slack by itself and shown by an edit; where Slack will not show it so, it
goes into the card's thread. https://docs.slack.dev/reference/block-kit/blocks/image-block
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from traceback import format_exception
from typing import TYPE_CHECKING

import structlog

from bot.adapters.slack.failure import FAILURES, LIMITED, REFUSED, code_of, outcome_of
from bot.adapters.slack.render import pictures, render
from bot.adapters.slack.speech import amend, illustrate, lay_by, upload
from bot.chat.adapter import CHART_AFTER
from bot.chat.shown import Memory, Shown, whole
from core.notices.outbox import Wait

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.chat.card import Card
    from core.charts.figure import Figure

TRIES = (0.5, 2.0)  # seconds after which a chart that Slack is not done with is shown once more
LONGEST_NAP = 30.0  # seconds that a chart waits for a rate limit

Draw = Callable[["Figure"], bytes]

# A bug is written out by format_exception: structlog would show what each frame held, a token among it.
log = structlog.get_logger()


class Following:
    """Knows what our messages show. `calm` returns when nobody waits for an answer, or has waited long enough."""

    def __init__(self, client: AsyncWebClient, draw: Draw, calm: Callable[[], Awaitable[None]]) -> None:
        self._client = client
        self._draw = draw
        self._calm = calm
        self._pen = asyncio.Semaphore(1)  # charts are drawn and sent one by one
        self._memory = Memory()

    def said(self, receipt: str, card: Card, *, is_illustrated: bool = False) -> Shown:
        shown = self._memory.keep(receipt, card)
        shown.drawn = shown.wanted if is_illustrated else shown.drawn
        return shown

    async def amend(self, receipt: str, card: Card) -> Shown:
        """Make a message show this card, with the charts that it has shown before until its own are there."""
        shown = self._memory.keep(receipt, card)
        async with shown.turn:
            await amend(self._client, receipt, shown.card, shown.files)
        return shown

    async def complete(self, receipt: str, thread: str, shown: Shown) -> None:
        channel = receipt.rpartition(":")[0]
        try:
            if not (shown.has_rest or render(shown.card).is_whole):
                shown.has_rest = True
                file = whole(shown.card)
                await upload(self._client, channel, thread, file.content, file.name, file.name)
            if shown.wanted != shown.drawn:
                await self._draw_in(receipt, thread, shown)
        except FAILURES as failure:
            log.warning("a chart or the rest was not sent", reason=code_of(failure))

    async def _draw_in(self, receipt: str, thread: str, shown: Shown) -> None:
        async with self._pen:
            await self._calm()
            await asyncio.sleep(CHART_AFTER)
            while (wanted := shown.wanted) and wanted != shown.drawn:  # it may have changed while we drew
                titles = [one.alt for one in pictures(shown.card)]
                shown.drawn = wanted
                if (images := await self._drawn(wanted)) is None:
                    return
                files = [await lay_by(self._client, *one) for one in zip(images, titles, strict=True)]
                if await self._is_shown(receipt, shown, tuple(files)):
                    continue
                for image, title in zip(images, titles, strict=True):
                    await upload(self._client, receipt.rpartition(":")[0], thread, image, title)

    async def _drawn(self, figures: Sequence[Figure]) -> list[bytes] | None:
        """Return the charts; one that cannot be drawn is a bug, but no reason to keep anything else back."""
        try:
            return [await asyncio.to_thread(self._draw, one) for one in figures]
        except Exception as bug:  # noqa: BLE001 - whatever a drawing stumbles over
            log.error("a bug while drawing", exception="".join(format_exception(bug)))  # noqa: TRY400 - see `log`
            return None

    async def _is_shown(self, receipt: str, shown: Shown, files: tuple[str, ...]) -> bool:
        """Show a card with its charts; False where Slack will not have them there."""
        for pause in (*TRIES, 0.0):
            async with shown.turn:
                try:
                    await illustrate(self._client, receipt, shown.card, files)
                except FAILURES as failure:
                    code, outcome = code_of(failure), outcome_of(failure)
                    if code not in REFUSED | LIMITED:
                        raise
                else:
                    shown.files = files
                    return True
            await asyncio.sleep(min(outcome.seconds, LONGEST_NAP) if isinstance(outcome, Wait) else pause)
        return False
