"""Rules made in chat: read back first, kept when somebody presses so, changed, retired, and taken back.

    rule add roi_low: 渠道ROI<1 owner=channel_lead for=2h severity=critical
    rule change roi_low: 渠道ROI<0.9 · rule retire roi_low · rule undo roi_low

A draft waits for its button for half an hour, and here alone; one that is gone is typed again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from bot.cards.forms import keep_rule_form, rule_form
from bot.cards.said_rule import asked_card, draft_card, kept_card, rules_card
from bot.chat.reply import Reply
from bot.commands.call import Call
from bot.commands.command import Rule
from bot.commands.rule import card_of, read_rule
from bot.commands.trying import told_of
from core.document import suggesting
from core.errors import Missing, Problem
from core.revision import Standing
from core.usecases.define import entry_of, keep, read_entry, undone, written

LASTS = timedelta(minutes=30)
MOST = 500
KEYS = {
    "owner": ("owner", "负责", "负责人"),
    "for": ("for", "持续"),
    "severity": ("severity", "级别"),
    "title": ("title", "标题"),
    "grain": ("grain", "粒度"),
}
_SEVERITIES = {"提示": "info", "警告": "warning", "严重": "critical", "P0": "critical", "P1": "warning", "P2": "info"}
_KEY = {name: key for key, names in KEYS.items() for name in names}
_OPTION = re.compile(
    rf"(?:^|\s)({'|'.join(sorted(_KEY, key=len, reverse=True))})\s*[=:]\s*(\"[^\"]*\"|\S+)", re.IGNORECASE
)
_NAMED = re.compile(r"([a-z][a-z0-9_]{1,40})\s*:\s*(.*)", re.DOTALL)
_ID = re.compile(r"[a-z][a-z0-9_]{1,40}")


@dataclass(frozen=True, slots=True)
class Draft:
    rule: str
    text: str
    by: str
    at: datetime


_drafts: dict[str, Draft] = {}


async def said_rule(command: Rule, call: Call) -> Reply:
    match command.verb:
        case "add":
            return await _add(command.said, call)
        case "change":
            return await _change(command.said, call)
        case "keep":
            return await _keep(command.said, call)
        case "drop":
            _drafts.pop(command.said.strip(), None)
            return Reply((kept_card("rule-dropped", call.tongue),), is_private=True)
        case "retire":
            rule = _known(command.said, call)
            await keep(rule, Standing.RETIRED, "", call.person, call.via, call.workspace, call.world)
            return Reply((kept_card("rule-retired", call.tongue, rule=rule),))
        case "undo":
            rule = _name(command.said)
            revision = await undone(rule, call.person, call.via, call.workspace, call.world)
            return Reply((kept_card(f"rule-undone-{revision.standing}", call.tongue, rule=rule),))
        case _:
            return Reply((rules_card(call.workspace, call.tongue),))


async def _add(said: str, call: Call) -> Reply:
    named = _NAMED.match(said)
    sentence, options = _options(named[2] if named else said)
    duties = [duty.role for duty in call.person.duties]
    if not sentence:
        roles = sorted({duty.role for one in call.workspace.people.values() for duty in one.duties})
        form = rule_form(roles, duties[0] if duties else "", call.tongue)
        return Reply((asked_card(call.tongue),), is_private=True, form=form)
    rule = named[1] if named else _free_name(call)
    if any(one.id == rule for one in call.workspace.rules):
        raise Problem("rule-is-there", rule=rule)
    entry: dict[str, Any] = {"rule": rule, "when": sentence, "owner": duties[0] if duties else ""} | options
    return await _draft(rule, entry, call)


async def _change(said: str, call: Call) -> Reply:
    found = _ID.match(said.strip())
    rule = _known(found[0] if found else said, call)
    rest = said.strip()[len(found[0]) :].lstrip(" :") if found else ""
    sentence, options = _options(rest)
    if not (sentence or options):
        raise Problem("rule-how")
    async with call.world.store.begin() as tx:
        entry = entry_of(rule, call.workspace, await tx.revisions(rule))
    return await _draft(rule, entry | ({"when": sentence} if sentence else {}) | options, call)


async def _draft(rule: str, entry: dict[str, Any], call: Call) -> Reply:
    """Read it back, with whatever is in doubt and what it would have done so far, and offer to keep it."""
    read = read_rule(str(entry["when"]), call.workspace)
    if read.mistakes:
        return Reply((card_of(read, call.workspace, call.tongue, {}),), is_private=True, is_refusal=True)
    text = written(entry)
    own = read_entry(text, call.workspace)
    past, found = await told_of(read, own, call.workspace, call.world, call.tongue)
    shown = card_of(read, call.workspace, call.tongue, found.latest, own)
    code = token_hex(4)
    _drafts[code] = Draft(rule, text, call.person.id, call.now)
    if len(_drafts) > MOST:
        del _drafts[next(iter(_drafts))]
    card = draft_card(shown, rule, text, past, code, call.tongue)
    return Reply((card,), is_private=True, confirm=keep_rule_form(code, call.tongue))


async def _keep(code: str, call: Call) -> Reply:
    draft = _drafts.pop(code.strip(), None)
    if draft is None or call.now - draft.at > LASTS or draft.by != call.person.id:
        raise Missing("rule-draft-gone")
    await keep(draft.rule, Standing.SAID, draft.text, call.person, call.via, call.workspace, call.world)
    return Reply((kept_card("rule-kept", call.tongue, rule=draft.rule),))


def _options(said: str) -> tuple[str, dict[str, Any]]:
    """Return the sentence and what stands behind it: `owner=… for=2h severity=critical`."""
    found = {_KEY[match[1].lower()]: match[2].strip('"') for match in _OPTION.finditer(said)}
    if "severity" in found:
        found["severity"] = _SEVERITIES.get(found["severity"], found["severity"])
    return _OPTION.sub("", said).strip(" ,;"), dict(found)


def _known(said: str, call: Call) -> str:
    name = _name(said)
    known = [one.id for one in call.workspace.rules]
    if name in known:
        return name
    titled = [one.id for one in call.workspace.rules if said.strip() in (one.title.zh, one.title.en)]
    if titled:
        return titled[0]
    raise Missing("unknown-rule", **suggesting(name, known, name=name))


def _name(said: str) -> str:
    return said.strip().split(maxsplit=1)[0] if said.strip() else ""


def _free_name(call: Call) -> str:
    known = {one.id for one in call.workspace.rules}
    return next(name for number in range(1, 10_000) if (name := f"rule_{number}") not in known)
