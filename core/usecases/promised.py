"""Which promises of some days were kept, and which were broken: by its due it was done, or it was not.

Told by events alone, so that a promise kept a day late stays one that was broken. One whose alert was closed before its
due, or that was taken back in time, is neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.work import Fate
from core.usecases.follow_up import Pledge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.alerts.event import Event
    from core.alerts.work import Promise
    from core.ports import Transaction

LOOKS_BACK = timedelta(days=120)  # an alert that last fired before then and is closed has no promise left to tell of
_ENDS = ("promise-kept", "promise-dropped", "closed")


@dataclass(frozen=True, slots=True)
class Promised:
    """Those whose due lies within some time, each list the earliest due first."""

    kept: tuple[Pledge, ...] = ()
    broken: tuple[Pledge, ...] = ()

    def of(self, owner: str | None) -> Promised:
        """Return one person's."""
        mine = [tuple(one for one in some if one.owner == owner) for some in (self.kept, self.broken)]
        return Promised(*mine)

    def __bool__(self) -> bool:
        return bool(self.kept or self.broken)


async def promised(
    tx: Transaction, start: datetime, end: datetime, now: datetime, of: Callable[[Alert], bool] = lambda _: True
) -> Promised:
    """Return what became of the promises that were due from `start` up to `end`, and by now."""
    known = {alert.id: alert for alert in (*await tx.fired(start - LOOKS_BACK), *await tx.open())}
    kept: list[Pledge] = []
    broken: list[Pledge] = []
    for alert in known.values():
        due = [one for one in alert.work.promises if start <= one.due < min(end, now)]
        if not due or not of(alert):
            continue
        events = await tx.events(alert.id)
        for one in due:
            match fate_of(one, events):
                case Fate.KEPT:
                    kept.append(Pledge(one, alert))
                case Fate.OPEN:
                    broken.append(Pledge(one, alert))
                case Fate.DROPPED:
                    pass
    return Promised(*(tuple(sorted(some, key=lambda each: each.promise.due)) for some in (kept, broken)))


def fate_of(promise: Promise, events: Sequence[Event]) -> Fate:
    """Return how a promise stood at its due: KEPT, DROPPED, or OPEN, which is broken."""
    for event in sorted(events, key=lambda each: each.version):
        if event.at > promise.due or event.kind not in _ENDS:
            continue
        if event.kind == "closed" and event.at >= promise.at:
            return Fate.DROPPED
        if event.facts.get("number") == promise.number and event.at >= promise.at:
            return Fate.KEPT if event.kind == "promise-kept" else Fate.DROPPED
    return Fate.OPEN
