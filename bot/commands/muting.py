"""A mute as it is said: what, from when, until when, because of what, in either tongue.

mute channel=wechat until 明天9点 because of the new pixel
屏蔽 渠道=微信 从周五到下周一9点 因为换像素
"""

from __future__ import annotations

import re

from bot.commands.asking import read_question
from bot.commands.command import Mute
from bot.commands.lexicon import Lexicon
from core.errors import Problem
from core.labels import Matcher
from core.rules.rule import Severity

_DRAFT = re.compile(r"#?([0-9a-z]{6})\s+(?:yes|ok|是|确认|同意)", re.IGNORECASE)
_WHY = re.compile(r"[,，;]?\s*(?:\bbecause(?:\s+of)?\b|因为|由于|原因是?:?)\s*(.+)$", re.IGNORECASE)
_FROM_TO = re.compile(r"(?:\bfrom\b|从)\s*(.+?)\s*(?:\bto\b|\buntil\b|\btill\b|直到|到|至)\s*(.+)$", re.IGNORECASE)
_UNTIL = re.compile(r".*(?:\buntil\b|\btill\b|直到|到|至|\bfor\b)\s*(.+)$", re.IGNORECASE)
_RESERVED = re.compile(r"(rule|规则|severity|级别|等级)\s*(!?=)\s*([\w:*,、|-]+)", re.IGNORECASE)
_NAMES = {"规则": "rule", "级别": "severity", "等级": "severity"}
_SEVERITIES = {
    "p2": "info",
    "提示": "info",
    "提醒": "info",
    "p1": "warning",
    "警告": "warning",
    "p0": "critical",
    "严重": "critical",
} | {severity.name.lower(): severity.name.lower() for severity in Severity}


def is_draft(said: str) -> bool:
    return _DRAFT.fullmatch(said.strip()) is not None


def read_mute(said: str, lexicon: Lexicon) -> Mute:
    """Return the mute; whatever no other part claims is when it ends: `mute channel=wechat 2h`."""
    if found := _DRAFT.fullmatch(said.strip()):
        return Mute(draft=found[1].lower())
    said, why = _split(said, _WHY)
    start, until = "", ""
    if found := _FROM_TO.search(said):
        said, start, until = said[: found.start()], found[1], found[2]
    elif found := _UNTIL.match(said):
        said, until = said[: found.start(1)], found[1]
        said = re.sub(r"(?:\buntil|\btill|直到|到|至|\bfor)\s*$", "", said, flags=re.IGNORECASE)
    own = tuple(_reserved(found) for found in _RESERVED.finditer(said))
    said = _RESERVED.sub(" ", said).strip(" ,")
    asked = read_question(said, said.lower() if len(said.lower()) == len(said) else said, lexicon)
    if until and asked.period:
        raise Problem("mute-unclear", said=asked.period)  # a word less would hide more than was meant
    until = until or asked.period
    return Mute((*asked.where, *own), asked.metrics, start.strip(), until.strip(" ,"), why.strip())


def _split(said: str, pattern: re.Pattern[str]) -> tuple[str, str]:
    found = pattern.search(said)
    return (said[: found.start()], found[1]) if found else (said, "")


def _reserved(found: re.Match[str]) -> Matcher:
    name = _NAMES.get(found[1].lower(), found[1].lower())
    values = tuple(part for part in re.split(r"[,、|]", found[3]) if part)
    if name == "severity":
        unknown = next((value for value in values if value.lower() not in _SEVERITIES), None)
        if unknown is not None:
            raise Problem("mute-severity", value=unknown)
        values = tuple(_SEVERITIES[value.lower()] for value in values)
    return Matcher(name, values, found[2] == "!=")
