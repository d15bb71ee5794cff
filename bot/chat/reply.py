"""What we answer. A private reply is for its asker alone, where the platform can do that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.chat.card import Card
    from bot.chat.form import Form


@dataclass(frozen=True, slots=True)
class File:
    """Something to keep: a table to be opened elsewhere."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """`form` asks what the cards ask, all at once, where a chat can show one. `is_refusal`: nothing came of it.

    `confirm` is what a form that led here goes on to: the cards, and one button that says yes to them.
    """

    cards: tuple[Card, ...] = ()
    is_private: bool = False
    files: tuple[File, ...] = ()
    form: Form | None = None
    confirm: Form | None = None
    is_refusal: bool = False
    start: str = ""  # with which its asker can go on in private, where we may not write to them yet
