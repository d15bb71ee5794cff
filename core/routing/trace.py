"""Why somebody was told, and why somebody was not: the lines that `/kpi why` prints.

A decision leaves its lines in one event, `routed`, packed as text because an event's facts are flat.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.alerts.event import Event
    from core.errors import Fact

ROUTED = "routed"
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Line:
    """`code` is a phrase key: `trace-` and this."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


def packed(lines: Iterable[Line]) -> dict[str, Fact]:
    """Return the facts of a `routed` event that holds these lines."""
    return {"lines": _ENCODE([[line.code, dict(line.facts)] for line in lines])}


def lines_of(event: Event) -> tuple[Line, ...]:
    """Return the lines that a `routed` event holds, none for any other."""
    return unpacked(event.facts) if event.kind == ROUTED else ()


def unpacked(facts: Mapping[str, Fact]) -> tuple[Line, ...]:
    """Return the lines among facts, none where there are none."""
    return tuple(Line(code, facts) for code, facts in json.loads(str(facts.get("lines", "[]"))))
