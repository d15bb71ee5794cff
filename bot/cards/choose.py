"""A question with its answers as buttons, when a command was said without the word it needs; and a deed's receipt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cards.alert import headline
from bot.cards.trace import event_words
from bot.chat.card import Button, Buttons, Card, Prose, Tone
from bot.phrases import say
from core.alerts.alert import Alert, Reason
from core.alerts.event import Change
from core.people.person import Person
from core.text import Tongue

if TYPE_CHECKING:
    from core.workspace import Workspace

REASONS = tuple(reason for reason in Reason if reason is not Reason.RECOVERED)  # that one is the evaluator's to give
LATER = (
    ("button-2h", "2h"),
    ("button-tomorrow", "tomorrow 9:00"),
    ("button-workday", "next working day 9:00"),
    ("button-monday", "next monday 9:00"),
    ("button-worse", "worse 10%"),
)


def reason_card(alert: Alert, workspace: Workspace, tongue: Tongue) -> Card:
    buttons = (Button(say(f"reason-{reason}", tongue), f"close {alert.stamp} {reason}") for reason in REASONS)
    return _question("choose-reason", alert, buttons, workspace, tongue)


def person_card(alert: Alert, people: Iterable[Person], workspace: Workspace, tongue: Tongue) -> Card:
    buttons = (
        Button(person.name.to(tongue), f"assign {alert.stamp} {person.id}") for person in people if person.id.isascii()
    )
    return _question("choose-person", alert, buttons, workspace, tongue)


def until_card(alert: Alert, workspace: Workspace, tongue: Tongue) -> Card:
    buttons = (Button(say(label, tongue), f"snooze {alert.stamp} {until}") for label, until in LATER)
    return _question("choose-until", alert, buttons, workspace, tongue)


def done_card(change: Change, workspace: Workspace, tongue: Tongue, now: datetime) -> Card:
    """Return one line that says what has just been done, in the words that the alert's trail keeps."""
    alert = change.after
    title = f"{alert.handle} · {event_words(change.events[0], workspace, tongue, now)}"
    about = headline(alert, workspace, tongue)
    return Card(title, tongue, Tone.PLAIN, (Prose(about, "quiet"),), f"{title} · {about}")


def _question(code: str, alert: Alert, buttons: Iterable[Button], workspace: Workspace, tongue: Tongue) -> Card:
    title = f"{alert.handle} · {headline(alert, workspace, tongue)}"
    question = say(code, tongue)
    return Card(title, tongue, Tone.PLAIN, (Prose(question, "strong"), Buttons(tuple(buttons))), question)
