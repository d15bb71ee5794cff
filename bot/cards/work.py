"""What is done about an alert, as its card shows it: the checklist, promises, a consequence, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.cards.dress import (
    beside,
    dressed,
    loss_words,
    metric_title,
    number,
    person_name,
    rule_of,
    slice_words,
    usual_words,
)
from bot.cards.happened import event_words
from bot.chat.card import Block, Button, Buttons, Card, Fact, Prose, Tone
from bot.phrases import say
from bot.phrases.numbers import moment
from core.alerts.alert import Alert
from core.alerts.checklist import ticked
from core.alerts.promises import unpacked
from core.alerts.work import Answer, Promise
from core.charts import numerals
from core.notices.notice import Notice
from core.text import Tongue

if TYPE_CHECKING:
    from core.people.person import Person
    from core.usecases.follow_up import Pledge
    from core.workspace import Workspace

FRIDAY = 4
_MOST_PLEDGES = 20


def work_blocks(alert: Alert, workspace: Workspace, tongue: Tongue, now: datetime) -> Iterator[Block]:
    """Yield the checklist and the promises of an open alert."""
    if not alert.is_open:
        return
    rule, done = rule_of(alert.fingerprint.rule, workspace), ticked(alert)
    lines = []
    for place, step in enumerate(rule.sop if rule else (), 1):
        tick = done.get(place)
        box = "☑" if tick else "☐"
        said = f"{box} {place}. {step.to(tongue)}"
        by = f"{person_name(tick.by, workspace, tongue)} {_at(tick.at, workspace, tongue, now)}" if tick else ""
        lines.append(beside(said, by, tongue) if by else said)
    if lines:
        yield Prose("\n".join([say("sop-title", tongue), *lines]))
    if promises := alert.work.open_promises:
        words = [f"p{one.number} · {promise_words(one, alert, workspace, tongue, now)}" for one in promises]
        yield Prose("\n".join([say("promises-title", tongue, count=len(promises)), *words]))


def facts_of_work(alert: Alert, workspace: Workspace, tongue: Tongue, now: datetime) -> Iterator[Fact]:
    """Yield what there is to say in a word: the next due, the cause, a consequence, what came of it."""
    if alert.due is not None and alert.is_open:
        tone = Tone.BAD if alert.due <= now else Tone.PLAIN
        yield Fact(say("fact-due", tongue), _at(alert.due, workspace, tongue, now), tone)
    if cause := alert.handling.cause or alert.work.cause:
        yield Fact(say("fact-cause", tongue), usual_words("cause", cause, tongue))
    if alert.handling.action:
        yield Fact(say("fact-action", tongue), usual_words("action", alert.handling.action, tongue))
    proposal = alert.work.proposal
    if proposal is not None and proposal.answer not in (Answer.WAITING, Answer.WITHDRAWN):
        by = person_name(proposal.by or proposal.approve, workspace, tongue)
        said = say(f"proposal-{proposal.answer}", tongue, consequence=proposal.say.to(tongue), by=by)
        yield Fact(say("fact-consequence", tongue), said)
    if alert.loss is not None:
        yield Fact(say("fact-loss", tongue), loss_words(alert.loss, workspace, tongue), Tone.GOOD)
    if alert.verdict is not None:
        yield Fact(say("fact-verdict", tongue), say(f"feedback-{alert.verdict}", tongue))


def promise_words(one: Promise, alert: Alert, workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    owner = person_name(one.owner or alert.owner, workspace, tongue)
    due, text = _at(one.due, workspace, tongue, now), one.text or say("promise-bare", tongue)
    return say("promise-line", tongue, owner=owner, due=due, text=text, since=_since(one, alert, workspace, tongue))


def promise_notice(notice: Notice, workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    """Return the line that asks for a promise, with what the number did since it was made."""
    facts = dressed(notice.facts, workspace, tongue, now)
    happening = "lead" if notice.facts.get("why") == "lead" else str(notice.facts["happening"])
    text, owner = facts.get("text") or say("promise-bare", tongue), facts.get("owner", "")
    said = say(f"notice-{happening}", tongue, due=facts.get("due", ""), text=text, owner=owner)
    if "value" not in facts:
        return said
    return f"{said} {say('promise-since', tongue, was=facts['was'], value=facts['value'])}"


def proposal_notice(notice: Notice, workspace: Workspace, tongue: Tongue) -> str:
    facts = dressed(notice.facts, workspace, tongue)
    said = str(facts.get(f"say_{tongue}", ""))
    by = facts.get("actor", "")
    return say(f"notice-{notice.facts['happening']}", tongue, consequence=said, by=by, note=facts.get("note", ""))


def history_lines(notice: Notice, alert: Alert, workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    """Return what has happened so far, for whoever was handed the alert."""
    history = notice.facts.get("history")
    if not history:
        return ""
    lines = []
    for event in unpacked(alert, str(history)):
        who = person_name(event.actor, workspace, tongue)
        when = _at(event.at, workspace, tongue, now)
        lines.append(f"· {when} {who} · {event_words(event, workspace, tongue, now)}")
    return "\n".join([say("history-title", tongue), *lines]) if lines else ""


def with_promise(card: Card, alert: Alert, person: Person, now: datetime) -> Card:
    """Return the card of an ack with the next question below it: what next, by when?"""
    if alert.work.open_promises:
        return card
    question = Prose(say("choose-promise", card.tongue), "strong")
    return replace(card, blocks=(*card.blocks, question, Buttons(_dues(alert, person, now, card.tongue))))


def promise_card(alert: Alert, person: Person, workspace: Workspace, now: datetime, said: str) -> Card:
    """Ask by when; what will be done is typed, or left to the alert itself."""
    tongue, term = person.tongue, alert.finding.headline
    what = metric_title(term.metric, workspace, tongue) if term else alert.fingerprint.rule
    title = f"{alert.handle} · {what} {slice_words(alert.fingerprint.labels, workspace, tongue)}".strip()
    example = f"promise {alert.handle} {said or say('promise-example', tongue)} {say('promise-example-due', tongue)}"
    question = say("choose-promise", tongue)
    blocks: list[Block] = [Prose(question, "strong")]
    if not said:
        blocks.append(Buttons(_dues(alert, person, now, tongue)))
    blocks.append(Prose(say("choose-typed", tongue, example=example), "quiet"))
    return Card(title, tongue, Tone.PLAIN, tuple(blocks), question)


def todo_card(alert: Alert, workspace: Workspace, tongue: Tongue, now: datetime) -> Card:
    """Ask which step or promise is done."""
    rule, done, stamp = rule_of(alert.fingerprint.rule, workspace), ticked(alert), alert.stamp
    steps = [step for step in range(1, len(rule.sop) + 1) if step not in done] if rule else []
    buttons = [Button(say("button-step", tongue, step=step), f"done {stamp} {step}") for step in steps]
    buttons += [Button(f"p{one.number}", f"done {stamp} p{one.number}") for one in alert.work.open_promises]
    title = f"{alert.handle} · {say('choose-done' if buttons else 'nothing-to-do', tongue)}"
    blocks = (*work_blocks(alert, workspace, tongue, now), *((Buttons(tuple(buttons)),) if buttons else ()))
    return Card(title, tongue, Tone.PLAIN, blocks, title)


def promises_card(pledges: Sequence[Pledge], workspace: Workspace, tongue: Tongue, now: datetime) -> Card:
    """Return what is promised, the next due first, and what each number did since."""
    title = say("promises-title", tongue, count=len(pledges))
    if not pledges:
        return Card(title, tongue, Tone.PLAIN, (Prose(say("promises-none", tongue)),), title)
    lines = []
    for pledge in pledges[:_MOST_PLEDGES]:
        said = promise_words(pledge.promise, pledge.alert, workspace, tongue, now)
        late = " ⚠" if pledge.promise.due <= now else ""
        lines.append(f"{pledge.alert.handle} p{pledge.promise.number} · {said}{late}")
    blocks: list[Block] = [Prose("\n".join(lines))]
    if len(pledges) > _MOST_PLEDGES:
        blocks.append(Prose(say("promises-more", tongue, count=len(pledges) - _MOST_PLEDGES), "quiet"))
    blocks.append(
        Buttons(
            tuple(
                Button(
                    f"✓ {each.alert.handle} p{each.promise.number}", f"done {each.alert.stamp} p{each.promise.number}"
                )
                for each in pledges[:5]
            )
        )
    )
    return Card(title, tongue, Tone.PLAIN, tuple(blocks), title)


# --- within ------------------------------------------------------------------------------------------------------


def _dues(alert: Alert, person: Person, now: datetime, tongue: Tongue) -> tuple[Button, ...]:
    """Return the three dues that are promised most: the end of today, of tomorrow, of Friday, those that lie ahead."""
    wall, end, stamp = now.astimezone(person.zone), person.workday[1], alert.stamp
    offered = []
    if wall.time() < end:
        offered.append((say("due-today", tongue, at=f"{end:%H:%M}"), f"promise {stamp} today {end:%H:%M}"))
    offered.append((say("due-tomorrow", tongue), f"promise {stamp} tomorrow"))
    days = (FRIDAY - wall.weekday()) % 7
    if days > 1:
        day = numerals.day(wall.date() + timedelta(days=days), tongue, weekday=True)
        offered.append((day, f"promise {stamp} friday"))
    return tuple(Button(label, command) for label, command in offered)


def _since(one: Promise, alert: Alert, workspace: Workspace, tongue: Tongue) -> str:
    term = alert.finding.headline
    if one.value is None or term is None or term.value is None:
        return ""
    was, value = (number(each, term.unit, workspace, tongue) for each in (one.value, term.value))
    return value if was == value else f"{was} → {value}"


def _at(when: datetime, workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    return moment(when, workspace.zone, tongue, now)
