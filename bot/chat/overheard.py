"""Which words, overheard in an alert's thread, are meant for us.

There nobody types /kpi or our name, and people also talk to one another: we answer only what begins with a verb of
ours, and otherwise keep quiet.
"""

from __future__ import annotations

ENGLISH = frozenset({"ack", "assign", "escalate", "snooze", "close", "why", "help"})
CHINESE = (
    "确认",
    "认领",
    "收到",
    "指派",
    "转派",
    "分配",
    "转给",
    "升级",
    "暂停",
    "静默",
    "稍后",
    "关闭",
    "为什么",
    "帮助",
)


def is_meant_for_us(text: str) -> bool:
    """Return whether this begins with something an alert can be told.

    >>> is_meant_for_us("Ack"), is_meant_for_us("升级!"), is_meant_for_us("I acked it yesterday, closing now")
    (True, True, False)
    """
    words = text.split(maxsplit=1)
    return bool(words) and (words[0].lower().rstrip(".,!") in ENGLISH or words[0].startswith(CHINESE))
