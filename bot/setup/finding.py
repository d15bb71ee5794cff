"""One thing that the doctor found, as a code and its facts: its reader's tongue is chosen when it is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.phrases import say
from core.errors import Fact

if TYPE_CHECKING:
    from core.text import Tongue


class State(StrEnum):
    FINE = "fine"
    NOTE = "note"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is its phrase's; facts never hold a secret."""

    about: str
    state: State
    code: str
    facts: dict[str, Fact] = field(default_factory=dict)

    def said(self, tongue: Tongue) -> str:
        return say(self.code, tongue, **self.facts)
