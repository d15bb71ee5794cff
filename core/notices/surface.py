"""Where an alert is shown, and what was last shown there.

We keep what each message last showed and edit it when the present differs, so that missed edits heal by themselves
and ten changes in a burst cost one edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.notices.notice import Place


@dataclass(frozen=True, slots=True)
class Surface:
    alert: str
    place: Place
    receipt: str
    shown: str  # a digest of the card that it shows
    version: int  # of the alert that it shows
