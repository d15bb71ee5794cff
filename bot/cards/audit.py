"""Who changed what, as a table; and what rules lack to be answered for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cards.dress import person_name
from bot.chat.card import Card, Prose, Table, Tone
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
    columns = tuple(say(f"audit-{name}", tongue) for name in ("when", "who", "what", "change"))
    rows = tuple(
        (
            moment(entry.at, workspace.zone, tongue, now),
            who_words(entry, workspace, tongue),
            f"{entry.subject} · {deed_words(entry, tongue)}",
            change_words(entry),
        )
        for entry in entries[:MOST_LINES]
    )
    blocks = [Table(columns, rows)]
    if len(entries) > MOST_LINES:
        more = Prose(say("audit-more", tongue, count=len(entries) - MOST_LINES), "quiet")
        return Card(title, tongue, Tone.PLAIN, (*blocks, more), title)
    return Card(title, tongue, Tone.PLAIN, tuple(blocks), title)


def who_words(entry: Entry, workspace: Workspace, tongue: Tongue) -> str:
    """Return who it was, from where, and on whose word."""
    name, origin = person_name(entry.actor, workspace, tongue), entry.origin
    if origin.approver:
        by = person_name(origin.approver, workspace, tongue)
        return say("trace-who-on-word", tongue, name=name, platform=_place(entry), by=by)
    return f"{name} ({_place(entry)})" if origin.platform else name


def deed_words(entry: Entry, tongue: Tongue) -> str:
    """Return what was done in a word: the audit is for whoever looks things up, in our own words."""
    code = f"audit-deed-{entry.deed}"
    return say(code, tongue) if has_phrase(code, tongue) else entry.deed


def change_words(entry: Entry) -> str:
    """Return `stage open → acked`, fact by fact."""
    names = list(dict.fromkeys((*entry.before, *entry.after)))
    return "; ".join(_changed(name, entry.before.get(name), entry.after.get(name)) for name in names)


def upkeep_card(lacks: Mapping[Lack, tuple[str, ...]], rules: int, tongue: Tongue) -> Card:
    title = say("upkeep-title", tongue, count=rules)
    if not lacks:
        return Card(title, tongue, Tone.GOOD, (Prose(say("upkeep-fine", tongue)),), title)
    lines = upkeep_lines(lacks, tongue)
    return Card(title, tongue, Tone.WARNING, (Prose("\n".join(lines)),), title)


def upkeep_lines(lacks: Mapping[Lack, tuple[str, ...]], tongue: Tongue) -> list[str]:
    """Return one line for each lack, with the rules that have it."""
    return [say(f"upkeep-{lack}", tongue, rules=", ".join(rules)) for lack, rules in lacks.items()]


def _changed(name: str, was: Fact | None, now: Fact | None) -> str:
    if was is None or now is None:
        return f"{name} {now if was is None else f'{was} → –'}"
    return f"{name} {was} → {now}"


def _place(entry: Entry) -> str:
    origin = entry.origin
    return f"{origin.platform}:{origin.address}" if origin.address else origin.platform
