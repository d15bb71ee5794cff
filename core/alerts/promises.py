"""Promises: who does what by when, asked for until it is done. An ack says who has it; a promise, what comes of it.

Each is asked for a working day before its due, when it is due, and then each working day; from the second time that
it is overdue its owner's lead hears as well. An alert with an open promise stays until somebody closes it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from core.alerts.event import Change, Event, Happening, moved
from core.alerts.guards import must_be_open
from core.alerts.pace import PLAIN
from core.alerts.work import Fate, Promise
from core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.alerts.alert import Alert
    from core.alerts.pace import Pace
    from core.errors import Fact

MOST_LETTERS = 200
MOST_OPEN = 20
_TOLD_ON = 8  # of its latest events, what goes along when an alert is handed off
_NEVER_TOLD_ON = ("measured", "routed", "escalation-waits", "hold-ended")


def promise(
    alert: Alert,
    by: str,
    owner: str | None,
    text: str,
    due: datetime,
    now: datetime,
    *,
    pace: Pace = PLAIN,
    via: str | None = None,
) -> Change:
    """Promise that something is done by then; without an `owner` by whoever has the alert."""
    must_be_open(alert)
    if due <= now:
        raise Problem("due-past", due=due.isoformat())
    if len(text) > MOST_LETTERS:
        raise Problem("promise-long", most=MOST_LETTERS)
    if len(alert.work.open_promises) >= MOST_OPEN:
        raise Problem("promise-many", most=MOST_OPEN)
    made = promised(alert, owner, text, due, by, now, pace)
    facts = _facts(alert, made) | ({"value": made.value} if made.value is not None else {})
    return moved(alert, now, [("promised", facts)], actor=by, via=via, work=alert.work.with_promise(made))


def promised(
    alert: Alert,
    owner: str | None,
    text: str,
    due: datetime,
    by: str,
    now: datetime,
    pace: Pace,
    *,
    ticket: bool = False,
) -> Promise:
    """Return the promise itself, with the number as it is now."""
    headline = alert.finding.headline
    before = pace.a_day_before(owner or alert.owner, due)
    return Promise(
        number=len(alert.work.promises) + 1,
        owner=owner,
        text=text,
        due=due,
        by=by,
        at=now,
        remind_at=before if before > now else due,
        value=headline.value if headline else None,
        is_ticket=ticket,
    )


def keep(alert: Alert, by: str, number: int, now: datetime, *, via: str | None = None) -> Change:
    """Say that it is done."""
    return _end(alert, by, number, Fate.KEPT, ("promise-kept", {}), now, via)


def drop(alert: Alert, by: str, number: int, now: datetime, *, note: str = "", via: str | None = None) -> Change:
    """Take it back."""
    return _end(alert, by, number, Fate.DROPPED, ("promise-dropped", {"note": note}), now, via)


def ask(alert: Alert, now: datetime, pace: Pace) -> Change | None:
    """Ask for every promise whose time has come, each once, however long nobody looked."""
    work, happenings = alert.work, []
    for one in alert.work.open_promises:
        if one.remind_at > now:
            continue
        owner = one.owner or alert.owner
        if now < one.due:
            kind, later = "due-soon", replace(one, remind_at=one.due)
        else:
            kind = "overdue" if one.asked else "due"
            later = replace(one, asked=one.asked + 1, remind_at=pace.a_day_after(owner, now))
        work = work.with_promise(later)
        happenings.append((kind, _facts(alert, one) | {"count": one.asked} | _since(alert, one)))
    return moved(alert, now, happenings, work=work) if happenings else None


def packed(history: Iterable[Event]) -> str:
    """Return the latest of what happened as text, for whoever takes over; an event's facts are flat."""
    told = [event for event in history if event.kind not in _NEVER_TOLD_ON][-_TOLD_ON:]
    lines = [[event.at.isoformat(), event.kind, event.actor, dict(event.facts)] for event in told]
    return json.dumps(lines, ensure_ascii=False)


def unpacked(alert: Alert, history: str) -> tuple[Event, ...]:
    """Return the events that `packed` wrote down."""
    return tuple(
        Event(alert.id, 0, datetime.fromisoformat(at), kind, actor, None, facts)
        for at, kind, actor, facts in json.loads(history)
    )


def _end(
    alert: Alert, by: str, number: int, fate: Fate, happening: Happening, now: datetime, via: str | None
) -> Change:
    must_be_open(alert)
    one = next((each for each in alert.work.promises if each.number == number), None)
    if one is None:
        raise Problem("no-such-promise", handle=alert.handle, number=number)
    if not one.is_open:
        raise Problem("promise-over", handle=alert.handle, number=number)
    kind, more = happening
    facts = _facts(alert, one) | _since(alert, one) | {name: fact for name, fact in more.items() if fact}
    work = alert.work.with_promise(replace(one, fate=fate))
    return moved(alert, now, [(kind, facts)], actor=by, via=via, work=work)


def _facts(alert: Alert, one: Promise) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"number": one.number, "due": one.due.isoformat(), "text": one.text}
    if owner := one.owner or alert.owner:
        facts["owner"] = owner
    return facts


def _since(alert: Alert, one: Promise) -> dict[str, Fact]:
    """Return what the number was when it was promised, and what it is now."""
    headline = alert.finding.headline
    if one.value is None or headline is None or headline.value is None:
        return {}
    return {"was": one.value, "value": headline.value, "unit": str(headline.unit), "metric": headline.metric}
