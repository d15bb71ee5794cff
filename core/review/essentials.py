"""The five essentials of watching numbers, each as the share of what should be there and is.

The brief names them: clear metrics and rules, data one can rely on, a word that arrives, an answer, and rules that
are looked at again. A score is the plain mean of its parts; one with nothing to be measured by has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Essential(StrEnum):
    RULES = "rules"
    DATA = "data"
    PUSH = "push"
    RESPONSE = "response"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Part:
    """`have` of `of`: `code` is a phrase key, `part-` and this."""

    essential: Essential
    code: str
    have: int
    of: int

    @property
    def share(self) -> float | None:
        return self.have / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Score:
    essential: Essential
    parts: tuple[Part, ...]

    @property
    def share(self) -> float | None:
        """Return 0 to 1, None where there is nothing to measure."""
        known = [part.share for part in self.parts if part.share is not None]
        return fmean(known) if known else None


def scores(parts: Sequence[Part]) -> tuple[Score, ...]:
    """Return all five, in their order."""
    return tuple(Score(one, tuple(part for part in parts if part.essential is one)) for one in Essential)


def overall(found: Sequence[Score]) -> float | None:
    """Return the mean of those that could be measured."""
    known = [score.share for score in found if score.share is not None]
    return fmean(known) if known else None
