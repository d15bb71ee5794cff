"""What our newest messages show: a chart comes after its words, and by then they may have been edited.

Held in memory only. Of a message that a restart made us forget, the next edit draws the chart anew.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.chat.card import Picture
from bot.chat.plain import plain
from bot.chat.reply import File

if TYPE_CHECKING:
    from bot.chat.card import Card
    from core.charts.figure import Figure

MOST = 1_000  # messages; a card of some kilobytes each
MOST_IN_A_NAME = 40


@dataclass(slots=True)
class Shown:
    """One message of ours. `turn` is held by whoever changes it, so that the newest card is what stays.

    `drawn` are the charts that it shows, `files` the platform's names of them. `apart` is the message in which a chart
    stands for which there was no room here. `has_rest` tells that what was cut off has followed.
    """

    card: Card
    drawn: tuple[Figure, ...] = ()
    files: tuple[str, ...] = ()
    apart: str = ""
    is_photo: bool | None = None  # None: nobody knows
    has_rest: bool = False
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def wanted(self) -> tuple[Figure, ...]:
        return tuple(block.figure for block in self.card.blocks if isinstance(block, Picture))


class Memory:
    """The newest messages, by their receipts."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._shown: OrderedDict[str, Shown] = OrderedDict()

    def keep(self, receipt: str, card: Card) -> Shown:
        """Write down that this message is to show this card, and return all that is known of it."""
        shown = self._shown.pop(receipt, None) or Shown(card)
        shown.card = card
        self._shown[receipt] = shown
        while len(self._shown) > self._most:
            self._shown.popitem(last=False)
        return shown


def whole(card: Card) -> File:
    """Return all that a card says as a file, for where a message holds only the first of it."""
    name = "-".join(re.findall(r"\w+", card.title))[:MOST_IN_A_NAME].strip("-") or "beacon"
    return File(f"{name}.txt", f"{plain(card)}\n".encode())
