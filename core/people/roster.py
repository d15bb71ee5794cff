"""The people of a workspace and how its work is divided among them: slices with an owner, teams, rotas.

It is a mapping of people by their ids, so that whoever only wants a name need not know of the rest.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.labels import Labels, Matcher, all_match, is_pattern

if TYPE_CHECKING:
    from core.people.person import Person
    from core.people.rota import Rota
    from core.text import Text

ON_DUTY = "duty"  # the role that whoever is on duty has: `role:duty`


@dataclass(frozen=True, slots=True)
class Owned:
    """A row of the owners' table: whose a slice is. `to` names somebody as a route does; `backup` is a person."""

    match: tuple[Matcher, ...]
    to: str
    backup: str | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """`roles` are those that it answers for when none of their holders can."""

    id: str
    title: Text
    members: tuple[str, ...] = ()
    lead: str | None = None
    roles: tuple[str, ...] = ()
    rota: str | None = None

    @property
    def people(self) -> tuple[str, ...]:
        """Return its lead and its members: whoever leads it answers for it first."""
        return tuple(dict.fromkeys((*((self.lead,) if self.lead else ()), *self.members)))


@dataclass(frozen=True, slots=True)
class _Index:
    """Rows by the rarest plain value that each names, since a table may hold one for every campaign there ever was."""

    rows: tuple[Owned, ...]
    named: Mapping[tuple[str, str], tuple[int, ...]]
    others: tuple[int, ...]  # whose every value is a pattern

    @classmethod
    def of(cls, rows: tuple[Owned, ...]) -> _Index:
        often = Counter(pair for row in rows for pairs in _plain(row) for pair in pairs)
        named: dict[tuple[str, str], list[int]] = defaultdict(list)
        others: list[int] = []
        for place, row in enumerate(rows):
            rarest = min(_plain(row), key=lambda pairs: sum(often[pair] for pair in pairs), default=None)
            if rarest is None:
                others.append(place)
            for pair in rarest or ():
                named[pair].append(place)
        return cls(rows, {pair: tuple(places) for pair, places in named.items()}, tuple(others))

    def near(self, labels: Labels) -> Iterator[Owned]:
        """Yield the rows that may fit a slice, in their order."""
        places = {place for pair in labels for place in self.named.get(pair, ())}
        return (self.rows[place] for place in sorted({*places, *self.others}))


def _plain(row: Owned) -> list[list[tuple[str, str]]]:
    """Return the pairs of each matcher that names plain values."""
    return [
        [(matcher.dimension, value) for value in matcher.values]
        for matcher in row.match
        if not matcher.negated and not any(map(is_pattern, matcher.values))
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Roster(Mapping[str, "Person"]):
    people: Mapping[str, Person] = field(default_factory=dict)
    owned: tuple[Owned, ...] = ()
    teams: Mapping[str, Team] = field(default_factory=dict)
    rotas: Mapping[str, Rota] = field(default_factory=dict)
    _index: _Index = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", _Index.of(self.owned))

    @classmethod
    def of(cls, people: Mapping[str, Person]) -> Roster:
        """Return a roster as it is, and people alone as one without tables."""
        return people if isinstance(people, cls) else cls(people)

    def __getitem__(self, id: str) -> Person:
        return self.people[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.people)

    def __len__(self) -> int:
        return len(self.people)

    def rows_of(self, labels: Labels) -> list[Owned]:
        """Return the rows that fit a slice, the one that says most of it first, and of two alike the upper one."""
        fitting = [row for row in self._index.near(labels) if all_match(row.match, labels)]
        return sorted(fitting, key=_breadth)

    def holders(self, role: str, labels: Labels) -> list[str]:
        """Return who holds a role for this slice, the most specific duty first."""
        held = [
            (-len(duty.over), sum(len(matcher.values) for matcher in duty.over), place, person.id)
            for place, person in enumerate(self.values())
            for duty in person.duties
            if duty.covers(role, labels)
        ]
        return list(dict.fromkeys(id for *_, id in sorted(held)))


def _breadth(row: Owned) -> tuple[int, int, int]:
    """Return how much a row leaves open: fewer dimensions, more values, and patterns before whole names."""
    values = [value for matcher in row.match for value in matcher.values]
    patterns = sum(map(is_pattern, values))
    return -len(row.match), patterns, len(values)
