"""What was asked before in this place, so that the next question need only say what is different.

`by campaign?`, `上周呢`, `那抖音呢`: whatever it names takes the place of what was there, and the rest stays. Under an
alert the alert itself is what was asked. It is remembered for half an hour and here alone: after a restart one asks in
full, and is told so.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from bot.chat.request import Request
from bot.commands.command import Ask
from core.alerts.alert import Alert
from core.labels import Matcher

LASTS = timedelta(minutes=30)
_GOES_ON = re.compile(r"^(?:and|what about|how about|那|换成)|呢[?？]?$", re.IGNORECASE)
MOST = 2_000  # conversations

Key = tuple[str, str, str, str]


class Conversations:
    """The last question of each: a thread is its own, and elsewhere each person has theirs."""

    def __init__(self) -> None:
        self._last: dict[Key, tuple[datetime, Ask]] = {}

    def before(self, request: Request, now: datetime) -> Ask | None:
        at, asked = self._last.get(_key(request), (None, None))
        return asked if at is not None and now - at < LASTS else None

    def remember(self, request: Request, asked: Ask, now: datetime) -> None:
        key = _key(request)
        self._last.pop(key, None)
        self._last[key] = (now, asked)
        if len(self._last) > MOST:
            del self._last[next(iter(self._last))]


def _key(request: Request) -> Key:
    place = request.place
    return place.platform, place.chat, place.thread or "", "" if place.thread else request.actor


def followed(asked: Ask, before: Ask) -> Ask:
    """Return the question that continues another: what it names replaces, and what it leaves out stays."""
    named = {matcher.dimension for matcher in asked.where}
    kept = tuple(matcher for matcher in before.where if matcher.dimension not in named)
    # A slice that is split is no longer named: `by channel?` after `channel=wechat` asks for all of them.
    kept = tuple(matcher for matcher in kept if asked.by != matcher.dimension)
    by = asked.by or (before.by if before.by not in named else None)
    return replace(
        asked,
        metrics=asked.metrics or before.metrics,
        where=(*kept, *asked.where),
        by=by,
        grain=asked.grain or before.grain,
        period=asked.period or before.period,
        versus=asked.versus or (before.versus if not asked.period else ""),
        top=asked.top or (before.top if by else None),
        is_share=asked.is_share or before.is_share,
    )


def goes_on(text: str) -> bool:
    """Return whether a question that names a metric still leans on the one before.

    >>> goes_on("花费呢？"), goes_on("and spend?"), goes_on("spend")
    (True, True, False)
    """
    return bool(_GOES_ON.search(text.strip()))


def about(alert: Alert) -> Ask:
    """Return the question whose answer an alert is."""
    metric = next((term.metric for term in alert.finding.terms), None)
    where = tuple(Matcher(dimension, (value,)) for dimension, value in alert.fingerprint.labels)
    return Ask((metric,) if metric else (), where)
