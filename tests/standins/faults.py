"""What goes wrong on a platform, to order: the next calls of a method fail so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limited:
    """429, come again in so many seconds."""

    seconds: int = 3


@dataclass(frozen=True)
class Broken:
    """A server's own error, before or after it has done what was asked."""

    status: int = 500
    has_acted: bool = False


@dataclass(frozen=True)
class Dropped:
    """The connection is cut without an answer, before or after it has done what was asked."""

    has_acted: bool = True


@dataclass(frozen=True)
class Refused:
    """An error of the platform's own."""

    error: str


Fault = Limited | Broken | Dropped | Refused
