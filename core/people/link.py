"""An address in a chat that becomes somebody's: asked for by a stranger there, or offered by who is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

ASKED_FOR = timedelta(hours=24)
OFFERED_FOR = timedelta(hours=1)  # whoever holds the code of an offer is taken at their word


class LinkState(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"  # they have said who they are, and somebody is asked
    LINKED = "linked"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Link:
    """`text` is what they were about to do, and where. Without an address it is an offer of `person`'s."""

    code: str
    at: datetime
    platform: str = ""
    address: str = ""
    person: str = ""
    chat: str = ""
    thread: str | None = None
    alert: str | None = None
    text: str = ""
    state: LinkState = LinkState.OPEN
    settled_by: str = ""

    @property
    def is_offer(self) -> bool:
        return not self.address

    def is_over(self, now: datetime) -> bool:
        good_for = OFFERED_FOR if self.is_offer else ASKED_FOR
        return now - self.at > good_for or self.state in (LinkState.LINKED, LinkState.DENIED)
