"""A chat that only listens: a card is said to a group's robot over HTTP, and nothing comes back but a number.

What was said cannot be changed, so a message has no receipt, and nothing is remembered as shown. A robot keeps no
history either: what may have arrived is said again rather than not at all.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx
import structlog

from bot.adapters.robots.dialect import Dialect, Json, Robot, Speech, encoded
from bot.chat.card import Card, Picture
from bot.chat.pace import Pace
from core.notices.outbox import Dead, Outcome, Retry, Sent, Wait

if TYPE_CHECKING:
    from bot.chat.adapter import Answer
    from bot.chat.links import Links
    from core.charts.figure import Figure
    from core.notices.notice import Place

log = structlog.get_logger()

PATIENCE = 10.0  # seconds for one call


class RobotAdapter:
    """`robots` are the groups' robots by the name that a route calls them (`wecom:ops`)."""

    def __init__(
        self,
        dialect: Dialect,
        robots: Mapping[str, Robot],
        links: Links | None = None,
        *,
        draw: Callable[[Figure], bytes] | None = None,
        now: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dialect = dialect
        self._robots = robots
        self._links = links
        self._draw = draw or _draw
        self._now = now
        self._paces = {name: Pace(dialect.rates, ticks) for name in robots}
        self._tls = ssl.create_default_context()
        self._up = False

    @property
    def platform(self) -> str:
        return self._dialect.platform

    @property
    def is_up(self) -> bool:
        return self._up

    async def run(self, answer: Answer) -> None:  # noqa: ARG002 - a robot brings us no requests
        self._up = True
        try:
            await asyncio.Event().wait()
        finally:
            self._up = False

    async def post(self, place: Place, card: Card, key: str) -> Outcome:  # noqa: ARG002 - there is no history to look it up in
        robot = self._robots.get(place.chat)
        if robot is None:
            return Dead("no-such-robot")
        picture = next((block for block in card.blocks if isinstance(block, Picture)), None)
        png = await self._drawn(picture)
        if seconds := self._paces[place.chat].take(1 + (png is not None)):
            return Wait(seconds)
        link = self._links.to(place, card.about) if self._links and card.about else ""
        chart = f"{link}/chart.png" if link and picture else ""
        outcome = await self._say(robot, self._dialect.message(Speech(card, link, chart)))
        if isinstance(outcome, Sent) and png is not None:
            shown = await self._say(robot, png)
            if not isinstance(shown, Sent):  # the words have been heard, and are not said again for a chart
                log.warning("a chart was not sent", platform=self.platform, outcome=str(shown))
        if not isinstance(outcome, Sent):
            log.warning("a robot refused a message", platform=self.platform, robot=place.chat, outcome=str(outcome))
        return outcome

    async def edit(self, place: Place, receipt: str, card: Card) -> Outcome:  # noqa: ARG002 - what was said stays said
        return Sent("")

    async def _drawn(self, picture: Picture | None) -> Json | None:
        if picture is None or self._dialect.picture(b"") is None:
            return None
        return self._dialect.picture(await asyncio.to_thread(self._draw, picture.figure))

    async def _say(self, robot: Robot, body: Json) -> Outcome:
        url, body = self._dialect.signed(robot, body, self._now())
        headers = {"content-type": "application/json; charset=utf-8"}
        try:
            async with httpx.AsyncClient(timeout=PATIENCE, verify=self._tls) as client:
                with _unwritten(robot.url):
                    response = await client.post(url, content=encoded(body), headers=headers)
        except httpx.InvalidURL:
            return Dead("no-such-robot")
        except httpx.HTTPError as failure:
            return Retry(type(failure).__name__)
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            return Wait(60)
        if response.status_code != HTTPStatus.OK:
            return Retry(f"http-{response.status_code}")
        return self._dialect.outcome(_read(response))


@contextmanager
def _unwritten(address: str) -> Iterator[None]:
    """Keep what quotes this address out of the library's log: a robot's address is its key."""

    def is_fit(record: logging.LogRecord) -> bool:
        return address not in record.getMessage()

    library = logging.getLogger("httpx")
    library.addFilter(is_fit)
    try:
        yield
    finally:
        library.removeFilter(is_fit)


def _read(response: httpx.Response) -> Mapping[str, Any]:
    try:
        said = response.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _draw(figure: Figure) -> bytes:
    from core.charts.draw import draw

    return draw(figure, width=520, height=300, dark=False, scale=2)
