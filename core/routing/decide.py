"""Who hears of a change, and a reason for each who does not.

Whatever moved an alert - the evaluator, a person, the clock - ends here, and nothing is dropped in silence: each
change becomes notices, or leaves a line that says why not. What is decided is written into the change itself.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from core.alerts import escalation
from core.alerts.alert import Escalation
from core.alerts.event import BEACON, Change, Event
from core.alerts.holds import Hold, HoldKind, end, flapping, got_worse, is_active
from core.notices.notice import CALLS, Kind, Notice
from core.routing.answerable import keep_hours, present, route
from core.routing.desk import PROMISED, Desk
from core.routing.hearers import ask_for, tell
from core.routing.trace import ROUTED, Line, packed
from core.rules.rule import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.calendar.calendar import Calendar
    from core.people.person import Person
    from core.routing.route import Route
    from core.rules.rule import Rule

# What each happening is to its hearers, the weightiest first; whatever is not named here only changes what is shown.
_SAYS = {
    "worse": Kind.WORSE,
    "fired": Kind.FIRST,
    "reopened": Kind.REOPENED,
    "escalated": Kind.ESCALATION,
    "assigned": Kind.ASSIGNED,
    "adopted": Kind.ASSIGNED,
    "handed-off": Kind.ASSIGNED,
    "declined": Kind.ASSIGNED,
    "handed-back": Kind.ASSIGNED,
    "hold-ended": Kind.HOLD_ENDED,
    "ack-asked": Kind.REMINDER,
    "ack-ended": Kind.REMINDER,
    "unanswered": Kind.REMINDER,
    "flapping": Kind.REMINDER,
    "restated": Kind.CORRECTED,
    "recovered": Kind.RECOVERED,
    "proposed": Kind.REQUEST,
    "approved": Kind.REQUEST,
    "rejected": Kind.REQUEST,
    "ticket-opened": Kind.TICKET,
}
# What a hold keeps back; the rest passes.
_HELD = (Kind.FIRST, Kind.REOPENED, Kind.ESCALATION, Kind.REMINDER, Kind.CORRECTED)
# What nobody is called for while it is only for their information: it stands in the digest.
_IN_DIGEST = (*CALLS, Kind.ESCALATION, Kind.HOLD_ENDED)


@dataclass(frozen=True, slots=True)
class Decision:
    """What to keep, all in one transaction. `holds` are those that ended here, and those of people not at work."""

    changes: tuple[Change, ...]
    notices: tuple[Notice, ...]
    holds: tuple[Hold, ...] = ()
    people: Mapping[str, Person] = field(default_factory=dict)  # those among whom it was decided


def decide(
    changes: Iterable[Change],
    rules: Iterable[Rule],
    routes: Sequence[Route],
    holds: Iterable[Hold],
    people: Mapping[str, Person],
    now: datetime,
    calendar: Calendar | None = None,
) -> Decision:
    """Return the changes with owner, escalation and reasons filled in, and what must be said because of them."""
    by_rule = {rule.id: rule for rule in rules}
    held: dict[str, list[Hold]] = defaultdict(list)
    for hold in holds:
        if is_active(hold, now):
            held[hold.alert].append(hold)
    kept: list[Change] = []
    notices: list[Notice] = []
    ended: list[Hold] = []
    for changed in changes:
        change, over = _unheld(changed, held.get(changed.after.id, []), now)
        ended += over
        held[change.after.id] = [hold for hold in held.get(change.after.id, []) if hold.id not in {o.id for o in over}]
        desk = Desk(change, by_rule.get(change.after.fingerprint.rule), routes, people, now, calendar)
        _consider(desk, held.get(change.after.id, []))
        kept.append(desk.change)
        notices += desk.notices
        ended += [*desk.ended, *desk.begun]
    return Decision(tuple(kept), tuple(notices), tuple(ended), people)


def _unheld(change: Change, holds: list[Hold], now: datetime) -> tuple[Change, list[Hold]]:
    """End what was to be quiet until the number is worse, now that it is, and what keeps a closed alert quiet."""
    over: list[Hold] = []
    if change.before is not None and change.before.is_open and not change.after.is_open:
        return change, [replace(hold, ended=now) for hold in holds if hold.kind is HoldKind.SNOOZE]
    for hold in holds:
        if got_worse(hold, change.after, now):
            later, ended = end(change.after, hold, [one for one in holds if one not in over], now)
            change = change.then(later)
            over.append(ended)
    return change, over


def _consider(desk: Desk, holds: Sequence[Hold]) -> None:
    desk.asleep = {hold.by: hold for hold in holds if hold.kind is HoldKind.QUIET_HOURS}
    holds = [hold for hold in holds if hold.kind.is_quiet]
    # Of two holds that end at once the one that kept people from being called has more to say.
    mornings = [event for event in desk.change.events if event.facts.get("hold") == HoldKind.QUIET_HOURS]
    others = [event for event in desk.change.events if event not in mornings]
    weighed = sorted(others, key=lambda event: event.facts.get("hold") != HoldKind.STORM)
    alert, events = desk.change.after, {event.kind: event for event in weighed}
    if (flaps := events.get("flapping")) and alert.fired_at and alert.is_open:
        until = datetime.fromisoformat(str(flaps.facts["until"]))
        hold = flapping(alert, holds, until, desk.now)
        desk.begun.append(hold)
        if any(one.id == hold.id for one in holds):
            del events["flapping"]  # it has been said
        holds = [*(one for one in holds if one.id != hold.id), hold]
    spoken = [(kind, events[happening]) for happening, kind in _SAYS.items() if happening in events]
    promised = [event for event in desk.change.events if event.kind in PROMISED]
    if alert.fired_at is None:
        desk.silent("not-fired", phase=str(alert.condition.phase))
    elif not spoken and not mornings and not promised:
        desk.show_state(alert)
    elif not alert.is_open and not _closes_itself(desk):
        # The clock may recover what people have closed: they are told on the card, and not called again.
        desk.silent("closed", kind=str(spoken[0][0] if spoken else Kind.HOLD_ENDED))
        desk.show_state(alert)
    else:
        if spoken and spoken[0][0] in CALLS:
            route(desk)
        for event in mornings:
            _begin_day(desk, event, holds)
        for kind, event in spoken:
            _speak(desk, kind, event, holds)
        for event in promised:
            ask_for(desk, event)
        if not spoken or spoken[0][0] is not Kind.FIRST:
            desk.show_state(desk.change.after)
    keep_hours(desk)
    if desk.lines:
        event = Event(alert.id, alert.version, desk.now, ROUTED, facts=packed(desk.lines))
        desk.change = replace(desk.change, events=(*desk.change.events, event))


def _closes_itself(desk: Desk) -> bool:
    """Return whether it was open until now: an alert that its facts take back says so."""
    return desk.change.before is not None and desk.change.before.is_open


def _begin_day(desk: Desk, event: Event, holds: Sequence[Hold]) -> None:
    """Tell somebody who begins to work what is still so; of what is over they are told how much it was."""
    kind, person = Kind.HOLD_ENDED, str(event.facts["by"])
    if holds:
        desk.silent("held-still", kind=str(kind), holds=len(holds))
    elif event.facts.get("firing"):
        if person == desk.change.after.owner and (owner := present(desk, person)):
            person = owner  # whose leave began since that night
            desk.set(owner=owner)
        desk.notice(kind, event, person, "owner")
        desk.set(told_at=desk.change.after.told_at or desk.now)
    else:
        desk.notice(kind, event, person, "count")
        desk.lines.pop()  # it will only be counted on the card of what is still so
        desk.silent("calm-meanwhile", kind=str(kind))


def _speak(desk: Desk, kind: Kind, event: Event, holds: Sequence[Hold]) -> None:
    if kind is Kind.WORSE:
        # Whoever snoozed it had not seen this; what the business itself holds back stays back.
        desk.ended = [replace(hold, ended=desk.now) for hold in holds if hold.kind is HoldKind.SNOOZE]
        desk.lines += [Line("hold-voided", {"hold": str(hold.kind), "by": hold.by}) for hold in desk.ended]
        holds = [hold for hold in holds if hold.kind is not HoldKind.SNOOZE]
    alert = desk.change.after
    if alert.severity is Severity.INFO and kind in _IN_DIGEST and event.actor == BEACON:
        desk.silent("digest-only", kind=str(kind))
        desk.set(escalation=Escalation())  # there is nobody to whom it would go on
        return
    flaps = any(hold.kind is HoldKind.FLAPPING for hold in holds)
    is_held = (kind in _HELD or (flaps and kind is Kind.RECOVERED)) and event.kind != "flapping"
    if holds and is_held and event.actor == BEACON:  # what a person asks for, they get
        for hold in holds:
            desk.silent("held", kind=str(kind), hold=str(hold.kind), by=hold.by, until=hold.until.isoformat())
        desk.set(escalation=escalation.paused(alert.escalation))
    else:
        tell(desk, kind, event)
