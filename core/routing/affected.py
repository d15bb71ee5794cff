"""Whom a mute concerns: the chats and owners that what it hides would have reached.

It asks the same routes and the same chain of owners as an alert does, with the slices that its matchers name.
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

from core.labels import Labels, Matcher, all_match
from core.routing.owner import find_owner
from core.routing.route import RESERVED, labels_of, matching

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.notices.notice import Place
    from core.people.person import Person
    from core.routing.route import Route
    from core.rules.rule import Rule

MOST_SLICES = 64  # of one rule that are asked about: who hears of them is rarely more than a few


def affected(
    match: Sequence[Matcher],
    hidden: Iterable[Alert],
    rules: Iterable[Rule],
    routes: Sequence[Route],
    people: Mapping[str, Person],
    now: datetime,
) -> tuple[Place | str, ...]:
    """Return the chats, then the people, that a mute keeps something from; `hidden` is what it hides now."""
    places: dict[Place, None] = {}
    owners: dict[str, None] = {}
    for rule in rules:
        for labels in _slices(rule, match):
            seen = labels_of(rule.id, rule.owner, rule.severity, labels, is_opportunity=rule.is_opportunity)
            if not all_match(match, seen):
                continue
            taken = matching(routes, seen)
            places |= dict.fromkeys(place for route in taken for place in route.chats)
            found = find_owner(rule.owner, labels, taken, routes, people, now)
            owners |= {found.person: None} if found.person else {}
    roles = {rule.id: rule.owner for rule in rules}
    good = {rule.id for rule in rules if rule.is_opportunity}
    for alert in hidden:
        fingerprint = alert.fingerprint
        seen = labels_of(
            fingerprint.rule,
            roles.get(fingerprint.rule, ""),
            alert.severity,
            fingerprint.labels,
            is_opportunity=fingerprint.rule in good,
        )
        places |= dict.fromkeys(place for route in matching(routes, seen) for place in route.chats)
        owners |= {alert.owner: None} if alert.owner else {}
    return (*places, *owners)


def _slices(rule: Rule, match: Sequence[Matcher]) -> Iterator[Labels]:
    """Yield slices of the rule that the matchers name, none if it is not split by what they are about."""
    named = [one for one in match if one.dimension not in RESERVED and not one.negated]
    if any(one.dimension not in rule.sentence.by for one in named):
        return
    parts = [[(one.dimension, value) for value in one.values] for one in named]
    for pairs in islice(product(*parts), MOST_SLICES):
        yield Labels.of(dict(pairs))
