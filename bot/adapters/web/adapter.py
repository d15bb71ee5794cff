"""The console as a chat like the others: it posts, edits and hears; a message changes in place on every open page.

A room (`web:board`) is read by everybody, a person's own chat (`web:liwei`) by whoever speaks as them.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from bot.adapters.web.inbound import PLATFORM
from bot.adapters.web.pictures import Pictures
from bot.adapters.web.render import Json, message_json
from bot.adapters.web.timeline import Timeline
from core.notices.outbox import Repair, Sent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import datetime

    from bot.adapters.web.timeline import Message
    from bot.chat.adapter import Answer
    from bot.chat.card import Card
    from core.notices.notice import Place
    from core.notices.outbox import Outcome

BACKLOG = 256  # events a page may lag behind; beyond, it is let go and reads everything afresh


@dataclass(frozen=True, slots=True)
class Event:
    kind: Literal["message", "edit", "board"]
    body: Json = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Viewer:
    """One open page. None in its queue is the end."""

    chat: str
    queue: asyncio.Queue[Event | None]


class WebAdapter:
    """`people` are the addresses that are one person's own; every other chat is a room."""

    def __init__(
        self,
        now: Callable[[], datetime],
        people: Collection[str] = (),
        *,
        timeline: Timeline | None = None,
        pictures: Pictures | None = None,
    ) -> None:
        self.now = now
        self.timeline = timeline or Timeline()
        self.pictures = pictures or Pictures()
        self._own = frozenset(people)
        self._viewers: set[Viewer] = set()
        self._up = False

    @property
    def platform(self) -> str:
        return PLATFORM

    @property
    def is_up(self) -> bool:
        return self._up

    async def run(self, answer: Answer) -> None:  # noqa: ARG002 - requests come in through the app, which holds it
        """Stay until cancelled, then let every open page go, so that the server can stop."""
        self._up = True
        try:
            await asyncio.Event().wait()
        finally:
            self._up = False
            for viewer in self._viewers:
                self._let_go(viewer)

    async def post(self, place: Place, card: Card, key: str) -> Outcome:
        if known := self.timeline.posted(key):
            return Sent(known.id)
        message = self.timeline.add(place.chat, self.now(), card=card)
        self.timeline.remember(key, message)
        self._tell(message, "message")
        self.touch()
        return Sent(message.id)

    async def edit(self, place: Place, receipt: str, card: Card) -> Outcome:  # noqa: ARG002 - a receipt says where
        before = self.timeline.find(receipt)
        after = self.timeline.edit(receipt, card)
        if after is None:
            return Repair("not-here-any-more")
        if after is not before:
            self._tell(after, "edit")
            self.touch()
        return Sent(after.id)

    def say(self, chat: str, cards: Collection[Card], *, text: str, by: str | None, under: str | None) -> list[Message]:
        """Write down a person's words and our answer to them. A pressed button's answer stands under its card."""
        parent = under if under and self.timeline.find(under) else None
        now = self.now()
        said = [] if parent else [self.timeline.add(chat, now, text=text, by=by)]
        said += [self.timeline.add(chat, now, card=card, under=parent) for card in cards]
        for message in said:
            self._tell(message, "message")
        self.touch()
        return said

    def touch(self) -> None:
        """Tell every page that its board may read otherwise now."""
        for viewer in tuple(self._viewers):
            self._put(viewer, Event("board"))

    def sees(self, viewer: str, chat: str) -> bool:
        return chat == viewer or chat not in self._own

    def seen(self, viewer: str) -> list[Json]:
        return self.drawn(self.timeline.seen_by(lambda chat: self.sees(viewer, chat)))

    def drawn(self, messages: Iterable[Message]) -> list[Json]:
        return [message_json(message, self.pictures) for message in messages]

    @contextmanager
    def watching(self, chat: str) -> Iterator[asyncio.Queue[Event | None]]:
        """Hand out the queue in which one page hears what happens, None at the end."""
        viewer = Viewer(chat, asyncio.Queue(BACKLOG))
        self._viewers.add(viewer)
        try:
            yield viewer.queue
        finally:
            self._viewers.discard(viewer)

    def _tell(self, message: Message, kind: Literal["message", "edit"]) -> None:
        event = Event(kind, message_json(message, self.pictures))
        for viewer in tuple(self._viewers):
            if self.sees(viewer.chat, message.chat):
                self._put(viewer, event)

    def _put(self, viewer: Viewer, event: Event) -> None:
        try:
            viewer.queue.put_nowait(event)
        except asyncio.QueueFull:
            self._viewers.discard(viewer)
            self._let_go(viewer)

    def _let_go(self, viewer: Viewer) -> None:
        while viewer.queue.full():
            viewer.queue.get_nowait()
        viewer.queue.put_nowait(None)
