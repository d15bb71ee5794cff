"""What comes after an ack: steps ticked off, promises, a hand-off, a verdict. Whatever word is missing is asked for."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from bot.cards.choose import cause_card, done_card, loss_card, role_card, verdict_card
from bot.cards.forms import promise_form
from bot.cards.more import more_card
from bot.cards.work import promise_card, promises_card, todo_card
from bot.chat.reply import Reply
from bot.commands.alerts import mine_of
from bot.commands.call import Call
from bot.commands.command import (
    Approve,
    Cause,
    Done,
    Drop,
    HandOff,
    Judge,
    Loss,
    Mine,
    More,
    Promise,
    Promises,
    Reject,
    Undo,
)
from bot.commands.reading import alert_of, amount_of, person_at
from core.alerts.loss import avoided
from core.alerts.work import Loss as KeptLoss
from core.calendar.moment import read_moment
from core.document import suggesting
from core.errors import Missing, Problem
from core.quantity import Unit
from core.usecases import follow_up, respond

_FOR = re.compile(r"(?:@|for\s+@?|给@?|让@?)", re.IGNORECASE)
_BY = re.compile(r"^(?:by|before|until|due|on|at|in)\s+|[\s,;:]+$", re.IGNORECASE)
_LOOSE = re.compile(
    r"(?:\s|,|;|^)(?:by|before|until|due|on|at)$|^[\s,;:]*(?:i will|i'll|we will|we'll|我会|我来|将)?[\s,;:]*",
    re.IGNORECASE,
)


async def hand_off(command: HandOff, call: Call) -> Reply:
    held = sorted({duty.role for person in call.workspace.people.values() for duty in person.duties})
    if command.role is None:
        return _asked(role_card(await alert_of(command.alert, call), held, call.workspace, call.tongue))
    role = next((one for one in held if one.lower() == command.role.lower()), None)
    if role is None:
        raise Missing("unknown-role", **suggesting(command.role, held, name=command.role))
    change = await respond.hand_off(
        *(command.alert.handle, command.alert.version, role, call.person, call.via, call.world, call.workspace),
        note=command.note,
    )
    return Reply((done_card(change, call.workspace, call.tongue, call.now),))


async def done(command: Done, call: Call) -> Reply:
    if not command.what:
        return _asked(todo_card(await alert_of(command.alert, call), call.workspace, call.tongue, call.now))
    who = (call.person, call.via, call.world, call.workspace)
    if command.what.startswith("p"):
        change = await follow_up.end_promise(command.alert.handle, int(command.what[1:]), *who, kept=True)
    else:
        change = await follow_up.tick(command.alert.handle, int(command.what), *who)
    return Reply((done_card(change, call.workspace, call.tongue, call.now),))


async def undo(command: Undo, call: Call) -> Reply:
    if not command.what.isdecimal():
        raise Missing("command-which-step", verb="undo", handle=command.alert.handle)
    who = (call.person, call.via, call.world, call.workspace)
    change = await follow_up.tick(command.alert.handle, int(command.what), *who, done=False)
    return Reply((done_card(change, call.workspace, call.tongue, call.now),))


async def promise(command: Promise, call: Call) -> Reply:
    """`promise 7f3k 换文案 明天下午3点`, `promise 7f3k @bob call the agency by friday`."""
    words, owner = _for_whom(command.words, call)
    due, text = _due(words, call)
    if due is None:
        alert = await alert_of(command.alert, call)
        card = promise_card(alert, call.person, call.workspace, call.now, text)
        return Reply((card,), is_private=True, form=promise_form(alert, call.tongue, text))
    change = await follow_up.promise(
        *(command.alert.handle, text, due, call.person, call.via, call.world, call.workspace), owner=owner
    )
    return Reply((done_card(change, call.workspace, call.tongue, call.now),))


async def drop(command: Drop, call: Call) -> Reply:
    if not command.what.startswith("p"):
        raise Missing("command-which-promise", verb="drop", handle=command.alert.handle)
    change = await follow_up.end_promise(
        *(command.alert.handle, int(command.what[1:]), call.person, call.via, call.world, call.workspace),
        kept=False,
        note=command.note,
    )
    return Reply((done_card(change, call.workspace, call.tongue, call.now),))


async def promises(_: Promises, call: Call) -> Reply:
    return Reply((promises_card(await follow_up.pledges(call.world), call.workspace, call.tongue, call.now),))


async def mine(_: Mine, call: Call) -> Reply:
    """What I have, and what I promised."""
    held = await mine_of(call)
    pledged = await follow_up.pledges(call.world, owner=call.person.id)
    return Reply((held, promises_card(pledged, call.workspace, call.tongue, call.now)), is_private=True)


async def cause(command: Cause, call: Call) -> Reply:
    if not command.cause:
        return _asked(cause_card(await alert_of(command.alert, call), None, call.workspace, call.tongue))
    change = await respond.note_cause(
        command.alert.handle, command.cause, call.person, call.via, call.world, call.workspace
    )
    return Reply((done_card(change, call.workspace, call.tongue, call.now),))


async def judge(command: Judge, call: Call) -> Reply:
    if command.feedback is None:
        return _asked(verdict_card(await alert_of(command.alert, call), call.workspace, call.tongue))
    change = await respond.judge(
        command.alert.handle, command.feedback, call.person, call.via, call.world, call.workspace
    )
    return Reply((done_card(change, call.workspace, call.tongue, call.now),), is_private=True)


async def loss(command: Loss, call: Call) -> Reply:
    """Keep a figure of one's own in the unit that was offered; money, where nothing was."""
    alert = await alert_of(command.alert, call)
    offered = avoided(alert, call.workspace.catalog, alert.handling.at or call.now)
    if not command.amount:
        return _asked(loss_card(alert, offered, call.workspace, call.tongue))
    amount = amount_of(command.amount, call)
    kept = KeptLoss(amount, offered.unit, offered.metric) if offered else KeptLoss(amount, Unit.MONEY)
    change = await respond.keep_loss(command.alert.handle, kept, call.person, call.via, call.world, call.workspace)
    return Reply((done_card(change, call.workspace, call.tongue, call.now),))


async def approve(command: Approve, call: Call) -> Reply:
    return await _answer(command, call, yes=True)


async def reject(command: Reject, call: Call) -> Reply:
    return await _answer(command, call, yes=False)


async def more(command: More, call: Call) -> Reply:
    alert = await alert_of(command.alert, call)
    return _asked(more_card(alert, call.workspace, call.tongue))


async def _answer(command: Approve | Reject, call: Call, *, yes: bool) -> Reply:
    change = await follow_up.answer(
        *(command.alert.handle, call.person, call.via, call.world, call.workspace), yes=yes, note=command.note
    )
    return Reply((done_card(change, call.workspace, call.tongue, call.now),))


def _asked(card: object) -> Reply:
    return Reply((card,), is_private=True)  # type: ignore[arg-type]


def _for_whom(words: str, call: Call) -> tuple[str, str | None]:
    """Return the words without the name they begin with, and whose it is."""
    found = _FOR.match(words)
    if found is None:
        return words, None
    rest = words[found.end() :]
    person = person_at(rest, call)
    if person is not None:
        return rest[person[1] :].strip(" ,:"), person[0]
    if found.group() == "@":
        name = rest.split(maxsplit=1)[0] if rest else ""
        raise Missing("unknown-person", **suggesting(name, call.lexicon.people.codes, name=name))
    return words, None


def _due(words: str, call: Call) -> tuple[datetime | None, str]:
    """Return the moment that the words begin or end with, the longest that is one, and what they say beside it."""
    cuts = [at for at in range(len(words) + 1) if _may_cut(words, at)]
    spans = [(0, at) for at in cuts] + [(at, len(words)) for at in cuts]
    for begin, end in sorted(set(spans), key=lambda span: span[0] - span[1]):
        said = _BY.sub("", words[begin:end].strip())
        if said and (due := _moment(said, call)):
            text = f"{words[:begin].rstrip()} {words[end:].lstrip()}".strip()
            return due, _LOOSE.sub("", text).strip(" ,;:")
    return None, words


def _may_cut(words: str, at: int) -> bool:
    """Latin words are cut between, never within."""
    return not (0 < at < len(words) and words[at - 1 : at + 1].isascii() and words[at - 1 : at + 1].isalnum())


def _moment(said: str, call: Call) -> datetime | None:
    person, calendar = call.person, call.workspace.calendar
    try:
        read = read_moment(said, call.now, person.zone, person.workday, ends=True, calendar=calendar, guess=False)
    except Problem as problem:
        if problem.code == "moment-past":
            raise
        return None
    return read.at.astimezone(UTC)
