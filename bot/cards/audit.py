"""Who changed what, as a table; and what rules lack to be answered for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cards.dress import beside, person_name
from bot.chat.card import Card, Prose, Tone
from bot.phrases import say
from bot.phrases.numbers import moment
from bot.phrases.phrases import has_phrase
from core.audit import Entry
from core.errors import Fact
from core.text import Tongue

if TYPE_CHECKING:
    from core.rules.upkeep import Lack
    from core.workspace import Workspace

MOST_LINES = 30


def audit_card(entries: Sequence[Entry], of: str, workspace: Workspace, tongue: Tongue, now: datetime) -> Card:
    """Return the newest lines, the newest first."""
    title = say("audit-title", tongue, of=of)
    if not entries:
        return Card(title, tongue, Tone.PLAIN, (Prose(say("audit-none", tongue)),), title)
    lines = [_line(entry, workspace, tongue, now) for entry in entries[:MOST_LINES]]
    blocks = [Prose("\n".join(lines))]
    if len(entries) > MOST_LINES:
        blocks.append(Prose(say("audit-more", tongue, count=len(entries) - MOST_LINES), "quiet"))
    return Card(title, tongue, Tone.PLAIN, tuple(blocks), title)


def _line(entry: Entry, workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    """Return `09:30 李伟 (slack:U1) · 7f3k 认领 · 状态 open → acked`."""
    when, who = moment(entry.at, workspace.zone, tongue, now), who_words(entry, workspace, tongue)
    parts = (f"{when} {who}", f"{entry.subject} {deed_words(entry, tongue)}", change_words(entry, tongue))
    return " · ".join(part for part in parts if part)


def who_words(entry: Entry, workspace: Workspace, tongue: Tongue) -> str:
    """Return who it was, from where, and on whose word."""
    name, origin = person_name(entry.actor, workspace, tongue), entry.origin
    if origin.approver:
        by = person_name(origin.approver, workspace, tongue)
        return say("trace-who-on-word", tongue, name=name, platform=_place(entry), by=by)
    return beside(name, _place(entry), tongue) if origin.platform else name


def deed_words(entry: Entry, tongue: Tongue) -> str:
    """Return what was done in a word: the audit is for whoever looks things up, in our own words."""
    code = f"audit-deed-{entry.deed}"
    return say(code, tongue) if has_phrase(code, tongue) else entry.deed


def change_words(entry: Entry, tongue: Tongue) -> str:
    """Return `state open → acked`, fact by fact."""
    names = [name for name in dict.fromkeys((*entry.before, *entry.after)) if _differs(entry, name)]
    return "; ".join(_changed(name, entry.before.get(name), entry.after.get(name), tongue) for name in names)


def upkeep_card(lacks: Mapping[Lack, tuple[str, ...]], rules: int, tongue: Tongue) -> Card:
    title = say("upkeep-title", tongue, count=rules)
    if not lacks:
        return Card(title, tongue, Tone.GOOD, (Prose(say("upkeep-fine", tongue)),), title)
    lines = upkeep_lines(lacks, tongue)
    return Card(title, tongue, Tone.WARNING, (Prose("\n".join(lines)),), title)


def upkeep_lines(lacks: Mapping[Lack, tuple[str, ...]], tongue: Tongue) -> list[str]:
    """Return one line for each lack, with the rules that have it."""
    return [say(f"upkeep-{lack}", tongue, rules=", ".join(rules)) for lack, rules in lacks.items()]


def _differs(entry: Entry, name: str) -> bool:
    """A definition's line keeps the whole of it, and says only what is another."""
    return entry.deed != "changed" or name in entry.before or name not in entry.after


def _changed(name: str, was: Fact | None, now: Fact | None, tongue: Tongue) -> str:
    code = f"audit-field-{name}"
    label = say(code, tongue) if has_phrase(code, tongue) else name
    if was is None or now is None:
        return f"{label} {now if was is None else f'{was} → –'}"
    return f"{label} {was} → {now}"


def _place(entry: Entry) -> str:
    origin = entry.origin
    return f"{origin.platform}:{origin.address}" if origin.address else origin.platform
