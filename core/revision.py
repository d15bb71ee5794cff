"""One state of a definition that people said: its text as a file would hold it, who said it, where and when.

Revisions are only ever added, so taking one back adds another. What files say is the ground beneath: a rule that was
released goes by its file again, and one that was retired stays out whatever its file says.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class Standing(StrEnum):
    SAID = "said"  # its text holds
    RETIRED = "retired"
    RELEASED = "released"  # back to what the file says


@dataclass(frozen=True, slots=True)
class Revision:
    rule: str
    number: int
    standing: Standing
    text: str  # YAML of the one entry; empty unless SAID
    by: str
    via: str
    at: datetime


def newest(revisions: Iterable[Revision]) -> dict[str, Revision]:
    """Return the last revision of each rule."""
    return {one.rule: one for one in sorted(revisions, key=lambda one: one.number)}
