"""The digest in chat: now, at another level or rhythm, and when it is to come: `日报 改到9点`, `weekly digest off`.

Its words stand in any order. What is changed is the speaker's own, or with `here` the chat's, by whoever may define.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING

from bot.cards.digest import digest_card
from bot.cards.digest_settings import chosen_card, settings_card, settings_form
from bot.chat.reply import Reply
from bot.commands.command import Digest
from bot.commands.permission import require
from core.calendar.moment import read_moment
from core.calendar.wording import WEEKDAY_EN, WEEKDAY_ZH, WEEKDAYS
from core.errors import Missing, Problem
from core.people.person import Deed
from core.routing.digests import Every, Level, Plan, Reader, first_plan
from core.routing.load_digests import LAST_DAY
from core.usecases import choose_digest
from core.usecases.digest import digest as make_digest

if TYPE_CHECKING:
    from bot.commands.call import Call

LEVELS: dict[Level, str] = {
    Level.EXECUTIVE: r"executives?|exec|boss|director|老板|管理层",
    Level.MANAGER: r"managers?|team|lead|主管|团队",
    Level.OPERATOR: r"operators?|mine|my day|my|我的|执行层|执行|一线",
}
RHYTHMS: dict[Every, str] = {
    Every.WEEK: r"weekly|this week|last week|week|周报|每周",
    Every.MONTH: r"monthly|last month|month|月报|每月",
    Every.DAY: r"daily|today|每天|每日|早报|日报",
}
_MEETING = r"meeting(?: pack)?|pack|例会(?:材料|包)?|周会(?:材料)?"
_EXCEL = r"excel|xlsx|表格"
_HERE = r"in this chat|this chat|here|在?本群|在?这个?群|在?这里"
_OFF = r"turn off|unsubscribe|off|stop|关闭|关掉|退订|停发|取消|不要了?"
_ON = r"turn on|subscribe|start|开启|打开|订阅|恢复"
_SETTINGS = r"settings?|setup|options|设置|怎么调|调整"
_SET = r"(?:set |change )?level|级别|层级"
_AT = re.compile(r"(?:\bat\b|改到|改为|改成|改在|设为|\bto\b)\s*", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?:上午|早上|早晨|中午|下午|晚上)?\s*\d{1,2}(?:[:点时]\d{0,2}(?:分|半)?)?\s*(?:am|pm|半)?(?![\w号日])",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(rf"(?:\bon\s+|每)?({WEEKDAY_ZH}|\b(?:{WEEKDAY_EN})s?\b)", re.IGNORECASE)
_MONTH_DAY = re.compile(r"(?:on the\s+|每月)?(\d{1,2})(?:st|nd|rd|th|号|日)", re.IGNORECASE)


def read_digest(said: str) -> Digest:
    """Read the words of a digest, its name among them: 周报 says how often; Missing where one is no word of it."""
    words = re.sub(r"\bdigests?\b|报告|简报", " ", said, flags=re.IGNORECASE)
    rest = words.strip()
    found: dict[str, str] = {}
    for name, pattern in (
        ("meeting", _MEETING), ("excel", _EXCEL), ("here", _HERE), ("settings", _SETTINGS), ("off", _OFF), ("on", _ON),
    ):  # fmt: skip
        rest, hit = _taken(pattern, rest)
        found |= {name: "yes"} if hit else {}
    day = None
    if weekday := _WEEKDAY.search(rest):
        day = WEEKDAYS[weekday[1].lower().removesuffix("s") if weekday[1].isascii() else weekday[1][-1]]
        found["every"] = Every.WEEK
        rest = rest[: weekday.start()] + " " + rest[weekday.end() :]
    elif date := _MONTH_DAY.search(rest):
        day = int(date[1])
        found["every"] = Every.MONTH
        rest = rest[: date.start()] + " " + rest[date.end() :]
    rest, wants_level = _taken(_SET, rest)
    for name, kinds in (("every", RHYTHMS), ("level", LEVELS)):
        for kind, pattern in kinds.items():
            rest, hit = _taken(pattern, rest)
            if hit:
                found.setdefault(name, kind)
    at = ""
    if clock := _CLOCK.search(rest):
        at = clock.group().strip()
        rest = rest[: clock.start()] + " " + rest[clock.end() :]
    rest = re.sub(r"\b(?:on|the|of|as|my|me|please)\b|[,,。.的给我]", " ", _AT.sub(" ", rest), flags=re.IGNORECASE)
    if rest.strip():
        raise Missing("digest-how", said=rest.strip())
    every, level = found.get("every"), found.get("level")
    changes = bool(at or day is not None or wants_level or found.keys() & {"off", "on"})
    return Digest(
        deed="off" if "off" in found else "set" if changes else "settings" if "settings" in found else "show",
        level=Level(level) if level else None,
        every=Every(every) if every else None,
        pack="meeting" in found,
        excel="excel" in found,
        here="here" in found,
        at=at,
        on=day,
    )


async def digest(command: Digest, call: Call) -> Reply:
    if command.deed == "show":
        return await _shown(command, call)
    to = _reader(command, call)
    if command.deed == "settings":
        known = await choose_digest.plans_of(to, call.workspace, call.world)
        card = settings_card(known, to, call.workspace, call.tongue)
        return Reply((card,), is_private=True, form=settings_form(known, to, call.tongue))
    every = command.every or (Every.WEEK if command.pack else Every.DAY)
    wish = choose_digest.Wish(
        is_on=command.deed != "off",
        level=command.level,
        at=_clock(command.at, call),
        on=_day(command.on, every),
        pack=False if command.deed == "off" else True if command.pack else None,
    )
    plan = await choose_digest.choose(to, every, wish, call.person, call.via, call.workspace, call.world)
    return Reply((chosen_card(plan, to, every, call.workspace, call.tongue),), is_private=not command.here)


async def _shown(command: Digest, call: Call) -> Reply:
    plan = await plan_asked(command, call)
    if command.pack:
        from bot.commands.meeting import meeting

        return await meeting(plan, call, excel=command.excel)
    found = await make_digest(plan, call.workspace, call.world)
    return Reply((digest_card(found, call.workspace, call.tongue),), is_private=plan.level is Level.OPERATOR)


async def plan_asked(command: Digest, call: Call) -> Plan:
    """Return what is shown: the speaker's own digest, else the chat's, and of neither what fits the speaker."""
    person, place = call.request.person, call.request.place
    every = Every.WEEK if command.pack else command.every or Every.DAY
    house = call.workspace.digest_house
    readers: list[Reader] = [replace(place, thread=None)] if command.here or person is None else [person.id]
    readers += [replace(place, thread=None)]
    known = [await choose_digest.plans_of(to, call.workspace, call.world) for to in dict.fromkeys(readers)]
    plan = next((one for some in known for one in some if one.every is every), None)
    if plan is None and (others := next((some for some in known if some), None)):
        plan = replace(others[0], every=every, on=int(every is Every.MONTH))
    to: Reader = readers[0]
    plan = replace(plan, to=to) if plan else first_plan(to, every, house)
    return replace(plan, level=command.level or plan.level)


def _reader(command: Digest, call: Call) -> Reader:
    """Return whose digest is meant: the speaker's own, or the chat's, which not everybody may change."""
    if not command.here:
        return call.person.id
    require(Deed.DEFINE, call.request, call.workspace)
    return replace(call.request.place, thread=None)


def _clock(said: str, call: Call) -> time | None:
    """Return the hour meant; a Problem says how one is written."""
    if not said:
        return None
    bare = re.fullmatch(r"\d{1,2}", said)
    try:
        read = read_moment(f"{said}:00" if bare else said, call.now, call.person.zone, guess=False)
    except Problem:
        raise Problem("digest-clock", said=said) from None
    return read.at.astimezone(call.person.zone).time().replace(second=0, microsecond=0)


def _day(day: int | None, every: Every) -> int | None:
    if day is not None and every is Every.MONTH and not 1 <= day <= LAST_DAY:
        raise Problem("digest-day", day=day, last=LAST_DAY)
    return day


def _taken(pattern: str, words: str) -> tuple[str, bool]:
    """Return the words without what matches; a Latin word is a whole one."""
    parts = "|".join(rf"\b(?:{part})\b" if part.isascii() else f"(?:{part})" for part in _parts(pattern))
    found = re.search(parts, words, re.IGNORECASE)
    return (f"{words[: found.start()]} {words[found.end() :]}", True) if found else (words, False)


def _parts(pattern: str) -> list[str]:
    """Split alternatives apart, those within parentheses left together."""
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(pattern):
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and depth == 0:
            parts.append(pattern[start:at])
            start = at + 1
    return [*parts, pattern[start:]]
