"""A person, what they answer for, and how to reach them.

Roles are words of the team's own (`channel_lead`); a duty ties a role to the slices it covers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from core.labels import Labels, Matcher, all_match

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.text import Text, Tongue


class Right(StrEnum):
    """What somebody may do; each includes those before it."""

    READ = "read"
    ACT = "act"
    MANAGE = "manage"

    def covers(self, needed: Right) -> bool:
        order = list(Right)
        return order.index(self) >= order.index(needed)


class Deed(StrEnum):
    """One kind of thing to do; a level of `Right` allows several, and `may:` can name them one by one."""

    READ = "read"
    ACK = "ack"  # and all that follows: ticks, promises, a verdict
    ASSIGN = "assign"  # and hand off, escalate
    MUTE = "mute"  # for a while, one alert or a slice
    CLOSE = "close"
    DEFINE = "define"  # rules, metrics, routes
    APPROVE = "approve"  # consequences, and what others may not do
    AUDIT = "audit"
    SHARE = "share"  # the board, for a while, with whoever holds a link


_ACTING = frozenset({Deed.READ, Deed.ACK, Deed.ASSIGN, Deed.MUTE, Deed.CLOSE})
DEEDS = {Right.READ: frozenset({Deed.READ}), Right.ACT: _ACTING, Right.MANAGE: frozenset(Deed)}
_LEAST = {Right.READ: Deed.READ, Right.ACT: Deed.ACK, Right.MANAGE: Deed.DEFINE}


def level_of(deeds: frozenset[Deed]) -> Right:
    """Return the level that these deeds come nearest to."""
    if Deed.DEFINE in deeds:
        return Right.MANAGE
    return Right.ACT if deeds - {Deed.READ} else Right.READ


@dataclass(frozen=True, slots=True)
class Duty:
    role: str
    over: tuple[Matcher, ...] = ()

    def covers(self, role: str, labels: Labels) -> bool:
        return self.role == role and all_match(self.over, labels)


@dataclass(frozen=True, slots=True)
class Leave:
    """Days away, both included; `backup` answers meanwhile."""

    first: date
    last: date
    backup: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be told; `chats` maps a platform to their address there (a Slack or Telegram id)."""

    id: str
    name: Text
    duties: tuple[Duty, ...] = ()
    chats: Mapping[str, str] = field(default_factory=dict)
    tongue: Tongue = "zh"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    right: Right = Right.ACT
    lead: str | None = None
    workday: tuple[time, time] = (time(9), time(18))
    leave: tuple[Leave, ...] = ()
    deeds: frozenset[Deed] | None = None  # what they may do, one by one; None: what their right allows
    budget: int | None = None  # alerts a day that may call them; the least useful beyond it go to the digest

    def is_away(self, day: date) -> bool:
        return any(leave.first <= day <= leave.last for leave in self.leave)

    def may(self, need: Right | Deed) -> bool:
        """Return whether they may do that: the one place where this is decided."""
        deeds = DEEDS[self.right] if self.deeds is None else self.deeds
        return (_LEAST[need] if isinstance(need, Right) else need) in deeds

    @property
    def is_reachable(self) -> bool:
        return bool(self.chats)
