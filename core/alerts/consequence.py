"""What a rule sets going beside telling people: a consequence for the business that is proposed, and a ticket.

Neither is ever carried out in silence. A consequence (扣减渠道预算10%) is proposed when its rule has been bad for as
long as it says, waits for the yes of somebody who may give it, and is written down; a ticket is a promise with a due.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.alerts.alert import Phase
from core.alerts.event import BEACON, Change, moved
from core.alerts.pace import PLAIN
from core.alerts.promises import promised
from core.alerts.work import Answer, Proposal
from core.errors import Problem
from core.rules.finding import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.alerts.pace import Pace
    from core.errors import Fact
    from core.rules.rule import Rule, Ticket

_BEGINS = ("fired", "reopened")


def follow(
    changes: Iterable[Change],
    rules: Iterable[Rule],
    now: datetime,
    pace: Pace = PLAIN,
    usual: Callable[[Alert, Rule], Ticket | None] = lambda _, __: None,
) -> tuple[Change, ...]:
    """Return the changes with what their rules' envelopes set going.

    `usual` is asked for the ticket of a rule that names none, where its alert goes by the default route.
    """
    named = {rule.id: rule for rule in rules}
    return tuple(
        _follow(change, _whole(rule, change.after, usual), now, pace)
        if (rule := named.get(change.after.fingerprint.rule))
        else change
        for change in changes
    )


def answer(alert: Alert, by: str, now: datetime, *, yes: bool, note: str = "", via: str | None = None) -> Change:
    """Say yes or no to what was proposed. Whether they may has been asked before."""
    proposal = alert.work.proposal
    if proposal is None or proposal.answer is Answer.WAITING:
        raise Problem("nothing-proposed", handle=alert.handle)
    if proposal.answer is not Answer.PROPOSED:
        raise Problem("proposal-answered", handle=alert.handle, answer=str(proposal.answer), by=proposal.by or BEACON)
    given = Answer.APPROVED if yes else Answer.REJECTED
    facts = _facts(proposal) | ({"note": note} if note else {})
    if yes and proposal.webhook:
        facts |= {"webhook": 1, "rule": alert.fingerprint.rule, "handle": alert.handle, "at": now.isoformat()}
    work = replace(alert.work, proposal=replace(proposal, answer=given, by=by, at=now))
    return moved(alert, now, [(str(given), facts)], actor=by, via=via, work=work)


def _whole(rule: Rule, alert: Alert, usual: Callable[[Alert, Rule], Ticket | None]) -> Rule:
    if rule.ticket is not None or (ticket := usual(alert, rule)) is None:
        return rule
    return replace(rule, ticket=ticket)


def _follow(change: Change, rule: Rule, now: datetime, pace: Pace) -> Change:
    alert = change.after
    if not (alert.is_open and alert.condition.phase is Phase.FIRING):
        return change
    begins = any(event.kind in _BEGINS for event in change.events)
    if begins and rule.ticket and not any(one.is_ticket for one in alert.work.open_promises):
        change = change.then(_open_ticket(change.after, rule, now, pace))
    if rule.consequence:
        if begins:
            change = _wait(change, rule)
        change = _propose(change, rule, now)
    return change


def _wait(change: Change, rule: Rule) -> Change:
    """Begin to count the periods. What was proposed when it fired before, and is unanswered, still stands."""
    alert, consequence = change.after, rule.consequence
    before = alert.work.proposal
    if consequence is None or (before and before.answer is Answer.PROPOSED):
        return change
    index = alert.finding.period.index
    begun = Proposal(consequence.say, consequence.approve, index, consequence.webhook)
    return replace(change, after=replace(alert, work=replace(alert.work, proposal=begun)))


def _propose(change: Change, rule: Rule, now: datetime) -> Change:
    alert, proposal = change.after, change.after.work.proposal
    if rule.consequence is None or proposal is None or proposal.answer is not Answer.WAITING:
        return change
    held = alert.finding.period.index - proposal.since + 1
    if held < rule.consequence.after or alert.finding.state is not State.BREACHED:
        return change
    made = replace(proposal, answer=Answer.PROPOSED, at=now)
    facts = _facts(made) | {"approve": made.approve, "periods": held}
    return change.then(moved(alert, now, [("proposed", facts)], work=replace(alert.work, proposal=made)))


def _open_ticket(alert: Alert, rule: Rule, now: datetime, pace: Pace) -> Change:
    assert rule.ticket is not None  # noqa: S101 - its caller has asked
    title = rule.title.zh if rule.title.zh == rule.title.en else f"{rule.title.zh} · {rule.title.en}"
    made = promised(alert, None, title, now + rule.ticket.within, BEACON, now, pace, ticket=True)
    facts: dict[str, Fact] = {"number": made.number, "due": made.due.isoformat(), "text": title}
    if rule.ticket.webhook:
        facts |= {"webhook": 1, "rule": rule.id, "handle": alert.handle, "at": now.isoformat()}
    return moved(alert, now, [("ticket-opened", facts)], work=alert.work.with_promise(made))


def _facts(proposal: Proposal) -> dict[str, Fact]:
    return {"say_en": proposal.say.en, "say_zh": proposal.say.zh}
