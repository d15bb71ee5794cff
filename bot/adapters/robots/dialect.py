"""What tells one platform's robots from another's: how a card is said, how a call is signed, what an answer means.

All three answer HTTP 200 whatever happens; what did happen stands in the body, under a number of their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.chat.card import Card
from bot.chat.pace import Rate
from core.notices.outbox import Outcome

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Robot:
    """One robot of one group. Its address is its key, so neither is ever shown."""

    url: str
    secret: str = ""

    def __repr__(self) -> str:
        return "Robot(…)"


@dataclass(frozen=True, slots=True)
class Speech:
    """A card to be said: `link` opens its page, `chart` its picture there; either may be missing."""

    card: Card
    link: str = ""
    chart: str = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """`picture` makes the message that shows a PNG, where robots can be given one at all."""

    platform: str
    rates: tuple[Rate, ...]
    message: Callable[[Speech], Json]
    signed: Callable[[Robot, Json, float], tuple[str, Json]]
    outcome: Callable[[Mapping[str, Any]], Outcome]
    picture: Callable[[bytes], Json | None] = lambda _: None


def size(body: Json) -> int:
    return len(encoded(body))


def encoded(body: Json) -> bytes:
    """Return the body as it is sent: a Chinese letter is three bytes, and not the six of an escape."""
    return json.dumps(body, ensure_ascii=False).encode()


def fit(make: Callable[[int], Json], limit: int) -> Json:
    """Return what `make` makes of the most text with which it fits into so many bytes."""
    room = limit
    while (over := size(body := make(room)) - limit) > 0 and room > 0:
        room -= over
    return body


def number_of(said: Mapping[str, Any], *names: str) -> int | None:
    """Return the platform's own number for what happened; None if it says none."""
    return next((said[name] for name in names if isinstance(said.get(name), int)), None)
