"""What went wrong, as values that a person can read and act on.

Core speaks codes: a code is also the key of the sentence in `bot/phrases`,
and the facts are its blanks. Whatever is not a Problem is a bug.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Fact = str | int | float


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a text that somebody wrote: `line` and `column` count from 1, `width` in characters."""

    file: str
    line: int
    column: int
    width: int = 1
    source: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to mend. `code` is its phrase key and `facts` fill that phrase."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    where: Where | None = None


class Problem(Exception):  # noqa: N818 - house §8 names it so: not each of them is an error of ours
    """Something a person can read and act on."""

    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts: Mapping[str, Fact] = facts


class Invalid(Problem):
    """You can mend it: carries every mistake found, not only the first."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        first = self.mistakes[0]
        super().__init__(first.code, **first.facts)


class Missing(Problem):
    """No such thing here."""


class Forbidden(Problem):
    """Not for you; `facts` say who may."""


class Unavailable(Problem):
    """The world did not answer."""
