"""Mutes as people read them: what one would hide before it is agreed to, those in force, and the word of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cards.board import alerts_table
from bot.cards.dress import dimension_title, person_name, rule_of, value_title
from bot.chat.card import Block, Button, Buttons, Card, Prose, Table, Tone
from bot.phrases import say
from bot.phrases.numbers import moment
from core.alerts.alert import Alert
from core.labels import Matcher
from core.notices.notice import Notice, Place
from core.routing.mute import Mute
from core.rules.rule import Severity
from core.text import Tongue

if TYPE_CHECKING:
    from core.usecases.mute import Kept, Preview
    from core.workspace import Workspace

MOST_SHOWN = 5
MOST_BUTTONS = 5


def preview_card(preview: Preview, workspace: Workspace, tongue: Tongue, now: datetime) -> Card:
    """Return what a mute would have hidden and would hide now, with the button that puts it in force."""
    mute, past = preview.mute, preview.past
    title = say("mute-preview-title", tongue, what=match_words(mute.match, workspace, tongue))
    critical = sum(alert.severity is Severity.CRITICAL for alert in past)
    blocks: list[Block] = [
        Prose(_span(mute, workspace, tongue, now), "strong"),
        Prose(say("mute-preview-past", tongue, count=len(past), critical=critical)),
        Prose(say("mute-preview-now", tongue, count=len(preview.now))),
    ]
    if shown := _worst(preview.now or past):
        blocks.append(alerts_table(shown, workspace, tongue, now))
    if preview.concerned:
        named = _named(preview.concerned, workspace, tongue)
        blocks.append(Prose(say("mute-preview-told", tongue, who=named), "quiet"))
    blocks.append(Buttons((Button(say("button-mute", tongue), f"mute {mute.id} yes", "primary"),)))
    return Card(title, tongue, Tone.WARNING if preview.now else Tone.PLAIN, tuple(blocks), title)


def agreed_card(mute: Mute, workspace: Workspace, tongue: Tongue, now: datetime) -> Card:
    code = "mute-agreed" if mute.begun_at else "mute-planned"
    title = say(code, tongue, what=match_words(mute.match, workspace, tongue))
    undo = Buttons((_unmute(mute, tongue),))
    return Card(title, tongue, Tone.PLAIN, (Prose(_span(mute, workspace, tongue, now)), undo), title)


def lifted_card(kept: Kept, workspace: Workspace, tongue: Tongue) -> Card:
    what = match_words(kept.mute.match, workspace, tongue)
    title = say("mute-lifted", tongue, what=what)
    hits = say("mute-hits", tongue, count=kept.hits.count, still=kept.hits.now)
    return Card(title, tongue, Tone.PLAIN, (Prose(hits),), f"{title} {hits}")


def mutes_card(kept: Sequence[Kept], workspace: Workspace, tongue: Tongue, now: datetime) -> Card:
    title = say("mutes-title", tongue, count=len(kept))
    if not kept:
        return Card(title, tongue, Tone.GOOD, (Prose(say("mutes-none", tongue)),), title)
    buttons = Buttons(tuple(_unmute(one.mute, tongue, named=True) for one in kept[:MOST_BUTTONS]))
    return Card(title, tongue, Tone.PLAIN, (mutes_table(kept, workspace, tongue, now), buttons), title)


def mutes_table(kept: Iterable[Kept], workspace: Workspace, tongue: Tongue, now: datetime) -> Table:
    """Return each mute with how many alerts it has hidden, and how many of them are still bad."""
    columns = ("mute", "what", "until", "by", "why", "hidden", "still")
    rows = tuple(
        (
            one.mute.id,
            match_words(one.mute.match, workspace, tongue),
            _until(one.mute, workspace, tongue, now),
            person_name(one.mute.by, workspace, tongue),
            one.mute.why,
            str(one.hits.count),
            str(one.hits.now),
        )
        for one in kept
    )
    return Table(tuple(say(f"column-{name}", tongue) for name in columns), rows, numeric=(5, 6))


def mute_news_card(notice: Notice, mute: Mute, workspace: Workspace, tongue: Tongue, now: datetime) -> Card:
    """Return the word that a mute has begun, is about to end, or has ended and how it stands with what it hid."""
    happening = str(notice.facts["happening"])
    what = match_words(mute.match, workspace, tongue)
    by = person_name(mute.ended_by or mute.by, workspace, tongue)
    until = moment(mute.until, workspace.zone, tongue, now)
    start = moment(mute.start, workspace.zone, tongue, now)
    title = say("mute-news", tongue, happening=happening, what=what, by=by, until=until, start=start)
    blocks: list[Block] = [Prose(say("mute-because", tongue, why=mute.why))]
    if happening not in ("begun", "planned"):
        count, still = notice.facts.get("count", 0), notice.facts.get("still", 0)
        blocks.append(Prose(say("mute-hits", tongue, count=count, still=still), "strong"))
    if mute.ended_at is None:
        blocks.append(Buttons((_unmute(mute, tongue),)))
    still_bad = mute.ended_at is not None and notice.facts.get("still")
    return Card(title, tongue, Tone.WARNING if still_bad else Tone.PLAIN, tuple(blocks), title)


def match_words(match: Iterable[Matcher], workspace: Workspace, tongue: Tongue) -> str:
    """Return `渠道=微信、抖音 · 级别=提醒`."""
    comma = say("list-comma", tongue)
    parts = []
    for one in match:
        sign = "≠" if one.negated else "="
        match one.dimension:
            case "rule":
                rules = [(value, rule_of(value, workspace)) for value in one.values]
                name = say("mute-rule", tongue)
                values = [rule.title.to(tongue) if rule else value for value, rule in rules]
            case "severity":
                name = say("fact-severity", tongue)
                values = [say(f"severity-{value}", tongue) for value in one.values]
            case dimension:
                name = dimension_title(dimension, workspace, tongue)
                values = [value_title(dimension, value, workspace, tongue) for value in one.values]
        parts.append(f"{name}{sign}{comma.join(values)}")
    return " · ".join(parts)


def _span(mute: Mute, workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    return say("mute-span", tongue, until=_until(mute, workspace, tongue, now), why=mute.why)


def _until(mute: Mute, workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    until = moment(mute.until, workspace.zone, tongue, now)
    return until if mute.start <= now else f"{moment(mute.start, workspace.zone, tongue, now)} – {until}"


def _worst(alerts: Iterable[Alert]) -> list[Alert]:
    return sorted(alerts, key=lambda alert: (-alert.severity, -alert.opened_at.timestamp()))[:MOST_SHOWN]


def _named(concerned: Iterable[Place | str], workspace: Workspace, tongue: Tongue) -> str:
    names = (str(to) if isinstance(to, Place) else person_name(to, workspace, tongue) for to in concerned)
    return say("list-comma", tongue).join(names)


def _unmute(mute: Mute, tongue: Tongue, *, named: bool = False) -> Button:
    label = say("button-unmute", tongue)
    return Button(f"{label} {mute.id}" if named else label, f"unmute {mute.id}")
