"""Who changed what, from where, before and after: lines that are only ever added, which the database itself sees to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.errors import Fact

MOST = 200  # lines that one question is answered with


class Realm(StrEnum):
    ALERT = "alert"
    RULE = "rule"
    MUTE = "mute"
    SETTING = "setting"
    ACCESS = "access"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something was done: on which platform, by which address there, and on whose word if not one's own."""

    platform: str = ""
    address: str = ""
    approver: str = ""

    @classmethod
    def read(cls, via: str | None) -> Origin:
        """Return what an event's `via` says.

        >>> Origin.read("slack:U02 bob").approver, Origin.read("web").address
        ('bob', '')
        """
        place, _, approver = (via or "").partition(" ")
        platform, _, address = place.partition(":")
        return cls(platform, address, approver)

    def __str__(self) -> str:
        place = f"{self.platform}:{self.address}" if self.address else self.platform
        return f"{place} {self.approver}".strip()


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `before` and `after` hold only what differs; `about` is what else it may be asked for by: a rule."""

    at: datetime
    realm: Realm
    subject: str  # an alert's handle, a rule's id, a person's, …
    actor: str
    deed: str  # an event's kind, or what was done to a definition
    origin: Origin = field(default_factory=Origin)
    before: Mapping[str, Fact] = field(default_factory=dict)
    after: Mapping[str, Fact] = field(default_factory=dict)
    about: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are asked for; `of` is an alert's handle, a rule or a person, whoever did it or had it done."""

    of: str = ""
    first: datetime | None = None
    last: datetime | None = None
    most: int = MOST


def differing(before: Mapping[str, Fact], after: Mapping[str, Fact]) -> tuple[dict[str, Fact], dict[str, Fact]]:
    """Return both without what they share."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return (
        {name: before[name] for name in names if name in before},
        {name: after[name] for name in names if name in after},
    )
