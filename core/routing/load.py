"""Routes as a team writes them: whom and where a rule's alerts go, and the last of them for all that is left.

Which slices a route is for is said in the dictionary's words, so the reader of slices is handed in; `rule`,
`severity` and `owner` stand beside them and are read here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from core import document
from core.alerts.alert import Step
from core.document import Fields, Mapped, Mistakes, Node, Read
from core.errors import Mistake
from core.labels import Matcher
from core.notices.notice import Place
from core.people.load_roster import target
from core.people.roster import Roster
from core.routing.nature import STEPS
from core.routing.route import RESERVED, Route
from core.rules.rule import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.people.person import Person

_SEVERITIES = {severity.name.lower(): severity for severity in Severity}


def load_routes(
    nodes: Iterable[Node | None],
    mistakes: Mistakes,
    people: Mapping[str, Person],
    matchers: Read[tuple[Matcher, ...]],
    rules: Iterable[str] | None = None,
) -> tuple[Route, ...]:
    """Return the routes in their order. `rules` are the ids that a route may match; None leaves them unchecked.

    Where there is no file at all, everything goes to its owner by the table of rule types.
    """
    nodes = tuple(nodes)
    if not nodes:
        return (Route("default", usual=True, steps=STEPS),)
    readers = _Readers(people, matchers, None if rules is None else tuple(rules))
    routes: list[Route] = []
    last: Fields | None = None
    for node in nodes:
        for _, fields in document.items(node, ["route"], mistakes):
            if last is not None and not last.has("match") and not routes[-1].follows:
                last.note("route-hides-rest", "route", route=routes[-1].id)
            route = readers.route(fields)
            if route.id and any(route.id == other.id for other in routes):
                fields.note("defined-twice", "route", kind="route", name=route.id)
            routes.append(route)
            last = fields
    if last is None:
        mistakes.append(Mistake("no-routes"))
    elif routes[-1].match:
        last.note("no-catch-all", "route", route=routes[-1].id)
    return tuple(routes)


class _Readers:
    """Readers that know the team: its people, its roles, its words for slices."""

    def __init__(
        self, people: Mapping[str, Person], matchers: Read[tuple[Matcher, ...]], rules: tuple[str, ...] | None
    ) -> None:
        self.owner = target(Roster.of(people))
        self.matchers = matchers
        self.rules = rules

    def route(self, fields: Fields) -> Route:
        route = Route(
            id=fields.need("route", document.words, ""),
            match=fields.take("match", self.match, ()),
            chats=fields.take("chats", document.listing(place), ()),
            steps=fields.take("escalate", document.listing(document.record(self.step)), ()),
            owner=fields.take("owner", self.owner, None),
            follows=fields.take("continue", document.flag, default=False),
            usual=(usual := fields.take("default", document.flag, default=False)),
            passes=fields.take("passes", document.choice(_SEVERITIES), None),
        )
        fields.close()
        return replace(route, steps=route.steps or STEPS) if usual else route

    def match(self, node: Node, mistakes: Mistakes) -> tuple[Matcher, ...] | None:
        if not isinstance(node, Mapped):
            return self.matchers(node, mistakes)
        own = tuple(key for key in node.entries if key in RESERVED)
        slices = Mapped(
            node.where,
            {key: value for key, value in node.entries.items() if key not in own},
            {key: value for key, value in node.keys.items() if key not in own},
        )
        found = [self.reserved(key, node.entries[key], mistakes) for key in own]
        rest = self.matchers(slices, mistakes)
        kept = tuple(matcher for matcher in found if matcher)
        return None if rest is None or len(kept) < len(found) else (*kept, *rest)

    def reserved(self, key: str, node: Node, mistakes: Mistakes) -> Matcher | None:
        options = {
            "severity": [severity.name.lower() for severity in Severity],
            "rule": self.rules,
            "owner": None,
            "tone": ["risk", "opportunity"],
        }[key]
        read = document.words if options is None else document.choice({option: option for option in options})
        values = document.listing(read)(node, mistakes)
        return Matcher(key, values) if values else None

    def step(self, fields: Fields) -> Step:
        return Step(
            after=fields.need("after", document.duration, timedelta()),
            to=fields.need("to", self.target, ""),
        )

    def target(self, node: Node, mistakes: Mistakes) -> str | None:
        """Read whom a step reaches: `lead`, or somebody as a route's owner is written."""
        if isinstance(node, document.Scalar) and node.text.strip() == "lead":
            return "lead"
        return self.owner(node, mistakes)


def place(node: Node, mistakes: Mistakes) -> Place | None:
    """Read `slack:C123`, `telegram:-100123` or `web:board`."""
    said = document.words(node, mistakes)
    if said is None:
        return None
    try:
        return Place.read(said)
    except ValueError:
        mistakes.append(Mistake("wanted-place", {"value": said}, node.where))
        return None
