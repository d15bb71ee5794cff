"""Rows behind an address: asked for when they are due, and laid down as a file for the warehouse to take in.

What an address answers is often only the last days, so each day's answer is kept, and of the days that two of them
tell the newer counts. A failed pull, on whichever page, and one whose columns are no longer those of the source leave
the last good one standing; what is late is then told like any late fact.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from os import environ
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from core.errors import Missing, Problem, Unavailable
from core.ingest.inbox import FileInbox
from core.ingest.pages import MOST_PAGES, next_page
from core.ingest.rows import read_answer, rows_at
from core.ports import Attests, Keeps, Stamps
from core.quality.provenance import UNKNOWN

if TYPE_CHECKING:
    from core.calendar.grain import Window
    from core.cube.cube import Cube
    from core.cube.query import Query
    from core.metrics.source import Pull, Source
    from core.ports import Arrival, Intake, Warehouse
    from core.quality.provenance import Provenance

MOST_BYTES = 64_000_000
SECONDS = 20.0
_SETTING = re.compile(r"\$\{(\w+)\}")
_OK = 200


async def pull(source: Source, asked: Pull, inbox: FileInbox) -> None:
    """Ask the address once, page by page, and keep what it answers."""
    rows = await _rows(asked)
    day = datetime.now(UTC).date().isoformat()
    await asyncio.to_thread(inbox.keep, source, rows, f"pulled-{day}.csv")


async def _rows(asked: Pull) -> Sequence[Any]:
    url, headers = _filled(asked.url), {name: _filled(value) for name, value in asked.headers.items()}
    host, seen, size = urlsplit(url).hostname or "", set[str](), 0
    rows: list[Any] = []
    while True:
        body = await _body(url, headers)
        size += len(body)
        if size > MOST_BYTES or len(seen) == MOST_PAGES:
            raise Problem("pull-too-large", host=host, most=MOST_BYTES // 1_000_000)
        answer = await asyncio.to_thread(read_answer, body)
        found = rows_at(answer, asked.path)
        rows += found
        seen.add(url)
        following = next_page(url, answer, asked, len(seen), len(found))
        if following is None:
            break
        if following in seen:
            raise Problem("pull-goes-round", host=host)
        url = following
    if not rows:
        raise Problem("push-not-rows")
    return rows


async def _body(url: str, headers: Mapping[str, str]) -> bytes:
    import httpx

    host = urlsplit(url).hostname or ""
    try:
        async with (
            httpx.AsyncClient(timeout=SECONDS, follow_redirects=False) as client,  # a secret header goes nowhere else
            client.stream("GET", url, headers=headers) as answer,
        ):
            if answer.status_code != _OK:
                raise Unavailable("pull-refused", host=host, status=answer.status_code)
            body = bytearray()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise Problem("pull-too-large", host=host, most=MOST_BYTES // 1_000_000)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # The error's own text may name the address, and with it a key.
        raise Unavailable("pull-failed", host=host, detail=type(error).__name__) from None
    return bytes(body)


def _filled(text: str) -> str:
    def setting(match: re.Match[str]) -> str:
        if match[1] not in environ:
            raise Missing("pull-no-setting", name=match[1])
        return environ[match[1]]

    return _SETTING.sub(setting, text)


@dataclass(slots=True)
class Pulling:
    """A warehouse that asks addresses before it looks, each when it is due, and waits for none but the first time.

    `tell` hears of what an address did not answer. `sources` is asked each time, for how often may change.
    """

    inner: Warehouse
    sources: Callable[[], Iterable[Source]]
    inbox: FileInbox
    tell: Callable[[str, Problem], None]
    now: Callable[[], float]
    _asked: dict[str, float] = field(default_factory=dict)  # when each was last asked
    _pulling: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def refresh(self) -> tuple[Arrival, ...]:
        is_first = not self._asked
        for source in self.sources():
            if source.pull is None or source.name in self._pulling:
                continue
            if self.now() >= self._asked.get(source.name, -inf) + source.pull.every.total_seconds():
                self._asked[source.name] = self.now()
                self._pulling[source.name] = asyncio.create_task(self._pull(source, source.pull))
        if is_first and self._pulling:
            await asyncio.wait(self._pulling.values())
        return await self.inner.refresh()

    async def fetch(self, query: Query) -> Cube:
        return await self.inner.fetch(query)

    async def provenance(self, source: str, window: Window) -> Provenance:
        return await self.inner.provenance(source, window) if isinstance(self.inner, Attests) else UNKNOWN

    async def stamp(self, source: str) -> str:
        return await self.inner.stamp(source) if isinstance(self.inner, Stamps) else ""

    async def intakes(self) -> tuple[Intake, ...]:
        return await self.inner.intakes() if isinstance(self.inner, Keeps) else ()

    async def aclose(self) -> None:
        for task in self._pulling.values():
            task.cancel()
        await asyncio.gather(*self._pulling.values(), return_exceptions=True)
        await self.inner.aclose()

    async def _pull(self, source: Source, asked: Pull) -> None:
        try:
            await pull(source, asked, self.inbox)
        except Problem as problem:
            self.tell(source.name, problem)
        finally:
            self._pulling.pop(source.name, None)
