"""What somebody said to us, wherever they said it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from core.notices.notice import Place
    from core.people.person import Person
    from core.text import Tongue


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that somebody dropped. It is fetched, at most so many bytes of it, once we know that they may bring it."""

    name: str
    size: int  # as the platform says
    fetch: Callable[[int], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Request:
    """`text` is the command without its trigger (`roi channel=wechat`, `ack 7f3k@12`).

    `person` is None for somebody whom the workspace does not know; `actor` is their address on the platform.
    `alert` is the handle of the alert in whose thread it was said, if it was. `only` is the command that shows the one
    thing that this may be about (`#7f3k`), for whoever came by a link; None: anything.
    """

    text: str
    place: Place
    actor: str
    tongue: Tongue
    person: Person | None = None
    alert: str | None = None
    event: str | None = None  # the platform's name for this event; each is answered once
    only: str | None = None
    file: Brought | None = None
