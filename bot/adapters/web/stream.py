"""What is pushed to one open page, as server-sent events: message, edit, board, clock.

Nothing here is a record. A page that was away reads the timeline and the board afresh when it is back.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.adapters.web.adapter import WebAdapter
    from bot.adapters.web.render import Json

TICK = 1.0  # seconds between looks at the demo's clock
PING = 15.0  # seconds of silence after which a proxy may think that nobody is there
RETRY_MS = 1500


async def stream(
    web: WebAdapter, chat: str, clock: Callable[[], Json | None] | None, *, tick: float = TICK, ping: float = PING
) -> AsyncIterator[str]:
    """Yield events until the page goes away or we do."""
    yield f"retry: {RETRY_MS}\n\n"
    shown: Json | None = None
    silent = 0.0
    with web.watching(chat) as queue:
        while True:
            if clock is not None and (now := clock()) != shown:
                shown, silent = now, 0.0
                yield written("clock", now)
            wait = tick if clock is not None else ping
            try:
                event = await asyncio.wait_for(queue.get(), wait)
            except TimeoutError:
                silent += wait
                if silent >= ping:
                    silent = 0.0
                    yield ": here\n\n"
                continue
            if event is None:
                return
            yield written(event.kind, event.body)


def written(kind: str, body: Any) -> str:
    # JSON holds no line break of its own, so one data line is enough.
    return f"event: {kind}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"
