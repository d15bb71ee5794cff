"""What happened to an alert, and who did it. Events are only ever added."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.errors import Fact

BEACON = "beacon"  # the actor, where no person is


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is a phrase key (`fired`, `acked`, `routed`, …) and `facts` fill that phrase."""

    alert: str
    version: int
    at: datetime
    kind: str
    actor: str = BEACON
    via: str | None = None  # the platform it was done on
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One alert before and after; kept only if nobody else changed it meanwhile."""

    before: Alert | None
    after: Alert
    events: tuple[Event, ...] = ()

    def then(self, later: Change) -> Change:
        """Return both as one; `later` began where this ended."""
        return Change(self.before, later.after, (*self.events, *later.events))


Happening = tuple[str, "Mapping[str, Fact]"]  # an event's kind and facts, before it has an alert


def moved(
    alert: Alert,
    now: datetime,
    happenings: Iterable[Happening],
    *,
    actor: str = BEACON,
    via: str | None = None,
    **fields: Any,
) -> Change:
    """Return the change of `fields` that these happenings made, one version later."""
    after = replace(alert, version=alert.version + 1, **fields)
    events = tuple(Event(alert.id, after.version, now, kind, actor, via, facts) for kind, facts in happenings)
    return Change(alert, after, events)
