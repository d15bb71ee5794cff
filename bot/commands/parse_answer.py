"""What is said to an alert beyond one word: a cause and an action, a role, a step, a promise.

Labels help and are never needed: `close 7f3k acted copy went stale; replaced it` says a cause and an action.
"""

from __future__ import annotations

import re
from typing import Literal, assert_never

from bot.commands.command import (
    Approve,
    Cause,
    Close,
    Command,
    Done,
    Drop,
    HandOff,
    Judge,
    Loss,
    More,
    Promise,
    Reject,
    Stamp,
    Undo,
)
from bot.commands.verbs import feedback_of
from core.alerts.alert import Reason

FollowVerb = Literal[
    "handoff", "done", "undo", "promise", "drop", "cause", "judge", "loss", "approve", "reject", "more"
]

_LABEL = re.compile(r"(?:^|[\s,;]+)(?:(cause|原因)|(action|动作|措施|处理|处置))\s*[:=]\s*", re.IGNORECASE)
_THEN = re.compile(r"\s*(?:;|->|=>|→)\s*")
_ROLE = re.compile(r"(?:to\s+|给\s*)?(?:role:)?([\w-]+)[\s:,]*(.*)", re.IGNORECASE | re.DOTALL)
_WHAT = re.compile(r"(?:step\s*|第)?([pP]?\d{1,3})(?:步|项)?[\s:,]*(.*)", re.DOTALL)


def close(stamp: Stamp, reason: Reason | None, words: str) -> Close:
    """Read the cause and the action. One part alone is what was done, of what was acted on, and else the cause."""
    words = words.strip(" :,")
    labelled = _labelled(words)
    if labelled is not None:
        return Close(stamp, reason, *labelled)
    cause, *actions = _THEN.split(words, maxsplit=1)
    if actions:
        return Close(stamp, reason, cause, actions[0])
    if reason is not None and reason.was_acted_on:
        return Close(stamp, reason, "", cause)
    return Close(stamp, reason, cause)


def follow(verb: FollowVerb, stamp: Stamp, words: str) -> Command:
    """Return what one of these verbs means with the words after it."""
    match verb:
        case "handoff":
            found = _ROLE.fullmatch(words)
            return HandOff(stamp, found[1], found[2].strip()) if found else HandOff(stamp)
        case "done":
            return Done(stamp, _what(words)[0])
        case "undo":
            return Undo(stamp, _what(words)[0])
        case "promise":
            return Promise(stamp, words.strip())
        case "drop":
            return Drop(stamp, *_what(words))
        case "cause":
            return Cause(stamp, words.strip())
        case "judge":
            return Judge(stamp, feedback_of(words.lower()))
        case "loss":
            return Loss(stamp, words.strip())
        case "approve":
            return Approve(stamp, words.strip())
        case "reject":
            return Reject(stamp, words.strip())
        case "more":
            return More(stamp)
    assert_never(verb)


def _labelled(words: str) -> tuple[str, str] | None:
    """Return what follows 原因: and 动作:, in whichever order they stand."""
    marks = list(_LABEL.finditer(words))
    if not marks:
        return None
    parts = {"cause": words[: marks[0].start()].strip(" ,;"), "action": ""}
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        end = following.start() if following else len(words)
        parts["cause" if mark[1] else "action"] = words[mark.end() : end].strip(" ,;")
    return parts["cause"], parts["action"]


def _what(words: str) -> tuple[str, str]:
    """Return `2` or `p1`, and what was said after it."""
    found = _WHAT.fullmatch(words)
    return (found[1].lower(), found[2].strip()) if found else ("", words.strip())
