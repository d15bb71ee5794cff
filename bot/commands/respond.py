"""Acting on an alert: ack, assign, escalate, snooze, close, reopen. Said without the word it needs, we ask for it."""

from __future__ import annotations

import re

from bot.cards.choose import CAUSES, action_card, cause_card, done_card, person_card, reason_card, until_card
from bot.cards.forms import assign_form, close_form, snooze_form
from bot.cards.problem import take_over_card
from bot.cards.work import with_promise
from bot.chat.card import Card
from bot.chat.form import Form
from bot.chat.reply import Reply
from bot.commands.call import Call
from bot.commands.command import Accept, Ack, Assign, Close, Decline, Escalate, Reopen, Snooze
from bot.commands.reading import alert_of, moment_of
from core.alerts.alert import Alert, Reason
from core.alerts.event import Change
from core.alerts.loss import avoided
from core.document import suggesting
from core.errors import Missing, Problem
from core.people.person import Deed, Person
from core.usecases import respond

MOST_PEOPLE = 8
_WORSE = re.compile(
    r"(?:until\s+)?(?:it\s+(?:gets|is)\s+)?(?:worse|恶化|变差)\s*(?:by\s+|超过)?\s*(?:(\d+(?:\.\d+)?)\s*([%％]))?"
    r"|(?:until\s+)?(?:below|above|under|over|<|>|低于|高于|跌破|超过)\s*(\d+(?:\.\d+)?)\s*([%％])?",
    re.IGNORECASE,
)
_MYSELF = frozenset({"me", "myself", "我", "自己"})


async def ack(command: Ack, call: Call) -> Reply:
    handle, version = command.alert.handle, command.alert.version
    try:
        change = await respond.ack(handle, version, call.person, call.via, call.world, call.workspace)
    except Problem as problem:
        if problem.code != "already-acked":
            raise
        return Reply((take_over_card(problem, handle, call.workspace, call.tongue),), is_private=True)
    done = done_card(change, call.workspace, call.tongue, call.now)
    return Reply((with_promise(done, change.after, call.person, call.now),))


async def assign(command: Assign, call: Call) -> Reply:
    if command.to is None:
        alert = await alert_of(command.alert, call)
        able = _candidates(alert, call)
        card = person_card(alert, able[:MOST_PEOPLE], call.workspace, call.tongue)
        return _asked(card, assign_form(alert, able, call.tongue))
    to = call.person.id if command.to.lower() in _MYSELF else command.to
    if to not in call.workspace.people:
        raise Missing("unknown-person", **suggesting(to, call.lexicon.people.codes, name=to))
    due = moment_of(command.due, call, ends=True) if command.due else None
    handle, version = command.alert.handle, command.alert.version
    change = await respond.assign(handle, version, to, call.person, call.via, call.world, call.workspace, due=due)
    return _done(change, call)


async def accept(command: Accept, call: Call) -> Reply:
    handle, version = command.alert.handle, command.alert.version
    return _done(await respond.accept(handle, version, call.person, call.via, call.world, call.workspace), call)


async def decline(command: Decline, call: Call) -> Reply:
    handle, version = command.alert.handle, command.alert.version
    change = await respond.decline(
        handle, version, call.person, call.via, call.world, call.workspace, note=command.note
    )
    return _done(change, call)


async def escalate(command: Escalate, call: Call) -> Reply:
    handle, version = command.alert.handle, command.alert.version
    return _done(await respond.escalate(handle, version, call.person, call.via, call.world, call.workspace), call)


async def snooze(command: Snooze, call: Call) -> Reply:
    if not command.until:
        alert = await alert_of(command.alert, call)
        return _asked(until_card(alert, call.workspace, call.tongue), snooze_form(alert, call.tongue))
    if found := _WORSE.fullmatch(command.until.strip()):
        return await _snooze_until_worse(command, _worse(found), call)
    until = moment_of(command.until, call)
    handle, version = command.alert.handle, command.alert.version
    change = await respond.snooze(handle, version, until, call.person, call.via, call.world, call.workspace)
    return _done(change, call)


async def _snooze_until_worse(command: Snooze, worse: respond.Worse, call: Call) -> Reply:
    handle, version = command.alert.handle, command.alert.version
    change = await respond.snooze_until_worse(handle, version, worse, call.person, call.via, call.world, call.workspace)
    return _done(change, call)


def _worse(found: re.Match[str]) -> respond.Worse:
    """Read `worse`, `worse by 20%`, `below 1.2`, `above 30%`: the last two name the number itself."""
    by, by_sign, to, to_sign = found.groups()
    if to is not None:
        return respond.Worse(value=float(to) / (100 if to_sign else 1))
    return respond.Worse(float(by) / 100) if by and by_sign else respond.Worse()


async def close(command: Close, call: Call) -> Reply:
    """Close it; whatever of reason, cause and action is missing is asked for, one tap each."""
    alert = await alert_of(command.alert, call)
    if command.reason is None:
        return _asked(reason_card(alert, call.workspace, call.tongue), close_form(alert, call.tongue))
    handle, version, reason = command.alert.handle, command.alert.version, command.reason
    who = (call.person, call.via, call.world, call.workspace)
    cause = command.cause or alert.work.cause
    if not cause and reason is not Reason.DUPLICATE:
        card = cause_card(alert, reason, call.workspace, call.tongue, command.action)
        return _asked(card, close_form(alert, call.tongue, reason))
    if not command.action and reason.was_acted_on:
        if command.cause and command.cause not in CAUSES:
            # Words do not fit into a button: they are kept with the alert until it is closed.
            alert = (await respond.note_cause(handle, cause, *who)).after
            cause = ""
        card = action_card(alert, reason, cause, call.workspace, call.tongue)
        return _asked(card, close_form(alert, call.tongue, reason, cause))
    change = await respond.close(handle, version, reason, *who, cause=command.cause, action=command.action)
    offered = avoided(change.after, call.workspace.catalog, call.now) if reason.was_acted_on else None
    return Reply((done_card(change, call.workspace, call.tongue, call.now, loss=offered),))


async def reopen(command: Reopen, call: Call) -> Reply:
    return _done(await respond.reopen(command.alert.handle, call.person, call.via, call.world, call.workspace), call)


def _done(change: Change, call: Call) -> Reply:
    return Reply((done_card(change, call.workspace, call.tongue, call.now),))


def _asked(card: Card, form: Form) -> Reply:
    return Reply((card,), is_private=True, form=form)


def _candidates(alert: Alert, call: Call) -> tuple[Person, ...]:
    """Return whom to offer: who holds the rule's role, this slice's holders first, then whoever else may act."""
    rule = next((one for one in call.workspace.rules if one.id == alert.fingerprint.rule), None)
    role, labels = rule.owner if rule else "", alert.fingerprint.labels

    def distance(person: Person) -> int:
        if any(duty.covers(role, labels) for duty in person.duties):
            return 0
        return 1 if any(duty.role == role for duty in person.duties) else 2

    able = (one for one in call.workspace.people.values() if one.may(Deed.ACK) and one.id != alert.owner)
    return tuple(sorted(able, key=distance))
