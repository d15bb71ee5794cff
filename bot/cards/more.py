"""All that can be done with an alert, in groups: what is rarer than taking it stands here, and not on its card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cards.alert import headline
from bot.cards.choose import verdict_buttons
from bot.cards.dress import rule_of
from bot.chat.card import Block, Button, Buttons, Card, Prose, Tone
from bot.phrases import say
from core.alerts.checklist import ticked
from core.text import Tongue

if TYPE_CHECKING:
    from core.alerts.alert import Alert
    from core.workspace import Workspace

MOST_STEPS = 6


def more_card(alert: Alert, workspace: Workspace, tongue: Tongue) -> Card:
    title = f"{alert.handle} · {headline(alert, workspace, tongue)}"
    groups: list[tuple[str, tuple[Button, ...]]] = []
    if alert.is_open:
        groups.append(("more-do", _doing(alert, workspace, tongue)))
        groups.append(("more-pass-on", _passing_on(alert, tongue)))
    groups.append(("more-verdict", verdict_buttons(alert, tongue)))
    groups.append(("more-look", _looking(alert, tongue)))
    blocks: list[Block] = []
    for code, buttons in groups:
        blocks += [Prose(say(code, tongue), "strong"), Buttons(buttons)]
    return Card(title, tongue, Tone.PLAIN, tuple(blocks), title)


def _doing(alert: Alert, workspace: Workspace, tongue: Tongue) -> tuple[Button, ...]:
    rule, done, stamp = rule_of(alert.fingerprint.rule, workspace), ticked(alert), alert.stamp
    steps = [step for step in range(1, len(rule.sop) + 1) if step not in done][:MOST_STEPS] if rule else []
    return (
        *(Button(say("button-step", tongue, step=step), f"done {stamp} {step}") for step in steps),
        Button(say("button-promise", tongue), f"promise {stamp}"),
        Button(say("button-cause", tongue), f"cause {stamp}"),
        Button(say("button-later", tongue), f"snooze {stamp}"),
    )


def _passing_on(alert: Alert, tongue: Tongue) -> tuple[Button, ...]:
    stamp = alert.stamp
    buttons = [
        Button(say("button-assign", tongue), f"assign {stamp}"),
        Button(say("button-hand-off", tongue), f"handoff {stamp}"),
    ]
    if alert.condition.is_bad and alert.escalation.level < len(alert.escalation.steps):
        buttons.append(Button(say("button-escalate", tongue), f"escalate {stamp}"))
    return tuple(buttons)


def _looking(alert: Alert, tongue: Tongue) -> tuple[Button, ...]:
    buttons = [Button(say("button-why", tongue), f"why {alert.stamp}")]
    if not alert.is_open:
        buttons.append(Button(say("button-reopen", tongue), f"reopen {alert.stamp}"))
        buttons.append(Button(say("button-loss", tongue), f"loss {alert.stamp}"))
    return tuple(buttons)
