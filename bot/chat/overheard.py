"""Which words, overheard in an alert's thread, are meant for us.

There nobody types /kpi or our name, and people also talk to one another: we answer only what begins with something
that an alert can be told, and otherwise keep quiet. A test holds these words to those that commands open with.
"""

from __future__ import annotations

ENGLISH = frozenset({"ack", "acknowledge", "take", "assign", "reassign", "escalate"})
ENGLISH |= {"snooze", "mute", "close", "resolve", "why", "help"}
CHINESE: tuple[str, ...] = ("确认", "认领", "收到", "指派", "转给", "交给", "分配给", "升级", "上报")
CHINESE += ("稍后", "静音", "延后", "关闭", "解决", "为什么", "为何", "帮助")


def is_meant_for_us(text: str) -> bool:
    """Return whether this begins with something an alert can be told.

    >>> is_meant_for_us("Ack"), is_meant_for_us("升级!"), is_meant_for_us("I acked it yesterday, closing now")
    (True, True, False)
    """
    words = text.split(maxsplit=1)
    return bool(words) and (words[0].lower().rstrip(".,!") in ENGLISH or words[0].startswith(CHINESE))
