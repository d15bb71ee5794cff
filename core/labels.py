"""A slice of the business (`channel=wechat, region=east`), and patterns over slices.

Labels are sorted on entry, so that equal sets are equal values and equal keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@dataclass(frozen=True, slots=True, order=True)
class Labels:
    """Dimension and value, at most one value a dimension.

    >>> Labels.of({"region": "east", "channel": "wechat"})
    Labels(pairs=(('channel', 'wechat'), ('region', 'east')))
    """

    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, pairs: Mapping[str, str]) -> Labels:
        return cls(tuple(sorted(pairs.items())))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)

    def __bool__(self) -> bool:
        return bool(self.pairs)

    def get(self, dimension: str) -> str | None:
        return next((value for name, value in self.pairs if name == dimension), None)

    def only(self, dimensions: Iterable[str]) -> Labels:
        kept = set(dimensions)
        return Labels(tuple(pair for pair in self.pairs if pair[0] in kept))

    def meets(self, other: Labels) -> bool:
        """Return whether some fact may belong to both: they differ in no dimension that both name."""
        mine = dict(self.pairs)
        return all(mine.get(dimension, value) == value for dimension, value in other.pairs)

    def __or__(self, other: Labels) -> Labels:
        return Labels.of(dict(self.pairs) | dict(other.pairs))

    def __str__(self) -> str:
        return ", ".join(f"{dimension}={value}" for dimension, value in self.pairs)


@dataclass(frozen=True, slots=True)
class Matcher:
    """Whether one label is among `values`, where `*` stands for anything."""

    dimension: str
    values: tuple[str, ...]
    negated: bool = False

    def matches(self, labels: Labels) -> bool:
        value = labels.get(self.dimension)
        found = value is not None and self.names(value)
        return found is not self.negated

    def names(self, value: str) -> bool:
        """Return whether a value is among them, negated or not."""
        # A table of owners holds thousands of plain names; only a pattern is worth an expression.
        return value in self.values or any(is_pattern(one) and fnmatchcase(value, one) for one in self.values)

    def named(self, values: Mapping[str, int]) -> list[int]:
        """Return the numbers of those it names, of many; where nothing stands for anything, without a look at each."""
        if any(is_pattern(one) for one in self.values):
            return [number for value, number in values.items() if self.names(value)]
        return [values[value] for value in self.values if value in values]


def all_match(matchers: Iterable[Matcher], labels: Labels) -> bool:
    return all(matcher.matches(labels) for matcher in matchers)


def is_pattern(written: str) -> bool:
    return "*" in written or "?" in written or "[" in written
