"""Words owned by data: a title or a definition in both tongues.

Everything else that is said to people lives in `bot/phrases`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tongue = Literal["zh", "en"]
TONGUES: tuple[Tongue, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Text:
    en: str
    zh: str

    @classmethod
    def same(cls, words: str) -> Text:
        """Return a text that reads alike in both tongues, such as a person's name."""
        return cls(en=words, zh=words)

    def to(self, tongue: Tongue) -> str:
        return self.zh if tongue == "zh" else self.en
