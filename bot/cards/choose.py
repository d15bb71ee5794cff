"""A question with its answers as buttons, when a command was said without the word it needs; and a deed's receipt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cards.alert import headline
from bot.cards.dress import loss_words
from bot.cards.happened import event_words
from bot.chat.card import Block, Button, Buttons, Card, Prose, Tone
from bot.phrases import say
from core.alerts.alert import Alert, Feedback, Reason
from core.alerts.event import Change
from core.alerts.work import Loss
from core.people.person import Person
from core.text import Tongue

if TYPE_CHECKING:
    from core.workspace import Workspace

REASONS = tuple(reason for reason in Reason if reason is not Reason.RECOVERED)  # that one is the evaluator's to give
MOST_ROLES, LONGEST_ROLE = 10, 32  # letters that a button's command has room for
LATER = (
    ("button-2h", "2h"),
    ("button-tomorrow", "tomorrow 9:00"),
    ("button-workday", "next working day 9:00"),
    ("button-monday", "next monday 9:00"),
    ("button-worse", "worse 10%"),
)


# The causes and actions that marketers name most; whoever found another one types it.
CAUSES = ("copy", "landing", "tracking", "budget", "price", "rival", "season", "threshold", "luck", "data")
ACTIONS = ("content", "channel", "script", "budget", "timing", "fix")
_FITTING = {
    Reason.REAL_EXPECTED: ("season", "price", "budget"),
    Reason.FALSE_ALARM: ("threshold", "luck", "season", "data"),
    Reason.DATA_ISSUE: ("tracking", "data"),
    Reason.NOT_ACTIONABLE: ("season", "rival", "luck"),
}


def reason_card(alert: Alert, workspace: Workspace, tongue: Tongue) -> Card:
    buttons = (Button(say(f"reason-{reason}", tongue), f"close {alert.stamp} {reason}") for reason in REASONS)
    return _question("choose-reason", alert, buttons, workspace, tongue)


def cause_card(alert: Alert, reason: Reason | None, workspace: Workspace, tongue: Tongue, action: str = "") -> Card:
    """Ask what is behind it. `reason` is why it is being closed, None where it is only being looked into."""
    causes = _FITTING.get(reason, CAUSES) if reason else CAUSES
    verb = f"close {alert.stamp} {reason}" if reason else f"cause {alert.stamp}"
    label = "cause:" if reason else ""
    after = f" action:{action}" if action in ACTIONS else ""
    buttons = (Button(say(f"cause-{one}", tongue), f"{verb} {label}{one}{after}") for one in causes)
    example = f"close {alert.handle} {reason} {say('close-example-cause', tongue)}" if reason else ""
    if reason is not None and reason.was_acted_on:
        example = f"{example}; {action or say('close-example-action', tongue)}"
    return _question("choose-cause", alert, buttons, workspace, tongue, hint=example)


def action_card(alert: Alert, reason: Reason, cause: str, workspace: Workspace, tongue: Tongue) -> Card:
    """Ask what was done; a cause in words has been kept with the alert."""
    known = f" cause:{cause}" if cause in CAUSES else ""
    buttons = (
        Button(say(f"action-{one}", tongue), f"close {alert.stamp} {reason}{known} action:{one}") for one in ACTIONS
    )
    example = f"close {alert.handle} {reason} {say('close-example-action', tongue)}"
    return _question("choose-action", alert, buttons, workspace, tongue, hint=example)


def verdict_card(alert: Alert, workspace: Workspace, tongue: Tongue) -> Card:
    return _question("choose-verdict", alert, verdict_buttons(alert, tongue), workspace, tongue)


def verdict_buttons(alert: Alert, tongue: Tongue) -> tuple[Button, ...]:
    return tuple(Button(say(f"feedback-{one}", tongue), f"judge {alert.stamp} {one}") for one in Feedback)


def role_card(alert: Alert, roles: Iterable[str], workspace: Workspace, tongue: Tongue) -> Card:
    buttons = (Button(role, f"handoff {alert.stamp} {role}") for role in roles if _fits(role))
    return _question("choose-role", alert, tuple(buttons)[:MOST_ROLES], workspace, tongue)


def _fits(role: str) -> bool:
    return role.isascii() and len(role) <= LONGEST_ROLE


def loss_card(alert: Alert, offered: Loss | None, workspace: Workspace, tongue: Tongue) -> Card:
    """Offer an estimate of what was not lost; none is made up where there is nothing to go by."""
    buttons = (_keeping(alert, offered, workspace, tongue),) if offered else ()
    return _question("choose-loss", alert, buttons, workspace, tongue, hint=f"loss {alert.handle} 12000")


def _keeping(alert: Alert, offered: Loss, workspace: Workspace, tongue: Tongue) -> Button:
    much = loss_words(offered, workspace, tongue)
    return Button(say("button-keep-loss", tongue, loss=much), f"loss {alert.stamp} {offered.amount:.0f}")


def person_card(alert: Alert, people: Iterable[Person], workspace: Workspace, tongue: Tongue) -> Card:
    buttons = (
        Button(person.name.to(tongue), f"assign {alert.stamp} {person.id}") for person in people if person.id.isascii()
    )
    return _question("choose-person", alert, buttons, workspace, tongue)


def until_card(alert: Alert, workspace: Workspace, tongue: Tongue) -> Card:
    buttons = (Button(say(label, tongue), f"snooze {alert.stamp} {until}") for label, until in LATER)
    return _question("choose-until", alert, buttons, workspace, tongue)


def done_card(change: Change, workspace: Workspace, tongue: Tongue, now: datetime, *, loss: Loss | None = None) -> Card:
    """Return one line that says what has just been done, in the words that the alert's trail keeps."""
    alert = change.after
    title = f"{alert.handle} · {event_words(change.events[0], workspace, tongue, now)}"
    about = headline(alert, workspace, tongue)
    blocks: list[Block] = [Prose(about, "quiet")]
    if loss is not None:
        offer = say("loss-offer", tongue, loss=loss_words(loss, workspace, tongue), handle=alert.handle)
        blocks += [Prose(offer), Buttons((_keeping(alert, loss, workspace, tongue),))]
    return Card(title, tongue, Tone.PLAIN, tuple(blocks), f"{title} · {about}")


def _question(
    code: str, alert: Alert, buttons: Iterable[Button], workspace: Workspace, tongue: Tongue, hint: str = ""
) -> Card:
    title = f"{alert.handle} · {headline(alert, workspace, tongue)}"
    question = say(code, tongue)
    blocks: list[Block] = [Prose(question, "strong")]
    if offered := tuple(buttons):
        blocks.append(Buttons(offered))
    if hint:
        blocks.append(Prose(say("choose-typed", tongue, example=hint), "quiet"))
    return Card(title, tongue, Tone.PLAIN, tuple(blocks), question)
