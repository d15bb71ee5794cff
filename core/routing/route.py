"""A route: which alerts, told where, escalated how. First match unless `follows`; the last route matches everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.alerts.alert import Step
    from core.labels import Matcher
    from core.notices.notice import Place


@dataclass(frozen=True, slots=True)
class Route:
    """`match` sees the slice's labels and `rule`, `severity`, `owner` (the rule's role) beside them."""

    id: str
    match: tuple[Matcher, ...] = ()
    chats: tuple[Place, ...] = ()
    steps: tuple[Step, ...] = ()
    owner: str | None = None  # `role:NAME` or `person:ID`, when nobody holds the rule's role for the slice
    follows: bool = False  # `continue`: later routes are looked at too
