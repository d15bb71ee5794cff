"""From an alert's slice to the person who answers for it, now.

Whoever holds the rule's role for the narrowest part of the business goes first, then whom the route names, then
whom the catch-all route names, then anybody who may manage. Somebody on leave is stood in for by their backup, and
somebody without a chat is passed over; each of these leaves a line, so that nobody need guess why it came to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.people.person import Right
from core.routing.trace import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from core.labels import Labels
    from core.people.person import Person
    from core.routing.route import Route


class Found(NamedTuple):
    """Whom we found, through which link of the chain, and whom we passed over on the way."""

    person: str | None
    lines: tuple[Line, ...]


def find_owner(
    role: str,
    labels: Labels,
    taken: Sequence[Route],
    routes: Sequence[Route],
    people: Mapping[str, Person],
    now: datetime,
) -> Found:
    """Return who answers for this slice. `taken` are the routes that the alert takes, `routes` all of them."""
    links = [("duty", f"role:{role}" if ":" not in role else role)]
    links += [("route", route.owner) for route in taken if route.owner]
    links += [("catch-all", route.owner) for route in routes[-1:] if route.owner]
    return _first(links, labels, people, now)


def find_next(
    to: str, owner: str | None, labels: Labels, routes: Sequence[Route], people: Mapping[str, Person], now: datetime
) -> Found:
    """Return whom a step of an escalation reaches; `lead` is the lead of the present owner."""
    if to == "lead":
        lead = people[owner].lead if owner and owner in people else None
        links = [("lead", f"person:{lead}")] if lead else []
    else:
        links = [("step", to)]
    links += [("catch-all", route.owner) for route in routes[-1:] if route.owner]
    return _first(links, labels, people, now)


def stand_in(id: str, people: Mapping[str, Person], now: datetime) -> Found:
    """Return that person, or who answers for them while they are away."""
    lines: list[Line] = []
    return Found(_usable(id, people, now, lines, set()), tuple(lines))


def holders(role: str, labels: Labels, people: Mapping[str, Person]) -> list[str]:
    """Return who holds a role for this slice, the most specific duty first."""
    held = [
        (-len(duty.over), sum(len(matcher.values) for matcher in duty.over), place, person.id)
        for place, person in enumerate(people.values())
        for duty in person.duties
        if duty.covers(role, labels)
    ]
    return list(dict.fromkeys(id for *_, id in sorted(held)))


def _first(links: Iterable[tuple[str, str]], labels: Labels, people: Mapping[str, Person], now: datetime) -> Found:
    lines: list[Line] = []
    tried: set[str] = set()
    for link, to in _with_managers(links, people):
        found = _named(to, labels, people)
        if not found:
            lines.append(Line("nobody-holds", {"to": to, "link": link}))
        for id in found:
            if usable := _usable(id, people, now, lines, tried):
                lines.append(Line("found", {"person": usable, "link": link, "to": to}))
                return Found(usable, tuple(lines))
    lines.append(Line("orphan"))
    return Found(None, tuple(lines))


def _with_managers(links: Iterable[tuple[str, str]], people: Mapping[str, Person]) -> Iterator[tuple[str, str]]:
    yield from links
    for person in people.values():
        if person.right.covers(Right.MANAGE):
            yield "manager", f"person:{person.id}"


def _named(to: str, labels: Labels, people: Mapping[str, Person]) -> list[str]:
    kind, _, name = to.partition(":")
    if kind == "role":
        return holders(name, labels, people)
    return [name] if name in people else []


def _usable(
    id: str | None, people: Mapping[str, Person], now: datetime, lines: list[Line], tried: set[str]
) -> str | None:
    """Return that person or whoever stands in for them; a line for each who cannot be told now."""
    while id is not None and id not in tried:
        tried.add(id)
        person = people.get(id)
        if person is None:
            lines.append(Line("skipped", {"person": id, "why": "unknown"}))
            return None
        day = now.astimezone(person.zone).date()
        leave = next((one for one in person.leave if one.first <= day <= one.last), None)
        if leave is None and person.is_reachable:
            return id
        if leave is None:
            lines.append(Line("skipped", {"person": id, "why": "unreachable"}))
            return None
        facts = {"person": id, "why": "away", "until": leave.last.isoformat(), "backup": leave.backup or ""}
        lines.append(Line("skipped", facts))
        id = leave.backup
    return None
