"""What was typed, as a command: one parser for both tongues, for chats, buttons, forms and the command line.

A sentence that opens with a verb is about an alert or the dictionary; any other asks for numbers (`asking`). A metric
whose name only begins like a verb (确认率) is a metric.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import assert_never

from bot.commands.asking import read_question
from bot.commands.command import (
    Accept,
    Ack,
    Alerts,
    Allow,
    Ask,
    Assign,
    Audit,
    Board,
    Chain,
    Check,
    Command,
    Decline,
    Define,
    Deny,
    Drivers,
    Duty,
    Escalate,
    Funnel,
    Health,
    Help,
    Home,
    IAm,
    Import,
    Imports,
    Lines,
    Link,
    Metrics,
    Mine,
    Mutes,
    Plead,
    Promises,
    Reopen,
    Review,
    Route,
    Rule,
    Share,
    Shared,
    Show,
    Snooze,
    Stamp,
    Storm,
    Unmute,
    Unshare,
    Why,
)
from bot.commands.digest import read_digest
from bot.commands.lexicon import Lexicon
from bot.commands.muting import is_draft, read_mute
from bot.commands.parse_answer import close, follow
from bot.commands.put import read_put
from bot.commands.review import read_adopt, read_incident
from bot.commands.verbs import MINE, Verb, opening, reason_at
from core.errors import Missing

_TRIGGER = re.compile(r"(?:/?kpi(?:@\w+)?(?![\w=])|/(?=\w)|@beacon\b|<@[UW]\w+(?:\|[^>]*)?>)[\s,:]*", re.IGNORECASE)
_POLITE = re.compile(r"(?:请|把|将|please\s)\s*", re.IGNORECASE)
_HANDLE = re.compile(r"(#)?([0-9a-z]{4,8})(?:@(\d+))?(?![a-z0-9_.:=-])", re.IGNORECASE)
_SPAN = re.compile(r"\d+(?:[smhdw]|min|mins|hour|hours|day|days|week|weeks)?", re.IGNORECASE)
_GROUP = re.compile(r"#?([0-9a-z]{8})(?:@(\d+)\.(\d+))?(?![a-z0-9])\s*(ack|snooze|mine|list)?", re.IGNORECASE)
RULE_VERBS = {
    "add": ("add", "new", "新增", "添加", "新建"),
    "change": ("change", "edit", "修改", "改"),
    "retire": ("retire", "remove", "delete", "停用", "删除"),
    "undo": ("undo", "撤销", "恢复"),
    "keep": ("keep",),
    "drop": ("drop",),
}
_RULE_VERB = re.compile(
    r"\s*(add|new|change|edit|retire|remove|delete|undo|keep|drop|新增|添加|新建|修改|改|停用|删除|撤销|恢复)(?![a-z0-9_=])"
)
_PART_OF = re.compile(r"shares?\s+(?:of|held)\b")  # of a number, where `share` alone is of the board
_HELD = re.compile(r"[0-9a-f]{12}")
_WHO = re.compile(r"<@(\w+)(?:\|[^>]*)?>|@(\S+)|(\S+)")
_NOT_TOLD = re.compile(
    r"(?:wasn't|weren't|was|were)\s+(\S+)\s+(?:not\s+)?(?:told|notified|called)"
    r"|没有?(?:通知|告诉|叫)\s*([^\s#]+?)(?=\s|#|$)|\bnot\s+(?:tell|notify|told)\s+(\S+)",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"\b(?:did|does|has|have|is|are|was|were|go|goes|gone|went|drop(?:ped|s)?|fall(?:en|s)?|fell|rise[ns]?|rose|move[ds]?"
    r"|change[ds]?|down|up|so|much)\b|下降|下跌|下滑|上升|上涨|变化|变了|跌了|涨了|降了|升了|这么|大幅",
    re.IGNORECASE,
)
_MYSELF = frozenset({"me", "i", "we", "us", "myself", "我", "我们", "自己"})
_TAIL = re.compile(r"[\s.!。,;]+$")
_PAIRS = str.maketrans("“”「」『』‘’", '""""""\'\'')


def parse(text: str, lexicon: Lexicon, *, thread: str | None = None, platform: str | None = None) -> Command:
    """Return what is asked. `thread` is the handle of the alert in whose thread it was said."""
    said = plain(text)
    if not said:
        return Show(Stamp(thread)) if thread else Help()
    lowered = _lowered(said)
    verb = opening(lowered)
    metric = lexicon.metrics.at(lowered)
    if verb and verb[0] == "define" and (question := _number_after_what_is(said, verb[1], lexicon)):
        return question
    if verb and (metric is None or metric[1] <= verb[1]) and not (verb[0] == "share" and _PART_OF.match(lowered)):
        words = said if verb[0] == "digest" else said[verb[1] :].strip(" :,")  # 周报 itself says how often
        return _act(verb[0], words, lexicon, thread, platform)
    if (stamp := _stamp(said, _looks_random)) and metric is None:
        return _on_alert(stamp[0], said[stamp[1] :].strip(), lexicon, platform)
    return read_question(said, lowered, lexicon)


def plain(text: str) -> str:
    """Return the text without what called us, with full-width signs made plain and unseen ones left out."""
    seen = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")  # pasted, or turned to the right
    said = unicodedata.normalize("NFKC", seen).translate(_PAIRS).strip()
    while found := _TRIGGER.match(said):
        said = said[found.end() :]
    if polite := _POLITE.match(said):
        said = said[polite.end() :]
    return _TAIL.sub("", said) if said.strip("?") else said[:1]


def _number_after_what_is(said: str, end: int, lexicon: Lexicon) -> Ask | None:
    """Return the question in `what is roi last week`; with a metric's name alone it is one for a definition."""
    if not _lowered(said).startswith("what"):
        return None
    asked = read_question(said[end:], _lowered(said)[end:], lexicon)
    return asked if asked.metrics and asked != Ask(asked.metrics) else None


def _what_moved(rest: str, lexicon: Lexicon) -> Drivers | None:
    """Return the question in `why roi last week`; where no metric is named it is about an alert."""
    said = _MOVED.sub(" ", rest)
    if lexicon.metrics.pattern is None or lexicon.metrics.pattern.search(_lowered(said)) is None:
        return None
    asked = read_question(said, _lowered(said), lexicon)
    return Drivers(asked) if asked.metrics else None


def _on_alert(stamp: Stamp, rest: str, lexicon: Lexicon, platform: str | None) -> Command:
    """`#7f3k`, or the alert first and the verb after it: `7f3k 转给李伟`."""
    verb = opening(_lowered(rest))
    if verb is None:
        return Show(stamp)
    return _act(verb[0], rest[verb[1] :].strip(" :,"), lexicon, stamp.handle, platform, said_first=stamp)


def _act(
    verb: Verb,
    rest: str,
    lexicon: Lexicon,
    thread: str | None,
    platform: str | None,
    said_first: Stamp | None = None,
) -> Command:
    match verb:
        case "metrics":
            return Metrics(rest)
        case "define":
            name = re.sub(r"^the\s+", "", rest.strip("? "))
            return Define(lexicon.metrics.exactly(name) or name)
        case "alerts":
            return _alerts(rest, lexicon)
        case "route":
            asked = read_question(rest, _lowered(rest), lexicon)
            return Route(asked.metrics[0] if asked.metrics else rest.strip(), asked.where)
        case "board":
            return Board(read_question(rest, _lowered(rest), lexicon).by or "")
        case "share":
            return Share(rest.strip())
        case "shared":
            return Shared()
        case "unshare":
            return Unshare(rest.strip("# ").lower())
        case "duty":
            return Duty()
        case "digest":
            return read_digest(rest)
        case "health":
            return Health()
        case "imports":
            return Imports()
        case "import":
            return _import(rest)
        case "put":
            return read_put(rest, lexicon)
        case "help":
            return Help()
        case "storm":
            return _storm(rest)
        case "rule":
            return _rule(rest)
        case "promises":
            return Promises()
        case "mine":
            return Mine()
        case "home":
            return Home()
        case "audit":
            return Audit(rest)
        case "check":
            return Check()
        case "chain":
            return Chain()
        case "review":
            asked = read_question(rest, _lowered(rest), lexicon)
            return Review(asked.period, asked.where)
        case "adopt":
            return read_adopt(rest)
        case "incident":
            return read_incident(rest, lexicon)
        case "plead" | "allow" | "deny":
            return _plea(verb, rest)
        case "link":
            return Link(rest.strip().lower())
        case "iam":
            code, _, name = rest.partition(" ")
            return IAm(code.lower(), _person(name, lexicon, platform))
        case "mute":
            return (
                read_mute(rest, lexicon)
                if said_first is None and _names_a_slice(rest, lexicon, thread)
                else _act("snooze", rest, lexicon, thread, platform, said_first)
            )
        case "mutes":
            return Mutes()
        case "unmute":
            return Unmute(rest.strip("# ").lower())
        case "why" if not_told := _NOT_TOLD.search(rest):
            who = next(group for group in not_told.groups() if group is not None)
            about = (rest[: not_told.start()] + " " + rest[not_told.end() :]).strip(" ,")
            return Why(said_first or _which(verb, about, thread)[0], _person(who, lexicon, platform))
        case "drivers" | "why" if said_first is None and (moved := _what_moved(rest, lexicon)):
            return moved
        case "drivers":
            return Drivers(alert=said_first or _which(verb, rest, thread)[0])
        case "funnel" | "lines":
            asked = read_question(rest, _lowered(rest), lexicon)
            return Funnel(asked) if verb == "funnel" else Lines(asked)
        case "why" | "ack" | "assign" | "accept" | "decline" | "escalate" | "snooze" | "close" | "reopen":
            stamp, words = (said_first, rest) if said_first else _which(verb, rest, thread)
            return _answer_alert(verb, stamp, words, lexicon, platform)
        case (
            "handoff"
            | "done"
            | "undo"
            | "promise"
            | "drop"
            | "cause"
            | "judge"
            | "loss"
            | "approve"
            | "reject"
            | "more"
        ):
            stamp, words = (said_first, rest) if said_first else _which(verb, rest, thread)
            return follow(verb, stamp, words)
    assert_never(verb)


def _answer_alert(verb: str, stamp: Stamp, words: str, lexicon: Lexicon, platform: str | None) -> Command:
    match verb:
        case "why":
            return Why(stamp, _person(words, lexicon, platform))
        case "ack":
            return Ack(stamp)
        case "accept":
            return Accept(stamp)
        case "decline":
            return Decline(stamp, words)
        case "escalate":
            return Escalate(stamp)
        case "reopen":
            return Reopen(stamp)
        case "snooze":
            return Snooze(stamp, words)
        case "close":
            found = reason_at(_lowered(words))
            return close(stamp, found[0] if found else None, words[found[1] if found else 0 :])
        case _:
            return _assign(stamp, words, lexicon, platform)


def _import(rest: str) -> Import:
    """`import 0a1b2c3d4e5f ads`, or with a file beside it `import ads`."""
    code, _, source = rest.strip().partition(" ")
    return Import(code, source.strip()) if _HELD.fullmatch(code) else Import("", rest.strip())


def _plea(verb: str, rest: str) -> Command:
    code, _, of = rest.lower().partition(" ")
    if not code or (verb == "plead" and not of):
        raise Missing("command-which-plea", verb=verb)
    if verb == "plead":
        return Plead(code, of.strip())
    return Allow(code) if verb == "allow" else Deny(code)


def _rule(rest: str) -> Rule:
    """`rule add roi_low: 渠道ROI<1`, `规则 新增 …`, `rule keep 3f9a`; alone it lists them."""
    found = _RULE_VERB.match(_lowered(rest))
    if found is None:
        return Rule()
    verb = next(verb for verb, names in RULE_VERBS.items() if found[1] in names)
    return Rule(verb, rest[found.end() :].strip())


def _storm(rest: str) -> Storm:
    found = _GROUP.match(rest)
    if found is None:
        raise Missing("command-which-group")
    group, count, version, verb = found.groups()
    seen = (int(count), int(version)) if count else None
    return Storm(group.lower(), seen, (verb or "").lower(), rest[found.end() :].strip())


def _alerts(rest: str, lexicon: Lexicon) -> Command:
    if stamp := _stamp(rest, _looks_random):
        return Show(stamp[0])
    lowered = _lowered(rest)
    mine = next((word for word in MINE if lowered.startswith(word)), None)
    asked = read_question(rest, lowered, lexicon) if mine is None else None
    return Alerts(where=asked.where if asked else (), is_mine=mine is not None)


def _assign(stamp: Stamp, words: str, lexicon: Lexicon, platform: str | None) -> Assign:
    """Names may hold spaces, so a name we know is tried before the first word is taken for one."""
    if not words:
        return Assign(stamp)
    words = re.sub(r"^(?:to\s+|给\s*)", "", words)
    bare = words.removeprefix("@")
    if known := lexicon.people.at(_lowered(bare)):
        return Assign(stamp, known[0], bare[known[1] :].strip(" ,"))
    found = _WHO.match(words)
    if found is None:
        return Assign(stamp)
    name = next(group for group in found.groups() if group is not None)
    person = lexicon.addresses.get((platform or "", name), name)
    return Assign(stamp, person, words[found.end() :].strip(" ,"))


def _names_a_slice(rest: str, lexicon: Lexicon, thread: str | None) -> bool:
    """Return whether a mute is of a slice; of one alert, named or in whose thread it is said, it is a snooze."""
    if is_draft(rest):
        return True
    if _stamp(rest, _looks_random):
        return False
    return thread is None or bool((found := read_mute(rest, lexicon)).where or found.metrics)


def _person(words: str, lexicon: Lexicon, platform: str | None) -> str:
    """Return the id of whoever is named, `me` for the speaker, or what was said where nobody goes by it."""
    name = re.sub(r"^(?:not|没通知|没告诉)\s*", "", words.strip(" ?@<>")).strip()
    if name.lower() in _MYSELF:
        return "me"
    return lexicon.people.exactly(name) or lexicon.addresses.get((platform or "", name), name)


def _which(verb: str, rest: str, thread: str | None) -> tuple[Stamp, str]:
    """Return the alert meant and what was said after it. In a thread it may be left out."""
    if found := _stamp(rest, _looks_random if thread else bool):
        return found[0], rest[found[1] :].strip(" :,")
    if thread:
        return Stamp(thread), rest
    raise Missing("command-which-alert", verb=verb)


def _stamp(text: str, is_enough: Callable[[str], bool]) -> tuple[Stamp, int] | None:
    """Return the alert a text opens with; `is_enough` says whether a bare word may be taken for a handle."""
    found = _HANDLE.match(text)
    if found is None:
        return None
    hash_sign, handle, version = found.groups()
    if not (hash_sign or version or is_enough(handle)):
        return None
    return Stamp(handle.lower(), int(version) if version else None), found.end()


def _looks_random(word: str) -> bool:
    """Whether a bare word can only be a handle: letters and digits mixed, and no length of time such as 30min."""
    return any(map(str.isdigit, word)) and any(map(str.isalpha, word)) and not _SPAN.fullmatch(word)


def _lowered(text: str) -> str:
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text  # positions must hold; few letters grow when lowered
