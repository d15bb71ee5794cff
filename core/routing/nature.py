"""What sort of rule it is, and who hears of each sort by default: the table of rule types, where a team wrote none.

A bound is pushed and mailed; a trend also reaches a phone that is not looked at; a combination is several people's
business and opens a ticket; odd behaviour is a report, with what may be behind it, that people work on together.
Whoever has no such address hears where they always do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from core.alerts.alert import Step
from core.routing.route import labels_of, matching
from core.rules.rule import Ticket
from core.rules.tree import (
    All,
    Any,
    Baseline,
    Change,
    Compare,
    Condition,
    Held,
    Lag,
    LastTime,
    NoData,
    Not,
    Sentence,
    SoFar,
    Streak,
    Sudden,
    Usual,
    YearAgo,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.alerts.alert import Alert
    from core.routing.route import Route
    from core.rules.rule import Rule


class Nature(StrEnum):
    STATIC = "static"
    TREND = "trend"
    COMPOSITE = "composite"
    BEHAVIOUR = "behaviour"


@dataclass(frozen=True, slots=True)
class Default:
    """`also` are platforms on which the owner hears beside their first, `leads` whether their lead hears too."""

    also: tuple[str, ...] = ()
    leads: bool = False
    ticket: Ticket | None = None


DEFAULTS = {
    Nature.STATIC: Default(("mail",)),
    Nature.TREND: Default(("sms",)),
    Nature.COMPOSITE: Default(("mail",), leads=True, ticket=Ticket(timedelta(days=1))),
    Nature.BEHAVIOUR: Default(("mail",), leads=True),
}
STEPS = (Step(timedelta(hours=1), "lead"),)


def nature_of(sentence: Sentence) -> Nature:
    """Return the weightiest sort of what it says.

    A detector decides before a combination, and a combination before a trend.
    """
    parts = tuple(_parts(sentence.condition))
    if any(isinstance(part, Sudden) for part in parts):
        return Nature.BEHAVIOUR
    if len(parts) > 1:
        return Nature.COMPOSITE
    match parts:
        case (Compare(left=left, right=right),) if isinstance(left, Change) or not _is_bound(right, left):
            return Nature.TREND
        case (Streak(),):
            return Nature.TREND
        case _:
            return Nature.STATIC


def usual_ticket(alert: Alert, rule: Rule, routes: Sequence[Route]) -> Ticket | None:
    """Return the ticket that the table has for this sort of rule, where its alert goes by the default route."""
    ticket = DEFAULTS[nature_of(rule.sentence)].ticket
    if ticket is None or alert.fingerprint.orphan:
        return None
    seen = labels_of(rule.id, rule.owner, alert.severity, alert.fingerprint.labels, is_opportunity=rule.is_opportunity)
    return ticket if any(route.usual for route in matching(routes, seen)) else None


def _is_bound(right: object, left: object) -> bool:
    """Return whether a number is held against a bound or a plan, and not against what it was."""
    against = [side.against for side in (left, right) if isinstance(side, Baseline)]
    return not any(isinstance(one, Lag | YearAgo | Usual | LastTime | SoFar) for one in against)


def _parts(condition: Condition) -> tuple[Condition, ...]:
    match condition:
        case All(parts) | Any(parts):
            return tuple(one for part in parts for one in _parts(part))
        case Not(part) | Held(part=part):
            return _parts(part)
        case Compare() | Sudden() | NoData() | Streak():
            return (condition,)
        case _:
            assert_never(condition)
