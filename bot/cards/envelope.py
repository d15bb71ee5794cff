"""What a rule's envelope adds to its sentence, said plainly: how bad, how long, when it is over, and until when.

What nobody wrote holds too: a bare sentence is a warning, at once, and over after one good day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from bot.phrases import say
from core.calendar.events import by_name
from core.charts import numerals
from core.document import fold
from core.rules.check import grain_of
from core.rules.say import say as say_rule

if TYPE_CHECKING:
    from core.rules.rule import During, Rule
    from core.text import Tongue
    from core.workspace import Workspace


def envelope_words(rule: Rule, workspace: Workspace, tongue: Tongue) -> tuple[str, ...]:
    """Return one sentence for each thing that the envelope says, in the order in which it is applied."""
    return tuple(_sentences(rule, workspace, tongue))


def whole_envelope(rule: Rule, workspace: Workspace, tongue: Tongue) -> tuple[str, ...]:
    """Return the same for somebody who is about to keep it: what it goes by unless more is said comes first."""
    return _basics(rule, tongue), *envelope_words(rule, workspace, tongue)


def expired(workspace: Workspace, today: date) -> tuple[str, ...]:
    """Return the rules that are watched no more."""
    return tuple(rule.id for rule in workspace.rules if rule.is_over(today))


def _basics(rule: Rule, tongue: Tongue) -> str:
    """Return severity, hold, recovery and gate in one line."""
    hold = numerals.duration(rule.hold, tongue) if rule.hold else "none"
    grain = grain_of(rule.sentence, rule.grain)
    facts = {"severity": rule.severity.name.lower(), "hold": hold, "grain": str(grain), "gate": str(rule.gate)}
    return say("envelope-basics", tongue, **facts)


def _sentences(rule: Rule, workspace: Workspace, tongue: Tongue) -> Iterator[str]:
    for severity, sentence in rule.sizes:
        said = say_rule(sentence, tongue, workspace.catalog)
        yield say("envelope-size", tongue, severity=severity.name.lower(), sentence=said)
    yield from during_words(rule.during, workspace, tongue)
    if rule.recover is not None:
        yield say("envelope-recover", tongue, sentence=say_rule(rule.recover, tongue, workspace.catalog))
    if rule.cooldown:
        yield say("envelope-cooldown", tongue, duration=numerals.duration(rule.cooldown, tongue))
    if rule.until is not None:
        yield say("envelope-until", tongue, day=rule.until.isoformat())


def during_words(exceptions: Iterable[During], workspace: Workspace, tongue: Tongue) -> Iterator[str]:
    """Say what is otherwise while an event is on."""
    for during in exceptions:
        event = by_name(workspace.events).get(fold(during.event))
        title = event.title.to(tongue) if event else during.event
        if during.sentence is not None:
            said = say_rule(during.sentence, tongue, workspace.catalog)
            yield say("envelope-during", tongue, event=title, sentence=said)
        if during.severity is not None:
            yield say("envelope-during-severity", tongue, event=title, severity=during.severity.name.lower())
