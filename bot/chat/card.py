"""A card of meaning, not of layout: each platform draws it as richly as it can.

A button is a command already typed, ASCII and at most 64 bytes, so that every button also works by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from core.charts.figure import Figure
    from core.text import Tongue

MAX_COMMAND_BYTES = 64  # Telegram's callback_data: https://core.telegram.org/bots/api#inlinekeyboardbutton


class Tone(StrEnum):
    BAD = "bad"
    WARNING = "warning"
    GOOD = "good"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph of plain text. `role` is quiet for what may be read last, strong for what must be read first."""

    text: str
    role: Literal["plain", "quiet", "strong"] = "plain"


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Facts:
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`numeric` names the columns, by position, whose cells are numbers and stand to the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart, not yet drawn; `alt` says in words what it shows."""

    figure: Figure
    alt: str


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    command: str
    style: Literal["primary", "plain", "danger"] = "plain"

    def __post_init__(self) -> None:
        if len(self.command.encode()) > MAX_COMMAND_BYTES or not self.command.isascii():
            raise ValueError(self.command)


@dataclass(frozen=True, slots=True)
class Buttons:
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """A page outside of the chat, such as a report or the board. Its address holds no space, quote, `<`, `>` or `|`."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Ways:
    ways: tuple[Way, ...]


Block = Prose | Facts | Table | Picture | Buttons | Ways


@dataclass(frozen=True, slots=True)
class Card:
    """`summary` is the whole of it in one line, for a notification or a screen reader.

    `about` is the command that shows the same again, as it is by then (`#7f3k`): where a message cannot hold buttons,
    it holds a way to a page that can.
    """

    title: str
    tongue: Tongue
    tone: Tone = Tone.PLAIN
    blocks: tuple[Block, ...] = ()
    summary: str = ""
    about: str = ""
