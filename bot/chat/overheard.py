"""Which words, overheard in an alert's thread, are meant for us.

There nobody types /kpi or our name, and people also talk to one another: we answer only what begins with something
that an alert can be told, and otherwise keep quiet. A test holds these words to those that commands open with.
"""

from __future__ import annotations

import re

ENGLISH = frozenset({"ack", "acknowledge", "take", "assign", "reassign", "escalate"})
ENGLISH |= {"snooze", "mute", "close", "resolve", "why", "help"}
ENGLISH |= {"promise", "handoff", "accept", "decline", "approve", "reject", "judge", "undo"}
CHINESE: tuple[str, ...] = ("确认", "认领", "收到", "指派", "转给", "交给", "分配给", "升级", "上报")
CHINESE += ("跟进", "承诺", "移交", "转交", "接受", "批准", "驳回", "评价", "根因")
CHINESE += ("稍后", "静音", "延后", "关闭", "解决", "为什么", "为何", "帮助")
_TICK = re.compile(r"(?:done|完成)\s*第?[pP]?\d{1,3}[步项]?")


def is_meant_for_us(text: str) -> bool:
    """Return whether this begins with something an alert can be told.

    >>> is_meant_for_us("Ack"), is_meant_for_us("升级!"), is_meant_for_us("I acked it yesterday, closing now")
    (True, True, False)

    Of a word that people say to one another as well, only what follows tells.

    >>> is_meant_for_us("done 2"), is_meant_for_us("完成 p1"), is_meant_for_us("done, thanks")
    (True, True, False)
    """
    words = text.split(maxsplit=1)
    if _TICK.fullmatch(text.strip()):
        return True
    return bool(words) and (words[0].lower().rstrip(".,!") in ENGLISH or words[0].startswith(CHINESE))
