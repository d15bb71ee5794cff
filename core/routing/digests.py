"""Who reads which digest, of what, and from when on: three levels, three rhythms, each at its reader's own hour.

A plan comes from `digests.yaml`; where a team wrote none, the chats of the route that matches everything read the
manager's digest of each working day. What a reader chose in chat lies over both.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from core.calendar.grain import Grain
from core.labels import Matcher
from core.notices.notice import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.people.person import Person
    from core.routing.route import Route
    from core.text import Tongue

Reader = Place | str  # a chat, or a person's id
NINE = time(9)


class Level(StrEnum):
    """How far from the work its reader stands, and so what is left out."""

    EXECUTIVE = "executive"  # 老板: three numbers, why, what to decide
    MANAGER = "manager"  # 主管: who has what, what was kept, what is noise
    OPERATOR = "operator"  # 执行层: what I do first


class Every(StrEnum):
    DAY = "daily"
    WEEK = "weekly"
    MONTH = "monthly"

    @property
    def grain(self) -> Grain:
        return {Every.DAY: Grain.DAY, Every.WEEK: Grain.WEEK, Every.MONTH: Grain.MONTH}[self]


@dataclass(frozen=True, slots=True)
class Plan:
    """One digest of one reader. `on` is the weekday (0 is Monday) or the day of the month on which it is posted.

    `over` keeps it to some slices. `since` is when it was chosen: what was due before is not caught up with.
    """

    to: Reader
    level: Level = Level.MANAGER
    every: Every = Every.DAY
    at: time = NINE
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    on: int = 0
    tongue: Tongue | None = None
    over: tuple[Matcher, ...] = ()
    holidays: bool = False  # whether it comes on days that nobody works, too
    pack: bool = False  # a weekly one: the pack for the meeting, in place of the digest
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose in chat for one reader and rhythm; None leaves it as it was."""

    to: Reader
    every: Every
    by: str
    made_at: datetime
    is_on: bool = True
    level: Level | None = None
    at: time | None = None
    on: int | None = None
    pack: bool | None = None

    @property
    def key(self) -> str:
        return key_of(self.to)


@dataclass(frozen=True, slots=True)
class House:
    """What plans are made of when nothing else is said."""

    people: Mapping[str, Person]
    routes: Sequence[Route]
    zone: ZoneInfo
    planned: tuple[Plan, ...] | None  # None: the team wrote no `digests.yaml`


def plans(house: House, choices: Iterable[Choice] = ()) -> tuple[Plan, ...]:
    """Return what every reader gets, their own choices over what the files say."""
    written = house.planned
    if written is None:
        written = tuple(_usual(to, house) for to in catch_all(house.routes, house.people))
    found = {(plan.to, plan.every): plan for plan in written}
    for choice in choices:
        if isinstance(choice.to, str) and choice.to not in house.people:
            continue  # somebody who has left
        key = choice.to, choice.every
        if not choice.is_on:
            found.pop(key, None)
            continue
        found[key] = chosen(found.get(key) or first_plan(choice.to, choice.every, house), choice)
    return tuple(found.values())


def chosen(plan: Plan, choice: Choice) -> Plan:
    """Return a plan as its reader wants it."""
    return replace(
        plan,
        level=choice.level or plan.level,
        at=choice.at or plan.at,
        on=plan.on if choice.on is None else choice.on,
        pack=plan.pack if choice.pack is None else choice.pack,
        since=choice.made_at,
    )


def first_plan(to: Reader, every: Every, house: House) -> Plan:
    """Return what somebody gets who says no more than that they want one."""
    plan = replace(_usual(to, house), every=every)
    return replace(plan, level=level_of(house.people[to], house.people)) if isinstance(to, str) else plan


def catch_all(routes: Sequence[Route], people: Mapping[str, Person]) -> tuple[Reader, ...]:
    """Return the chats of the route that matches everything or, where it names none, the person it names."""
    last = routes[-1] if routes else None
    if last is None:
        return ()
    owner = (last.owner or "").removeprefix("person:")
    return last.chats or ((owner,) if owner in people else ())


def level_of(person: Person, people: Mapping[str, Person]) -> Level:
    """Return the level that fits: who answers for slices and leads nobody works; who leads and is led manages.

    Whoever is led by nobody, or answers for nothing, reads the whole in three numbers.
    """
    leads = any(one.lead == person.id for one in people.values())
    if leads:
        return Level.MANAGER if person.lead else Level.EXECUTIVE
    return Level.OPERATOR if person.duties else Level.EXECUTIVE


def slices_of(person: Person) -> tuple[Matcher, ...]:
    """Return the slices within which all that somebody answers for lies; none where it is the whole business."""
    duties = [{one.dimension: one.values for one in duty.over if not one.negated} for duty in person.duties]
    shared = [name for name in (duties[0] if duties else ()) if all(name in each for each in duties)]
    return tuple(
        Matcher(name, tuple(dict.fromkeys(value for each in duties for value in each[name]))) for name in shared
    )


def key_of(to: Reader) -> str:
    """Return a reader as one word: `slack:C123`, or a person's id.

    >>> key_of(Place("slack", "C1")), key_of("alice")
    ('slack:C1', 'alice')
    """
    return str(to)


def _usual(to: Reader, house: House) -> Plan:
    person = house.people.get(to) if isinstance(to, str) else None
    return Plan(to, zone=person.zone if person else house.zone)
