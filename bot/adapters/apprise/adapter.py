"""SMS, ntfy and webhooks: one address for each platform, in which the reader's own place is filled in, by Apprise.

Apprise tells only whether it worked. It throttles by sleeping in its thread; we leave that to the queue, and turn it
off. A text message is one line and a link; what an endless one would cost, nobody wants to pay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import structlog

from bot.chat.card import Buttons, Card
from bot.chat.pace import Pace, Rate
from bot.chat.plain import plain
from core.notices.outbox import Dead, Outcome, Retry, Sent, Wait

if TYPE_CHECKING:
    from bot.chat.adapter import Answer
    from bot.chat.links import Links
    from core.notices.notice import Place

log = structlog.get_logger()

MAX_SHORT = 120  # letters before the link: two parts of a text message in Chinese
BLANK = "{to}"
UNSAID = Rate(30, 60)


@dataclass(frozen=True, slots=True)
class Relay:
    """How a platform is reached: Apprise's address with a blank for its reader, or one address for each name."""

    platform: str
    addresses: Mapping[str, str]  # by name; "" is for any reader, whose address fills the blank
    is_short: bool = False
    rate: Rate = UNSAID

    def address(self, chat: str) -> str | None:
        known = self.addresses.get(chat)
        return known or (self.addresses[""].replace(BLANK, quote(chat, safe="+")) if "" in self.addresses else None)

    def __repr__(self) -> str:
        return f"Relay({self.platform})"


class AppriseAdapter:
    """`notify` sends one message and says whether that worked; Apprise's own, unless a test brings another."""

    def __init__(
        self,
        line: Relay,
        links: Links | None = None,
        *,
        notify: Callable[[str, str, str, Card], bool] | None = None,
        ticks: Callable[[], float] | None = None,
    ) -> None:
        from time import monotonic

        self._line = line
        self._links = links
        self._notify = notify or _notify
        self._ticks = ticks or monotonic
        self._paces: dict[str, Pace] = {}
        self._up = False

    @property
    def platform(self) -> str:
        return self._line.platform

    @property
    def is_up(self) -> bool:
        return self._up

    async def run(self, answer: Answer) -> None:  # noqa: ARG002 - what only listens brings no requests
        self._up = True
        try:
            await asyncio.Event().wait()
        finally:
            self._up = False

    async def post(self, place: Place, card: Card, key: str) -> Outcome:  # noqa: ARG002 - nothing can be looked up there
        address = self._line.address(place.chat)
        if address is None:
            return Dead("no-such-address")
        if seconds := self._paces.setdefault(place.chat, Pace((self._line.rate,), self._ticks)).take():
            return Wait(seconds)
        link = self._links.to(place, card.about) if self._links and card.about else ""
        title, body = ("", short(card, link)) if self._line.is_short else (card.title, whole(card, link))
        if await asyncio.to_thread(self._notify, address, title, body, card):
            return Sent("")
        log.warning("a message was not taken", platform=self.platform)
        return Retry("not-taken")

    async def edit(self, place: Place, receipt: str, card: Card) -> Outcome:  # noqa: ARG002 - what was said stays said
        return Sent("")


def short(card: Card, link: str) -> str:
    """Return the card in a line, and where the rest of it is."""
    said = " ".join((card.summary or card.title).split())
    said = said if len(said) <= MAX_SHORT else said[: MAX_SHORT - 1] + "…"
    return f"{said} {link}".rstrip()


def whole(card: Card, link: str) -> str:
    words = Card("", card.tongue, card.tone, tuple(block for block in card.blocks if not isinstance(block, Buttons)))
    return "\n\n".join(filter(None, (plain(words, 60), link)))


def _notify(address: str, title: str, body: str, card: Card) -> bool:
    import apprise

    from bot.chat.card import Tone

    kinds: dict[Tone, Any] = {
        Tone.BAD: apprise.NotifyType.FAILURE,
        Tone.WARNING: apprise.NotifyType.WARNING,
        Tone.GOOD: apprise.NotifyType.SUCCESS,
        Tone.PLAIN: apprise.NotifyType.INFO,
    }
    way = apprise.Apprise.instantiate(address, suppress_exceptions=True)
    if way is None:
        return False
    way.request_rate_per_sec = 0  # it is the seconds between two sends, slept in a thread; our queue paces us
    return bool(way.notify(body=body, title=title, notify_type=kinds[card.tone]))
