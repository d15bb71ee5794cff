"""An alert that nobody answers for is an alarm of its own, and an end is put to it as soon as somebody can.

Everybody in the chain of owners is away or has no chat: so the alarm goes to the chats of the route that matches all
(or to every chat there is), and to whoever is left that can act, in charge or not. At each look the chain is asked
again, for people come back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from core.alerts.alert import REOPEN_WINDOW, Alert, Condition, Escalation, Handling, Phase, Reason, Stage
from core.alerts.condition import handle_of
from core.alerts.escalation import paused
from core.alerts.event import Change, Event, moved
from core.people.person import Right
from core.ports import Conflict
from core.routing.decide import decide
from core.routing.owner import find_owner, stand_in
from core.routing.route import labels_of, matching
from core.rules.finding import Finding, State
from core.rules.rule import ORPHAN, Fingerprint
from core.usecases.tell import inhibited, tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from core.ports import World
    from core.workspace import Workspace


async def tend_orphans(workspace: Workspace, world: World) -> tuple[Change, ...]:
    """Give orphans to whoever can be told by now, raise an alarm of each that is left, and end those that are over."""
    try:
        return await _tend_once(workspace, world)
    except Conflict:
        return ()  # another process is at it, or somebody took one: the next look sees what is left


async def _tend_once(workspace: Workspace, world: World) -> tuple[Change, ...]:
    now = world.clock.now()
    async with world.store.begin() as tx:
        orphans = await tx.orphans()
        watched = {rule.id for rule in workspace.rules} | {alert.fingerprint.rule for alert in orphans}
        alarms = await tx.latest(f"{ORPHAN}{rule}" for rule in watched)
        found = {alert.id: _owner_of(alert, workspace, now) for alert in orphans}
        adopted = [_adopt(alert, to, now) for alert in orphans if (to := found[alert.id])]
        left = [alert for alert in orphans if not found[alert.id]]
        changes = [*adopted, *_raised(left, alarms, workspace, now), *_ended(left, alarms.values(), now)]
        if not changes:
            return ()
        every, touched, held = await inhibited(tx, changes, await tx.holds(), workspace, now)
        decision = decide(every, workspace.rules, workspace.routes, held, workspace.people, now, workspace.calendar)
        await tell(tx, decision, now, touched)
    return decision.changes


def _owner_of(alert: Alert, workspace: Workspace, now: datetime) -> str | None:
    rule = next((rule for rule in workspace.rules if rule.id == alert.fingerprint.rule), None)
    role, is_good = (rule.owner, rule.is_opportunity) if rule else ("", False)
    labels = alert.fingerprint.labels
    seen = labels_of(alert.fingerprint.rule, role, alert.severity, labels, is_opportunity=is_good)
    taken = matching(workspace.routes, seen)
    return find_owner(role, labels, taken, workspace.routes, workspace.people, now).person


def _adopt(alert: Alert, to: str, now: datetime) -> Change:
    return moved(alert, now, [("adopted", {"to": to})], owner=to)


def _raised(
    orphans: Iterable[Alert], alarms: Mapping[Fingerprint, Alert], workspace: Workspace, now: datetime
) -> Iterable[Change]:
    """Return an alarm of each orphan that has none; one that people closed is not raised again for a day."""
    to = _anybody(workspace, now)
    for orphan in orphans:
        fingerprint = Fingerprint(f"{ORPHAN}{orphan.fingerprint.rule}", orphan.fingerprint.labels)
        last = alarms.get(fingerprint)
        if last is not None and (last.is_open or _was_closed_lately(last, now)):
            continue
        id = uuid4().hex
        alarm = Alert(
            id=id,
            handle=handle_of(id),
            fingerprint=fingerprint,
            severity=orphan.severity,
            condition=Condition(Phase.FIRING, now),
            handling=Handling(Stage.OPEN),
            escalation=Escalation(),
            finding=Finding(fingerprint, orphan.finding.period, State.BREACHED),
            opened_at=now,
            owner=to,
            fired_at=now,
        )
        yield Change(None, alarm, (Event(id, alarm.version, now, "fired", facts={"of": orphan.handle}),))


def _ended(orphans: Iterable[Alert], alarms: Iterable[Alert], now: datetime) -> Iterable[Change]:
    """Return the end of each alarm whose alert has somebody now, or is over."""
    left = {(orphan.fingerprint.rule, orphan.fingerprint.labels) for orphan in orphans}
    for alarm in alarms:
        if alarm.is_open and (alarm.fingerprint.orphan, alarm.fingerprint.labels) not in left:
            lasted = int((now - alarm.opened_at).total_seconds())
            yield moved(
                alarm,
                now,
                [("recovered", {"lasted": lasted, "restated": 0})],
                condition=Condition(Phase.OK, now),
                handling=replace(Handling(Stage.CLOSED), at=now, reason=Reason.RECOVERED),
                recovered_at=now,
                escalation=paused(alarm.escalation),
            )


def _was_closed_lately(alarm: Alert, now: datetime) -> bool:
    handling = alarm.handling
    return handling.by is not None and handling.at is not None and now - handling.at < REOPEN_WINDOW


def _anybody(workspace: Workspace, now: datetime) -> str | None:
    """Return who is left that can act and be told: whoever may most first, though they have no part in it."""
    able = [person for person in workspace.people.values() if person.right.covers(Right.ACT)]
    for person in sorted(able, key=lambda one: not one.right.covers(Right.MANAGE)):
        if to := stand_in(person.id, workspace.people, now).person:
            return to
    return None
