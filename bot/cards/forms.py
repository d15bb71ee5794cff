"""The forms of what takes more than one word: an answer to an alert, a new rule. Each asks what its cards would ask."""

from __future__ import annotations

from collections.abc import Iterable

from bot.cards.choose import ACTIONS, CAUSES, LATER, REASONS
from bot.cards.dress import severity_words
from bot.chat.form import Choice, Field, Form, Line, When
from bot.phrases import say
from core.alerts.alert import Alert, Reason
from core.people.person import Person
from core.rules.rule import Severity
from core.text import Tongue


def assign_form(alert: Alert, people: Iterable[Person], tongue: Tongue) -> Form:
    """Offer everybody, on whichever chat they are: a colleague on Telegram can be given an alert from Slack."""
    offered = tuple((person.name.to(tongue), person.id) for person in people)
    who: Field = (
        Choice(say("choose-person", tongue), offered, is_needed=True)
        if offered
        else Line(say("choose-person", tongue), is_needed=True)
    )
    return _form("form-assign", f"assign {alert.stamp}", (who, When(say("form-due", tongue))), tongue)


def snooze_form(alert: Alert, tongue: Tongue) -> Form:
    later = tuple((say(label, tongue), until) for label, until in LATER)
    fields = (
        Choice(say("choose-until", tongue), later),
        When(say("form-moment", tongue)),
        Line(say("form-words", tongue), example=say("form-worse", tongue)),
    )
    return _form("form-snooze", f"snooze {alert.stamp}", fields, tongue, is_one_of=True)


def close_form(alert: Alert, tongue: Tongue, reason: Reason | None = None, cause: str = "") -> Form:
    """Ask for reason, cause and action at once; what was said already is filled in, and words go before a choice."""
    reasons = tuple((say(f"reason-{one}", tongue), str(one)) for one in REASONS)
    causes = tuple((say(f"cause-{one}", tongue), one) for one in CAUSES)
    actions = tuple((say(f"action-{one}", tongue), one) for one in ACTIONS)
    fields = (
        Choice(say("choose-reason", tongue), reasons, is_needed=True, chosen=str(reason or "")),
        Choice(say("form-cause", tongue), causes, "cause:", chosen=cause if cause in CAUSES else ""),
        Line(say("form-words", tongue), "cause:", example=say("close-example-cause", tongue)),
        Choice(say("choose-action", tongue), actions, "action:"),
        Line(say("form-words", tongue), "action:", example=say("close-example-action", tongue)),
    )
    return _form("form-close", f"close {alert.stamp}", fields, tongue)


def promise_form(alert: Alert, tongue: Tongue, said: str = "") -> Form:
    fields = (
        Line(say("form-what", tongue), example=said or say("promise-example", tongue)),
        When(say("form-by-when", tongue), is_needed=True),
    )
    return _form("form-promise", f"promise {alert.stamp}", fields, tongue)


def rule_form(roles: Iterable[str], own: str, tongue: Tongue) -> Form:
    """Ask for a rule's sentence, who owns it and how much it matters; its preview comes before it is kept."""
    owners = tuple((role, role) for role in roles)
    levels = tuple((severity_words(one, tongue), one.name.lower()) for one in Severity)
    fields: tuple[Field, ...] = (
        Line(say("form-rule-sentence", tongue), is_needed=True, example=say("form-rule-example", tongue)),
        *((Choice(say("rules-owner", tongue), owners, "owner=", chosen=own),) if owners else ()),
        Choice(say("rules-severity", tongue), levels, "severity="),
    )
    words = (say("form-rule-preview", tongue), say("form-cancel", tongue))
    return Form(say("form-rule", tongue), "rule add", fields, *words, tongue, waits=say("form-rule-waits", tongue))


def keep_rule_form(code: str, tongue: Tongue) -> Form:
    words = (say("button-keep-rule", tongue), say("form-rule-mend", tongue))
    return Form(say("form-rule-keep", tongue), f"rule keep {code}", (), *words, tongue)


def _form(code: str, command: str, fields: tuple[Field, ...], tongue: Tongue, *, is_one_of: bool = False) -> Form:
    words = (say("form-submit", tongue), say("form-cancel", tongue))
    return Form(say(code, tongue), command, fields, *words, tongue, is_one_of=is_one_of)
