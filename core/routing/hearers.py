"""Who hears of each kind of news: the owner, the next in line, a lead, whoever must approve, the chats of a route."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.alerts.holds import HoldKind
from core.notices.notice import TICKETS, Kind, Place
from core.routing.answerable import present
from core.routing.nature import DEFAULTS, nature_of
from core.routing.owner import find_next

if TYPE_CHECKING:
    from core.alerts.event import Event
    from core.routing.desk import Desk

_OVERDUE_FOR_LEAD = 2  # times that it was asked for in vain, after which the owner's lead hears of it too


def tell(desk: Desk, kind: Kind, event: Event) -> None:
    alert = desk.change.after
    match kind:
        case Kind.FIRST | Kind.REOPENED | Kind.WORSE:
            desk.say(kind, event, alert.owner, "owner")
            _say_by_nature(desk, kind, event)
            desk.say_in_chats(kind, event)
            desk.mark_told()
        case Kind.RECOVERED | Kind.CORRECTED if alert.told_at is None:
            desk.silent("never-told", kind=str(kind))
        case Kind.RECOVERED | Kind.CORRECTED:
            desk.say(kind, event, alert.owner, "owner")
            desk.say_in_chats(kind, event)
        case Kind.ESCALATION:
            found = find_next(str(event.facts["to"]), alert.owner, desk.labels, desk.routes, desk.people, desk.now)
            desk.lines += found.lines
            desk.say(kind, event, found.person, "escalation")
            if found.person is None:
                desk.say_in_chats(kind, event)
        case Kind.ASSIGNED if event.actor == alert.owner:
            desk.silent("own-doing", kind=str(kind), person=event.actor)
        case Kind.ASSIGNED:
            desk.say(kind, event, alert.owner, "owner")
        case Kind.HOLD_ENDED if event.facts.get("hold") == HoldKind.STORM:
            desk.silent("storm-over", kind=str(kind))
        case Kind.HOLD_ENDED if event.facts.get("others"):
            desk.silent("held-still", kind=str(kind), holds=event.facts["others"])
        case Kind.HOLD_ENDED if not event.facts.get("firing"):
            desk.silent("calm-meanwhile", kind=str(kind))
        case Kind.HOLD_ENDED:
            desk.set(owner=present(desk, alert.owner))  # who was here when it began may be away by now
            desk.say(kind, event, desk.change.after.owner, "owner")
            desk.say_in_chats(kind, event)
            desk.mark_told()
        case Kind.REQUEST if event.kind == "proposed":
            to = str(event.facts["approve"])
            found = find_next(to, alert.owner, desk.labels, desk.routes, desk.people, desk.now)
            desk.lines += found.lines
            desk.say(kind, event, found.person, "approves")
            desk.say_in_chats(kind, event)
        case Kind.REQUEST:
            desk.say(kind, event, alert.owner if alert.owner != event.actor else None, "owner")
            desk.say_in_chats(kind, event)
            if event.facts.get("webhook"):
                _file(desk, event)
        case Kind.TICKET if event.facts.get("webhook"):
            _file(desk, event)
        case Kind.TICKET:
            desk.silent("ticket-here", kind=str(kind))
        case _:
            _remind(desk, kind, event)


def _file(desk: Desk, event: Event) -> None:
    """Tell the ticket system, with all that it is to know: it cannot ask us later."""
    about = {"owner": desk.change.after.owner or "", "slice": str(desk.labels)}
    desk.notice(Kind.TICKET, replace(event, facts={**event.facts, **about}), TICKETS, "rule")


def _remind(desk: Desk, kind: Kind, event: Event) -> None:
    alert = desk.change.after
    asked = str(event.facts.get("by") or alert.owner or "") or None
    desk.say(kind, event, asked, "owner")
    if event.kind == "ack-ended":
        desk.say(kind, event, alert.owner if alert.owner != asked else None, "owner")
        desk.say_in_chats(kind, event)
    elif event.kind == "flapping":
        desk.say_in_chats(kind, event)
    elif event.kind == "unanswered" and int(event.facts.get("days", 0)) >= _OVERDUE_FOR_LEAD:
        owner = desk.people.get(alert.owner or "")
        desk.say(kind, event, owner.lead if owner else None, "lead")


def ask_for(desk: Desk, event: Event) -> None:
    """Ask for what was promised; whoever promised something for the evening is asked in the evening."""
    owner = str(event.facts.get("owner") or desk.change.after.owner or "") or None
    if event.kind == "due" and owner is not None:
        desk.notice(Kind.REMINDER, event, owner, "promise")
    else:
        desk.say(Kind.REMINDER, event, owner, "promise")
    if event.kind == "overdue" and int(event.facts.get("count", 0)) >= _OVERDUE_FOR_LEAD:
        person = desk.people.get(owner or "")
        desk.say(Kind.REMINDER, event, person.lead if person else None, "lead")


def _say_by_nature(desk: Desk, kind: Kind, event: Event) -> None:
    """Tell them where the table of rule types says so too; of an owner at rest nobody else is told louder."""
    alert, owner = desk.change.after, desk.people.get(desk.change.after.owner or "")
    if owner is None or owner.id in desk.asleep or desk.rule is None or not any(one.usual for one in desk.taken):
        return
    default = DEFAULTS[nature_of(desk.rule.sentence)]
    first = next(iter(owner.chats), None)
    for platform in default.also:
        if platform in owner.chats and platform != first:
            desk.notice(kind, event, Place(platform, owner.chats[platform]), "owner")
    if default.leads and owner.lead != alert.owner:
        desk.say(kind, event, owner.lead, "lead")
