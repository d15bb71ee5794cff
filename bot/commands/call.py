"""One command under way: who said it where, and all that a handler may look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.chat.request import Request
from bot.commands.follow import Conversations
from bot.commands.lexicon import Lexicon
from core.audit import Origin
from core.errors import Forbidden
from core.people.person import Person
from core.ports import World
from core.text import Tongue
from core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Call:
    request: Request
    workspace: Workspace
    world: World
    lexicon: Lexicon
    conversations: Conversations = field(default_factory=Conversations)
    approver: str = ""  # who let the speaker do what they may not

    @property
    def tongue(self) -> Tongue:
        return self.request.tongue

    @property
    def person(self) -> Person:
        """Return the speaker, whom the permission check has made sure of."""
        if self.request.person is None:
            raise Forbidden("forbidden-unknown", actor=self.request.actor, right="act", who="")
        return self.request.person

    @property
    def via(self) -> str:
        """Return where it is done, and on whose word if not on the speaker's own."""
        return str(Origin(self.request.place.platform, self.request.actor, self.approver))

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    @property
    def wall(self) -> datetime:
        """Return the business's own time of day."""
        return self.now.astimezone(self.workspace.zone).replace(tzinfo=None)
