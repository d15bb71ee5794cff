"""Many alerts as one card: how many, how bad, what most of them share, the worst five, and one button for all.

It shows the present of all of them, and is edited as they are taken, recover or are closed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cards.board import alerts_table
from bot.cards.dress import dimension_title, severity_words, value_title
from bot.cards.press import SNOOZE
from bot.chat.card import Block, Button, Buttons, Card, Prose, Tone
from bot.phrases import say
from core.alerts.alert import Alert, Stage
from core.alerts.holds import Hold, HoldKind
from core.notices.group import Gathered
from core.notices.notice import Kind, Notice, Place
from core.routing.storm import Shared, shared
from core.rules.rule import Severity
from core.text import Tongue

if TYPE_CHECKING:
    from core.workspace import Workspace

WORST = 5
_TONES = {Severity.INFO: Tone.PLAIN, Severity.WARNING: Tone.WARNING, Severity.CRITICAL: Tone.BAD}


def storm_card(
    gathered: Gathered,
    workspace: Workspace,
    tongue: Tongue,
    now: datetime,
    *,
    notice: Notice | None = None,
    holds: Iterable[Hold] = (),
) -> Card:
    alerts, going = gathered.alerts, tuple(alert for alert in gathered.alerts if is_going_on(alert))
    is_chat = isinstance(gathered.group.to, Place)
    title = say("storm-title" if is_chat else "storm-title-yours", tongue, count=len(alerts))
    blocks: list[Block] = []
    if notice is not None and notice.kind is Kind.ESCALATION:
        blocks.append(Prose(say("notice-escalation", tongue, level=notice.facts.get("level", 1)), "strong"))
    if notice is not None and notice.facts.get("hold") == HoldKind.QUIET_HOURS:
        blocks.append(Prose(say("storm-morning", tongue, calm=notice.facts.get("calm", 0)), "strong"))
    counts = _counts(alerts, going, tongue)
    blocks.append(Prose(counts, "strong"))
    common = shared(going)
    if common:
        blocks.append(Prose(shared_words(common, len(going), workspace, tongue)))
    worst = sorted(going, key=_worst_first)[:WORST]
    if worst:
        blocks.append(alerts_table(worst, workspace, tongue, now, holds))
        if len(going) > WORST:
            blocks.append(Prose(say("storm-more", tongue, count=len(going) - WORST), "quiet"))
    blocks.append(Buttons(tuple(_buttons(gathered, going, common, workspace, tongue, is_chat=is_chat))))
    tone = _TONES[worst[0].severity] if worst else Tone.GOOD
    return Card(title, tongue, tone, tuple(blocks), f"{title} · {counts}", f"storm {gathered.group.handle}")


def is_going_on(alert: Alert) -> bool:
    return alert.is_open and alert.condition.is_bad


def shared_words(common: Shared, total: int, workspace: Workspace, tongue: Tongue) -> str:
    """Return `37 个中有 34 个同属：渠道＝微信`."""
    pairs = [
        f"{dimension_title(dimension, workspace, tongue)}={value_title(dimension, value, workspace, tongue)}"
        for dimension, value in common.pairs
    ]
    what = ("、" if tongue == "zh" else ", ").join(pairs)
    return say("storm-shared", tongue, count=len(common.alerts), total=total, what=what)


def _counts(alerts: tuple[Alert, ...], going: tuple[Alert, ...], tongue: Tongue) -> str:
    """Return `37 still bad: 2 critical, 35 warning · 12 taken on`."""
    if not going:
        return say("storm-over", tongue, count=len(alerts))
    counted = Counter(alert.severity for alert in going)
    parts = [
        say("storm-severity", tongue, count=counted[severity], severity=severity_words(severity, tongue))
        for severity in sorted(counted, reverse=True)
    ]
    taken = sum(alert.handling.stage is Stage.ACKED for alert in going)
    by = ("、" if tongue == "zh" else ", ").join(parts)
    return say("storm-counts", tongue, count=len(going), by=by, taken=taken)


def _buttons(
    gathered: Gathered,
    going: tuple[Alert, ...],
    common: Shared | None,
    workspace: Workspace,
    tongue: Tongue,
    *,
    is_chat: bool,
) -> Iterator[Button]:
    stamp = gathered.stamp
    untaken = sum(alert.handling.stage is Stage.OPEN for alert in going)
    if untaken:
        yield Button(say("button-ack-all", tongue, count=untaken), f"storm {stamp} ack", "primary")
    if is_chat:
        yield Button(say("button-mine", tongue), f"storm {stamp} mine")
    if common:
        dimension, value = common.pairs[0]
        where = value_title(dimension, value, workspace, tongue)
        yield Button(say("button-snooze-slice", tongue, slice=where), f"storm {stamp} snooze {SNOOZE}")
    yield Button(say("button-list", tongue), f"storm {stamp} list")


def _worst_first(alert: Alert) -> tuple[int, bool, float]:
    return -alert.severity, alert.handling.stage is not Stage.OPEN, alert.opened_at.timestamp()
