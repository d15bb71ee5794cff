"""The port of a chat: what the house asks of a platform, and what a platform asks of the house."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol

from bot.chat.reply import Reply
from bot.chat.request import Request

if TYPE_CHECKING:
    from bot.chat.card import Card
    from core.notices.notice import Place
    from core.notices.outbox import Outcome

Answer = Callable[[Request], Awaitable[Reply]]


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
