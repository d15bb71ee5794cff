"""A route: which alerts, told where, escalated how. First match unless `follows`; the last route matches everything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.labels import Labels, all_match

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.alerts.alert import Step
    from core.labels import Matcher
    from core.notices.notice import Place
    from core.rules.rule import Severity


@dataclass(frozen=True, slots=True)
class Route:
    """`match` sees the slice's labels and `rule`, `severity`, `owner` (the rule's role), `tone` beside them."""

    id: str
    match: tuple[Matcher, ...] = ()
    chats: tuple[Place, ...] = ()
    steps: tuple[Step, ...] = ()
    owner: str | None = None  # `role:NAME` or `person:ID`, when nobody holds the rule's role for the slice
    follows: bool = False  # `continue`: later routes are looked at too
    usual: bool = False  # `default`: who else hears, and when it goes on to the lead, by the table of rule types
    passes: Severity | None = None  # what calls people outside their working hours; None: everything


RESERVED = ("rule", "severity", "owner", "tone")  # labels that every alert has beside its slice's


def labels_of(rule: str, role: str, severity: Severity, labels: Labels, *, is_opportunity: bool = False) -> Labels:
    """Return what a route's matchers see."""
    tone = "opportunity" if is_opportunity else "risk"
    return labels | Labels.of({"rule": rule, "owner": role, "severity": severity.name.lower(), "tone": tone})


def for_orphans(routes: Sequence[Route]) -> tuple[Route, ...]:
    """Return the route of an alert that nobody answers for: the last, with every chat there is if it has none."""
    if not routes or routes[-1].chats:
        return tuple(routes[-1:])
    chats = tuple(dict.fromkeys(place for route in routes for place in route.chats))
    return (replace(routes[-1], chats=chats, steps=()),)


def matching(routes: Iterable[Route], labels: Labels) -> tuple[Route, ...]:
    """Return the routes that an alert takes: the first that matches, and those after it while it says to go on."""
    taken: list[Route] = []
    for route in routes:
        if all_match(route.match, labels):
            taken.append(route)
            if not route.follows:
                break
    return tuple(taken)
