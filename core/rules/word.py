"""One word of a sentence, with its place in what was written, so that every mistake can point at it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from core.errors import Mistake, Where


@dataclass(frozen=True, slots=True)
class Word:
    """One token: its kind, what it means, and where it stands in what was written."""

    kind: str
    value: Any
    start: int
    end: int
    said: str


def mistake(code: str, written: str, start: int, end: int, file: str = "", **facts: str) -> Mistake:
    """Return a mistake that points into the sentence."""
    return Mistake(code, facts, at_place(file, written, start, end))


def at_place(file: str, written: str, start: int, end: int) -> Where:
    return Where(file, 1, start + 1, max(1, end - start), written)


def folded(written: str) -> tuple[str, list[int]]:
    """Return the sentence in one width and case, and for each of its letters where it stood."""
    text: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(written):
        plain = unicodedata.normalize("NFKC", letter).casefold().replace("−", "-")
        text.append(plain)
        places.extend([place] * len(plain))
    return "".join(text), places
