"""A rule's SOP as a list to tick off: who did which step, and when. Each tick is an event, and none is ever lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.alerts.event import Change, moved
from core.alerts.guards import must_be_open
from core.alerts.work import Tick
from core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.alerts.alert import Alert


def ticked(alert: Alert) -> Mapping[int, Tick]:
    """Return the steps that are done since it last fired."""
    return {tick.step: tick for tick in alert.work.ticks if tick.occurrence == alert.occurrence}


def tick(alert: Alert, by: str, step: int, steps: int, now: datetime, *, via: str | None = None) -> Change:
    """Mark one of so many steps as done; a second press says who did it first."""
    must_be_open(alert)
    _must_exist(alert, step, steps)
    if done := ticked(alert).get(step):
        raise Problem("step-done", handle=alert.handle, step=step, by=done.by)
    ticks = (*alert.work.ticks, Tick(step, by, now, alert.occurrence))
    facts = {"step": step, "of": steps}
    return moved(alert, now, [("ticked", facts)], actor=by, via=via, work=replace(alert.work, ticks=ticks))


def untick(alert: Alert, by: str, step: int, steps: int, now: datetime, *, via: str | None = None) -> Change:
    must_be_open(alert)
    _must_exist(alert, step, steps)
    done = ticked(alert).get(step)
    if done is None:
        raise Problem("step-not-done", handle=alert.handle, step=step)
    ticks = tuple(one for one in alert.work.ticks if one != done)
    facts = {"step": step, "of": steps}
    return moved(alert, now, [("unticked", facts)], actor=by, via=via, work=replace(alert.work, ticks=ticks))


def _must_exist(alert: Alert, step: int, steps: int) -> None:
    if not steps:
        raise Problem("no-sop", handle=alert.handle)
    if not 1 <= step <= steps:
        raise Problem("no-such-step", step=step, steps=steps)
