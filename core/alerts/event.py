"""What happened to an alert, and who did it. Events are only ever added."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
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
