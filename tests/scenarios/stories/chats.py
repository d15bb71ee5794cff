"""The three chats of the stories behind one small interface: what a person does there, and what a person sees there.

Each speaks to its stand-in, or to the console, over the network, as the platform would.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any, ClassVar, Protocol

import aiohttp

from tests.standins.slack import Slack
from tests.standins.slack_workspace import ME
from tests.standins.telegram import Telegram


@dataclass(frozen=True)
class Seen:
    """One message as it stands. `who` can see it, `where` it stands."""

    id: str
    where: str
    text: str
    buttons: dict[str, str]  # what each says, by its label


class Chat(Protocol):
    chats: dict[str, str]  # li, wang and growth, as the workspace's files name them

    def seen(self) -> list[Seen]:
        """Return every message of ours in the order in which they came, as it stands now."""
        ...

    async def look(self) -> None:
        """Look again, where nobody is told."""

    async def writes(self, who: str, words: str, below: Seen | None) -> None: ...

    async def presses(self, who: str, message: Seen, command: str) -> None: ...

    async def drops(self, who: str, name: str, content: bytes) -> None: ...


class InSlack:
    people: ClassVar = {"li": "U01", "wang": "U02"}
    chats: ClassVar = {"li": "slack: U01", "wang": "slack: U02", "growth": "slack:C01"}

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self._names = {"C01": "#growth", "DU01": "li", "DU02": "wang"}
        for who in self.people.values():
            slack.members[f"D{who}"] = {ME, who}

    def seen(self) -> list[Seen]:
        return [self._seen(each) for each in self.slack.timeline if each.user == ME]

    def _seen(self, message: Any) -> Seen:
        only = next((f", {name} alone" for name, id in self.people.items() if id == message.only_for), "")
        thread = ", in the thread" if message.thread else ""
        files = [f"📎 {file['name']}" for file in message.files]
        words = unescape("\n".join(_slack_lines(message.blocks)) if message.blocks else message.text)
        return Seen(
            message.ts,
            self._names[message.channel] + thread + only,
            "\n".join([words, *files]).strip(),
            message.buttons,
        )

    async def look(self) -> None:
        pass

    async def writes(self, who: str, words: str, below: Seen | None) -> None:
        user = self.people[who]
        if below is None:
            await self.slack.writes(words, user, f"D{user}")
        else:
            head = self._find(below)
            await self.slack.writes(words, user, head.channel, thread=head.thread or head.ts)

    async def presses(self, who: str, message: Seen, command: str) -> None:
        await self.slack.clicks(self._find(message), command, self.people[who])

    async def drops(self, who: str, name: str, content: bytes) -> None:
        user = self.people[who]
        await self.slack.drops(content, name, user=user, channel=f"D{user}")

    def _find(self, seen: Seen) -> Any:
        return next(each for each in self.slack.timeline if each.ts == seen.id)


class InTelegram:
    people: ClassVar = {"li": 101, "wang": 102}
    chats: ClassVar = {"li": "telegram: '101'", "wang": "telegram: '102'", "growth": "telegram:-100500"}

    def __init__(self, telegram: Telegram) -> None:
        self.telegram = telegram
        self._names = {-100500: "#growth", 101: "li", 102: "wang"}

    def seen(self) -> list[Seen]:
        return [self._seen(each) for each in self.telegram.timeline if each.sender["is_bot"]]

    def _seen(self, message: Any) -> Seen:
        rows = [" ".join(f"[{button['text']}]" for button in row) for row in message.keyboard]
        photo = ["🖼 a chart"] if message.photo else []
        file = [f"📎 {message.document[0]}"] if message.document else []
        below = ", in reply" if message.answers else ""
        words = "\n".join(filter(None, [*photo, *file, message.text, *rows]))
        return Seen(str(message.id), self._names[message.chat] + below, words, message.buttons)

    async def look(self) -> None:
        pass

    async def writes(self, who: str, words: str, below: Seen | None) -> None:
        user = self.people[who]
        to = self._find(below) if below else None
        await self.telegram.sends(words, user, to.chat if to else None, to=to)

    async def presses(self, who: str, message: Seen, command: str) -> None:
        await self.telegram.presses(self._find(message), command, self.people[who])

    async def drops(self, who: str, name: str, content: bytes) -> None:
        await self.telegram.drops(content, name, user=self.people[who])

    def _find(self, seen: Seen) -> Any:
        return next(each for each in self.telegram.timeline if str(each.id) == seen.id)


class OnTheWeb:
    """What is said below a card names its alert: the console has no threads that one could write into."""

    chats: ClassVar = {"li": "web: li", "wang": "web: wang", "growth": "web:growth"}

    def __init__(self, address: str, client: aiohttp.ClientSession, tongue: str) -> None:
        self._address, self._client, self._tongue = address, client, tongue
        self._messages: dict[str, dict[str, Any]] = {}

    def seen(self) -> list[Seen]:
        every = sorted(self._messages.values(), key=lambda each: each["order"])
        return [self._seen(each) for each in every if each["card"]]

    def _seen(self, message: dict[str, Any]) -> Seen:
        buttons = [b for block in message["card"]["blocks"] if block["kind"] == "buttons" for b in block["buttons"]]
        below = ", below a card" if message["under"] else ""
        where = {"growth": "#growth"}.get(message["chat"], message["chat"]) + below
        return Seen(
            message["id"], where, "\n".join(_web_lines(message["card"])), {b["label"]: b["command"] for b in buttons}
        )

    async def look(self) -> None:
        for who in ("li", "wang"):
            async with self._client.get(f"{self._address}api/timeline", params={"as": who}) as answer:
                self._messages |= {each["id"]: each for each in await answer.json()}

    async def writes(self, who: str, words: str, below: Seen | None) -> None:
        if below is not None:
            verb, _, rest = words.partition(" ")
            words = f"{verb} {self._messages[below.id]['alert']} {rest}".strip()
        await self._says(who, words)

    async def presses(self, who: str, message: Seen, command: str) -> None:
        await self._says(who, command, message.id)

    async def drops(self, who: str, name: str, content: bytes) -> None:
        how = {"name": name, "as": who, "tongue": self._tongue}
        async with self._client.post(f"{self._address}api/drop", params=how, data=content) as answer:
            assert answer.status == 200, await answer.text()

    async def _says(self, who: str, words: str, under: str | None = None) -> None:
        body = {"text": words, "as": who, "tongue": self._tongue, "under": under}
        async with self._client.post(f"{self._address}api/say", json=body) as answer:
            assert answer.status == 200, await answer.text()


def _slack_lines(blocks: list[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        match block["type"]:
            case "image":
                yield f"🖼 {block['alt_text']}"
            case "actions":
                yield " ".join(f"[{each['text']['text']}]" for each in block["elements"])
            case "context":
                yield from (each["text"] for each in block["elements"])
            case "section" if "fields" in block:
                yield from (each["text"].replace("\n", ": ", 1) for each in block["fields"])
            case _:
                yield block["text"]["text"]


def _web_lines(card: dict[str, Any]) -> Iterator[str]:
    yield f"({card['tone']}) {card['title']}" if card["tone"] != "plain" else card["title"]
    for block in card["blocks"]:
        match block["kind"]:
            case "prose":
                yield block["text"]
            case "facts":
                yield from (f"{fact['label']}: {fact['value']}" for fact in block["facts"])
            case "table":
                yield from (" | ".join(row) for row in [block["columns"], *block["rows"]])
            case "picture":
                yield f"🖼 {block['alt']}"
            case "buttons":
                yield " ".join(f"[{button['label']}]" for button in block["buttons"])
            case "ways":
                yield " ".join(f"{way['label']} → {way['url']}" for way in block["ways"])


async def until(happened: Any, chat: Chat, within: float = 30.0) -> Any:
    """Wait for something to be so, and return it."""
    async with asyncio.timeout(within):
        while not (found := happened()):
            await asyncio.sleep(0.02)
            await chat.look()
    return found
