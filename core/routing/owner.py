"""From an alert's slice to the person who answers for it, now.

The chain, link by link: whose the slice is by the owners' table, who holds the rule's role for the narrowest part of
the business, whom the route names, the team of those who could not be told, whoever is on duty, whom the catch-all
route names, and last anybody who may manage. Somebody on leave is stood in for by their backup, and somebody without
a chat is passed over; each of these leaves a line, so that nobody need guess why it came to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.people.person import Right
from core.people.roster import ON_DUTY, Roster
from core.routing.trace import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from core.labels import Labels
    from core.people.person import Person
    from core.routing.route import Route

LAST_RESORTS = ("catch-all", "manager")  # links that answer for whatever nobody nearer does


class Found(NamedTuple):
    """Whom we found, through which link of the chain, and whom we passed over on the way."""

    person: str | None
    lines: tuple[Line, ...]

    @property
    def link(self) -> str | None:
        return next((str(line.facts["link"]) for line in self.lines if line.code == "found"), None)


class _Link(NamedTuple):
    name: str
    to: str
    backup: str | None = None


def find_owner(
    role: str,
    labels: Labels,
    taken: Sequence[Route],
    routes: Sequence[Route],
    people: Mapping[str, Person],
    now: datetime,
) -> Found:
    """Return who answers for this slice. `taken` are the routes that the alert takes, `routes` all of them."""
    roster, tried = Roster.of(people), set[str]()

    def chain() -> Iterator[_Link]:
        yield from (_Link("slice", row.to, row.backup) for row in roster.rows_of(labels))
        yield _Link("duty", f"role:{role}" if ":" not in role else role)
        yield from (_Link("route", route.owner) for route in taken if route.owner and route not in routes[-1:])
        for team in roster.teams.values():  # looked at when those before have been tried
            if role in team.roles or tried.intersection(team.people):
                yield _Link("team", f"team:{team.id}")
        if roster.rotas:
            yield _Link("on-duty", f"role:{ON_DUTY}")
        yield from _last_resorts(routes, roster)

    return _first(chain(), labels, roster, now, tried)


def find_next(
    to: str, owner: str | None, labels: Labels, routes: Sequence[Route], people: Mapping[str, Person], now: datetime
) -> Found:
    """Return whom a step of an escalation reaches; `lead` is the lead of the present owner."""
    roster = Roster.of(people)
    if to == "lead":
        lead = roster[owner].lead if owner and owner in roster else None
        links = [_Link("lead", f"person:{lead}")] if lead else []
    else:
        links = [_Link("step", to)]
    return _first((*links, *_last_resorts(routes, roster)), labels, roster, now, set())


def stand_in(id: str, people: Mapping[str, Person], now: datetime) -> Found:
    """Return that person, or who answers for them while they are away."""
    lines: list[Line] = []
    return Found(_usable(id, people, now, lines, set()), tuple(lines))


def _first(links: Iterable[_Link], labels: Labels, roster: Roster, now: datetime, tried: set[str]) -> Found:
    lines: list[Line] = []
    for link in links:
        found = _named(link.to, labels, roster, now)
        if not found:
            lines.append(Line("nobody-holds", {"to": link.to, "link": link.name}))
        for id in (*found, *((link.backup,) if link.backup else ())):
            if usable := _usable(id, roster, now, lines, tried):
                lines.append(Line("found", {"person": usable, "link": link.name, "to": link.to}))
                return Found(usable, tuple(lines))
    lines.append(Line("orphan"))
    return Found(None, tuple(lines))


def _last_resorts(routes: Sequence[Route], roster: Roster) -> Iterator[_Link]:
    yield from (_Link("catch-all", route.owner) for route in routes[-1:] if route.owner)
    for person in roster.values():
        if person.right.covers(Right.MANAGE):
            yield _Link("manager", f"person:{person.id}")


def _named(to: str, labels: Labels, roster: Roster, now: datetime) -> list[str]:
    """Return whom a target means now, the first who should answer first."""
    kind, _, name = to.partition(":")
    match kind:
        case "role" if name == ON_DUTY and roster.rotas:
            return list(dict.fromkeys(id for rota in roster.rotas.values() for id in rota.line(now)))
        case "role":
            return roster.holders(name, labels)
        case "rota":
            return list(roster.rotas[name].line(now)) if name in roster.rotas else []
        case "team" if name in roster.teams:
            team = roster.teams[name]
            on_duty = roster.rotas[team.rota].line(now)[:1] if team.rota and team.rota in roster.rotas else ()
            return list(dict.fromkeys((*on_duty, *team.people)))
        case _:
            return [name] if name in roster else []


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
