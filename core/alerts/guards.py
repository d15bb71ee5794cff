"""What must be so before anybody may act on an alert, and what a stale button is told instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.alerts.alert import Alert
from core.alerts.event import BEACON
from core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.alerts.event import Event

# What has to be known before one acts, whatever the verb.
_NEWS = ("worse", "reopened")


def must_be_open(alert: Alert) -> None:
    handling = alert.handling
    if not alert.is_open:
        raise Problem(
            "already-closed", handle=alert.handle, reason=str(handling.reason or ""), by=handling.by or BEACON
        )
    if alert.fired_at is None:
        raise Problem("not-fired", handle=alert.handle)


def must_be_fresh(alert: Alert, seen: int | None, history: Iterable[Event], *news: str) -> None:
    """Refuse to act for somebody who has not seen what happened since; `news` adds to what they must have seen."""
    happened = {event.kind for event in history if seen is not None and event.version > seen}
    for kind in (*_NEWS, *news):
        if kind in happened:
            raise Problem("stale-version", handle=alert.handle, what=kind, version=alert.version)
