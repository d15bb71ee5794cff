"""The people of a workspace and how its work is divided among them: slices with an owner, teams, rotas.

It is a mapping of people by their ids, so that whoever only wants a name need not know of the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.labels import Labels, Matcher, all_match

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


@dataclass(frozen=True, slots=True, eq=False)
class Roster(Mapping[str, "Person"]):
    people: Mapping[str, Person] = field(default_factory=dict)
    owned: tuple[Owned, ...] = ()
    teams: Mapping[str, Team] = field(default_factory=dict)
    rotas: Mapping[str, Rota] = field(default_factory=dict)

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
        fitting = [row for row in self.owned if all_match(row.match, labels)]
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
    patterns = sum(any(sign in value for sign in "*?[") for value in values)
    return -len(row.match), patterns, len(values)
