"""A Telegram to talk to, over real HTTP, as strict as the real one.

A test drives it like a person (`sends`, `presses`) and looks at it like one (`messages`). What the account holds and
refuses is in `telegram_account`; here is how updates are sent and calls are taken.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.standins import markup
from tests.standins.faults import Broken, Dropped, Fault, Limited, Refused
from tests.standins.telegram_account import ME, Account, Message, TelegramError


class Telegram(Account):
    """One bot, and the way to and from it."""

    def __init__(self, token: str, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(now)
        self.token = token
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.statuses: list[int] = []
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=20 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._api)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, shutdown_timeout=1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._client = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._arrived.set()
        await self._client.close()
        await self._runner.cleanup()

    # --- what a person does and sees --------------------------------------------------------------------------

    async def sends(
        self, text: str, user: int = 101, chat: int | None = None, topic: int | None = None, to: Message | None = None
    ) -> None:
        """Write a message, in private unless a chat is named; `to` is the message it replies to."""
        sender = {"id": user, "is_bot": False, "first_name": "Alice", "language_code": "en"}
        message = self._keep(Message(chat or user, next(self._count), text, sender, topic=topic))
        body = self._told(message) | {"entities": _entities(text)}
        if to is not None:
            body["reply_to_message"] = self._told(to)
        await self._update({"message": body})

    async def drops(
        self, content: bytes, name: str, caption: str = "", user: int = 101, chat: int | None = None, size: int = 0
    ) -> None:
        """Send a file, perhaps with words below it."""
        sender = {"id": user, "is_bot": False, "first_name": "Alice", "language_code": "en"}
        message = self._keep(Message(chat or user, next(self._count), caption, sender))
        id = f"file-{message.id}"
        self.files[id] = content
        document = {"file_id": id, "file_unique_id": id, "file_name": name, "file_size": size or len(content)}
        body = {name: each for name, each in self._told(message).items() if name != "text"} | {"document": document}
        words = {"caption": caption, "caption_entities": _entities(caption)} if caption else {}
        await self._update({"message": body | words})

    async def presses(self, message: Message, command: str, user: int = 101) -> str:
        """Press the button that says this command; return the click's id."""
        assert command in message.buttons.values(), message.buttons
        click = f"click-{next(self._count)}"
        self._clicks.add(click)
        sender = {"id": user, "is_bot": False, "first_name": "Alice", "language_code": "en"}
        query = {"id": click, "from": sender, "chat_instance": "1", "data": command, "message": self._told(message)}
        await self._update({"callback_query": query})
        return click

    async def sends_again(self) -> None:
        """Deliver the last update once more, as Telegram does when a webhook did not answer."""
        await self._hook(self._updates[-1])

    def messages(self, chat: int = 101) -> list[Message]:
        """What we have said in a chat."""
        return [each for each in self.timeline if each.chat == chat and each.sender is ME]

    async def until(self, happened: Any, within: float = 5.0) -> Any:
        """Wait for something to be so, and return it."""
        async with asyncio.timeout(within):
            while not (found := happened()):
                self._changed.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), 0.05)
        return found

    def fails(self, method: str, *faults: Fault) -> None:
        self._faults[method].extend(faults)

    # --- sending to the bot -----------------------------------------------------------------------------------

    async def _update(self, what: dict[str, Any]) -> None:
        if self.allowed and not set(what) & set(self.allowed):
            return
        update = {"update_id": 9000 + next(self._count), **what}
        self._updates.append(update)
        self._arrived.set()
        if self.webhook:
            await self._hook(update)

    async def _hook(self, update: dict[str, Any]) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if (secret := self.webhook.get("secret_token")) else {}
        async with self._client.post(self.webhook["url"], json=update, headers=headers) as answer:
            self.statuses.append(answer.status)

    async def _download(self, request: web.Request) -> web.Response:
        file = self.files.get(request.match_info["path"].removeprefix("documents/"))
        if request.match_info["token"] != self.token or file is None:
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        return web.Response(body=file)

    # --- being called by the bot ------------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _answer(TelegramError(401, "Unauthorized"))
        given = await _arguments(request)
        fault = self._faults[method].popleft() if self._faults[method] else None
        match fault:
            case Limited(seconds):
                return _answer(TelegramError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds))
            case Refused(error):
                code = 403 if error.startswith("Forbidden") else 400
                return _answer(TelegramError(code, error))
            case Broken(status, has_acted=False):
                return web.Response(status=status, text="<html>")
            case Dropped(has_acted=False):
                return _cut(request)
        try:
            result = await self.act(method, given)
        except TelegramError as error:
            return _answer(error)
        finally:
            self.calls.append((method, given))
            self._changed.set()
        match fault:
            case Broken(status):
                return web.Response(status=status, text="<html>")
            case Dropped():
                return _cut(request)
        return web.json_response({"ok": True, "result": result})


def _entities(text: str) -> list[dict[str, Any]]:
    """Find what Telegram finds: a Latin command at a word's beginning, and names."""
    found = []
    for kind, pattern in (("bot_command", r"(?<!\S)/[A-Za-z0-9_]{1,32}(@\w+)?"), ("mention", r"(?<![\w/])@\w{5,}")):
        for each in re.finditer(pattern, text):
            offset = markup.units(text[: each.start()])
            found.append({"type": kind, "offset": offset, "length": markup.units(each.group())})
    return sorted(found, key=lambda each: each["offset"])


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Read arguments as a query, a form or JSON; what is structured is JSON inside a form."""
    if request.content_type == "application/json":
        return {**request.query, **(await request.json())}
    form = await request.post() if request.can_read_body else {}
    given: dict[str, Any] = dict(request.query)
    files = {}
    for name, value in form.items():
        if isinstance(value, web.FileField):
            with value.file as file:
                body = file.read()
            files[name] = (value.filename, body) if name == "document" else body
        elif name in ("text", "caption", "parse_mode", "url", "secret_token", "callback_query_id"):
            given[name] = value
        else:
            given[name] = _structured(value)
    for name, value in given.items():  # `attach://x` names a part of the same request
        if isinstance(value, str) and value.startswith("attach://"):
            given[name] = files.pop(value.removeprefix("attach://"))
        elif isinstance(value, dict) and str(value.get("media", "")).startswith("attach://"):
            value["media"] = files.pop(value["media"].removeprefix("attach://"))
    return given | files


def _structured(value: str) -> Any:
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value


def _answer(error: TelegramError) -> web.Response:
    body = {"ok": False, "error_code": error.code, "description": error.description}
    return web.json_response(body | ({"parameters": error.parameters} if error.parameters else {}), status=error.code)


def _cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
