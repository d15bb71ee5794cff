"""The port of a chat: what the house asks of a platform, and what a platform asks of the house."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from bot.chat.reply import Reply
from bot.chat.request import Request

if TYPE_CHECKING:
    from datetime import datetime

    from bot.chat.card import Card
    from core.notices.notice import Place
    from core.notices.outbox import Outcome

Answer = Callable[[Request], Awaitable[Reply]]


# Seconds that a chart is drawn after its words were said: what became of these is written down first, and a process
# that is killed meanwhile should leave as little in doubt as can be.
CHART_AFTER = 0.5


@dataclass(frozen=True, slots=True)
class Room:
    """How much fits in somewhere: `burst` messages at once, then one `every` so often. All processes share it."""

    key: str
    every: timedelta
    burst: int = 1


class Adapter(Protocol):
    @property
    def platform(self) -> str: ...

    @property
    def is_up(self) -> bool:
        """Whether it can hear and speak now."""
        ...

    async def run(self, answer: Answer) -> None:
        """Listen until cancelled, handing each request to `answer`."""
        ...

    async def post(self, place: Place, card: Card, key: str) -> Outcome:
        """Say a card in a chat. `key` is the delivery's own, to find a message whose answer was lost."""
        ...

    async def edit(self, place: Place, receipt: str, card: Card) -> Outcome:
        """Make an earlier message show this card."""
        ...


@runtime_checkable
class Finds(Protocol):
    """A chat that can be asked whether a message came through whose answer was lost, be it with the process."""

    async def find(self, place: Place, card: Card, key: str, since: datetime) -> Outcome | None:
        """Return Sent if it did, None if it did not, or why that cannot be told now."""
        ...


@runtime_checkable
class Paced(Protocol):
    """A chat that refuses who speaks too often."""

    def rooms(self, place: Place, receipt: str | None, *, is_human: bool) -> tuple[Room, ...]:
        """Return what must have room for a message there, or for an edit of one; whose hand caused it goes first."""
        ...
