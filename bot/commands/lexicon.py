"""The names a workspace knows: metrics, dimensions, their values and its people, as somebody would type them.

Names are matched greedily, the longest first, and Chinese needs no spaces: `渠道=微信最近7天` is two things.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from core.metrics.dimension import Dimension
from core.metrics.metric import Metric
from core.people.person import Person

_SHORT, _HALF = 2, 0.5  # of two Chinese letters one may be wrong: 花废 is 花费
_CLOSE = 0.65  # of difflib's ratio: `roii` and `rio` are near `roi`, `rain` is not


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one kind of thing, and the code behind each."""

    codes: Mapping[str, str] = field(default_factory=dict)
    pattern: re.Pattern[str] | None = None

    @classmethod
    def of(cls, named: Iterable[tuple[str, str]]) -> Names:
        codes: dict[str, str] = {}
        for name, code in named:
            codes.setdefault(" ".join(name.lower().split()), code)
        codes.pop("", None)
        if not codes:
            return cls()
        longest_first = sorted(codes, key=lambda name: (-len(name), name))
        return cls(codes, re.compile("|".join(_bounded(name) for name in longest_first)))

    def at(self, text: str, position: int = 0) -> tuple[str, int] | None:
        """Return the code of the longest name that stands at this position of a lowered text, and where it ends."""
        if not (self.pattern and (found := self.pattern.match(text, position))):
            return None
        return self.codes[" ".join(found.group().split())], found.end()

    def exactly(self, name: str) -> str | None:
        return self.codes.get(" ".join(name.lower().split()))

    def nearest(self, name: str) -> str | None:
        """Return the name most like this one, if any is near enough to be meant."""
        cutoff = _CLOSE if len(name) > _SHORT or name.isascii() else _HALF
        near = get_close_matches(name.lower(), self.codes, n=1, cutoff=cutoff)
        return near[0] if near else None


@dataclass(frozen=True, slots=True)
class Lexicon:
    metrics: Names
    dimensions: Names
    values: Mapping[str, Names]  # by dimension
    bare_values: Names  # `dimension=value` by each name that says it all by itself: 微信
    people: Names
    addresses: Mapping[tuple[str, str], str] = field(default_factory=dict)  # platform and address there → person

    @classmethod
    def of(
        cls,
        metrics: Iterable[Metric],
        dimensions: Iterable[Dimension],
        people: Iterable[Person] = (),
    ) -> Lexicon:
        metrics, dimensions, people = tuple(metrics), tuple(dimensions), tuple(people)
        values = {each.code: Names.of(_values(each)) for each in dimensions}
        bare = ((name, f"{code}={value}") for code, names in values.items() for name, value in names.codes.items())
        return cls(
            metrics=Names.of((name, each.code) for each in metrics for name in _names(each)),
            dimensions=Names.of((name, each.code) for each in dimensions for name in _names(each)),
            values=values,
            bare_values=Names.of((name, both) for name, both in bare if len(name) > 1 and not name.isdecimal()),
            people=Names.of((name, each.id) for each in people for name in (each.id, each.name.zh, each.name.en)),
            addresses={(platform, at): each.id for each in people for platform, at in each.chats.items()},
        )


def _names(thing: Metric | Dimension) -> tuple[str, ...]:
    return (thing.code, thing.code.replace("_", " "), thing.title.zh, thing.title.en, *thing.aliases)


def _values(dimension: Dimension) -> Iterator[tuple[str, str]]:
    for value in dimension.values.values():
        for name in (value.code, value.title.zh, value.title.en, *value.aliases):
            yield name, value.code


def _bounded(name: str) -> str:
    """A Latin name ends where its word does; a Chinese one may stand anywhere."""
    before = r"(?<![a-z0-9_])" if re.match(r"[a-z0-9_]", name) else ""
    after = r"(?![a-z0-9_])" if re.search(r"[a-z0-9_]$", name) else ""
    return before + r"\s+".join(re.escape(word) for word in name.split()) + after
