"""What was said on the console, in memory and bounded: the newest messages of each chat.

It is a chat's window, not its record: alerts and their events live in the store. What a restart forgets, the
messenger posts again, because editing a message that is not here answers Repair.
"""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict, deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.chat.card import Buttons

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.chat.card import Card

KEPT = 200  # messages of one chat
STAMP = re.compile(r"\b([0-9a-z]+)@\d+\b")


@dataclass(frozen=True, slots=True)
class Message:
    """Either a card of ours or, when `card` is None, the words of the person `by`.

    `under` is the message whose button was pressed; `alert` the handle that the card's buttons act on.
    """

    id: str
    order: int
    chat: str
    at: datetime
    card: Card | None = None
    text: str = ""
    by: str | None = None
    under: str | None = None
    alert: str | None = None
    revision: int = 1


class Timeline:
    def __init__(self, kept: int = KEPT) -> None:
        # An id carries its process, so that a receipt of yesterday's never names a message of today's.
        self._born = secrets.token_hex(4)
        self._count = 0
        self._kept = kept
        self._messages: OrderedDict[str, Message] = OrderedDict()
        self._chats: dict[str, deque[str]] = {}
        self._keys: OrderedDict[str, str] = OrderedDict()

    def add(
        self,
        chat: str,
        at: datetime,
        *,
        card: Card | None = None,
        text: str = "",
        by: str | None = None,
        under: str | None = None,
    ) -> Message:
        self._count += 1
        name = f"{self._born}-{self._count}"
        alert = alert_of(card) if card else None
        message = Message(name, self._count, chat, at, card, text, by, under, alert)
        self._messages[name] = message
        names = self._chats.setdefault(chat, deque())
        names.append(name)
        while len(names) > self._kept:
            del self._messages[names.popleft()]
        return message

    def find(self, name: str) -> Message | None:
        return self._messages.get(name)

    def edit(self, name: str, card: Card) -> Message | None:
        """Return the message as it now reads, or None when it is not here any more."""
        if (found := self.find(name)) is None:
            return None
        if found.card == card:
            return found
        # A closed alert's card has no button left to say which alert it was.
        changed = replace(found, card=card, alert=alert_of(card) or found.alert, revision=found.revision + 1)
        self._messages[name] = changed
        return changed

    def posted(self, key: str) -> Message | None:
        """Return the message of a delivery that was made before, if it is still here."""
        name = self._keys.get(key)
        return self.find(name) if name else None

    def remember(self, key: str, message: Message) -> None:
        self._keys[key] = message.id
        while len(self._keys) > 10 * self._kept:
            self._keys.popitem(last=False)

    def seen_by(self, sees: Callable[[str], bool]) -> list[Message]:
        """Return the messages of every chat that a reader sees, in the order they were said."""
        return [message for message in self._messages.values() if sees(message.chat)]


def alert_of(card: Card) -> str | None:
    """Return the handle that a card's buttons act on: a button is a command, and the command names it."""
    for block in card.blocks:
        if isinstance(block, Buttons):
            for button in block.buttons:
                if found := STAMP.search(button.command):
                    return found[1]
    return None
