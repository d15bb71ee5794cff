"""A Telegram to talk to, over real HTTP, as strict as the real one.

Written from the Bot API's page, never from the client library, so that the two can disagree. A test drives it like
a person (`sends`, `replies`, `presses`) and looks at it like one (`messages`).
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.standins import markup
from tests.standins.faults import Broken, Dropped, Fault, Limited, Refused

ME = {"id": 4242, "is_bot": True, "first_name": "Beacon", "username": "beacon_kpi_bot"}
MAX_TEXT, MAX_CAPTION = 4096, 1024
MAX_BUTTONS, MAX_ROW, MAX_DATA = 100, 8, 64
MAX_ANSWER = 200
PNG = b"\x89PNG\r\n\x1a\n"
UNCHANGED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)

SENDING = {"message_thread_id", "parse_mode", "reply_markup", "reply_parameters", "disable_notification"}
# method: what it must be given, and what it may be
METHODS: dict[str, tuple[set[str], set[str]]] = {
    "getMe": (set(), set()),
    "getUpdates": (set(), {"offset", "limit", "timeout", "allowed_updates"}),
    "setWebhook": ({"url"}, {"secret_token", "allowed_updates", "max_connections", "drop_pending_updates"}),
    "deleteWebhook": (set(), {"drop_pending_updates"}),
    "sendMessage": ({"chat_id", "text"}, SENDING | {"link_preview_options"}),
    "sendPhoto": ({"chat_id", "photo"}, SENDING | {"caption"}),
    "editMessageText": ({"chat_id", "message_id", "text"}, {"parse_mode", "reply_markup", "link_preview_options"}),
    "editMessageCaption": ({"chat_id", "message_id"}, {"caption", "parse_mode", "reply_markup"}),
    "editMessageMedia": ({"chat_id", "message_id", "media"}, {"reply_markup"}),
    "editMessageReplyMarkup": ({"chat_id", "message_id"}, {"reply_markup"}),
    "answerCallbackQuery": ({"callback_query_id"}, {"text", "show_alert", "url", "cache_time"}),
    "setMyCommands": ({"commands"}, {"scope", "language_code"}),
}


class TelegramError(Exception):
    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass
class Message:
    chat: int
    id: int
    text: str
    sender: dict[str, Any]
    keyboard: list[list[dict[str, str]]] = field(default_factory=list)
    photo: bytes | None = None
    topic: int | None = None
    answers: int | None = None
    is_silent: bool = False

    @property
    def buttons(self) -> dict[str, str]:
        """Each button's label, and what it says when pressed."""
        return {each["text"]: each["callback_data"] for row in self.keyboard for each in row}


class Telegram:
    """One bot. 101 and 102 are people who opened its chat, 103 one who blocked it, -100500 a group, -100600 a forum."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.chats: dict[int, dict[str, Any]] = {
            101: {"id": 101, "type": "private", "first_name": "Alice"},
            102: {"id": 102, "type": "private", "first_name": "Bob"},
            -100500: {"id": -100500, "type": "supergroup", "title": "Growth"},
            -100600: {"id": -100600, "type": "supergroup", "title": "Forum", "is_forum": True},
        }
        self.blocked = {103}
        self.moved = {-77: -100500}
        self.timeline: list[Message] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answered: dict[str, str] = {}
        self.commands: list[dict[str, str]] = []
        self.webhook: dict[str, Any] = {}
        self.allowed: list[str] = []
        self.statuses: list[int] = []
        self._clicks: set[str] = set()
        self._updates: list[dict[str, Any]] = []
        self._polls = 0
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._count = itertools.count(1)
        self._changed = asyncio.Event()
        self._arrived = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=20 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._api)
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
            result = await self._act(method, given)
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

    async def _act(self, method: str, given: dict[str, Any]) -> Any:
        if method not in METHODS:
            raise TelegramError(404, "Not Found: method not found")
        needed, allowed = METHODS[method]
        if missing := [name for name in sorted(needed) if given.get(name) in (None, "")]:
            raise TelegramError(400, f"Bad Request: {missing[0]} is empty")
        if unknown := sorted(set(given) - needed - allowed):
            raise TelegramError(400, f"Bad Request: unknown parameter {unknown[0]}")
        if method == "getUpdates":
            return await self._get_updates(**given)
        return getattr(self, f"_{method}")(**given)

    def _getMe(self) -> dict[str, Any]:  # noqa: N802 - named as Telegram names it
        return {**ME, "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}

    async def _get_updates(
        self, offset: int = 0, limit: int = 100, allowed_updates: list[str] | None = None, **how: int
    ) -> list[dict[str, Any]]:
        if self.webhook:
            why = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise TelegramError(409, f"Conflict: {why}")
        if self._polls:
            raise TelegramError(409, "Conflict: terminated by other getUpdates request")
        self.allowed = self.allowed if allowed_updates is None else allowed_updates  # kept until it is changed
        self._updates = [each for each in self._updates if each["update_id"] >= offset]
        self._polls += 1
        try:
            if not self._updates and how.get("timeout"):
                self._arrived.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._arrived.wait(), how["timeout"])
        finally:
            self._polls -= 1
        return self._updates[:limit]

    def _setWebhook(  # noqa: N802 - as above
        self, url: str, secret_token: str = "", allowed_updates: list[str] | None = None, **_: Any
    ) -> bool:
        if not re.match(r"https://|http://127\.0\.0\.1:", url):  # plain HTTP on loopback only, for tests
            raise TelegramError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret_token):
            raise TelegramError(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = {"url": url, "secret_token": secret_token}
        self.allowed = self.allowed if allowed_updates is None else allowed_updates
        return True

    def _deleteWebhook(self, **_: Any) -> bool:  # noqa: N802 - as above
        self.webhook = {}
        return True

    def _sendMessage(self, chat_id: int, text: str, **how: Any) -> dict[str, Any]:  # noqa: N802 - as above
        how.pop("link_preview_options", None)
        return self._send(chat_id, _read(text, how.pop("parse_mode", None), MAX_TEXT), **how)

    def _sendPhoto(self, chat_id: int, photo: bytes, caption: str = "", **how: Any) -> dict[str, Any]:  # noqa: N802
        if not isinstance(photo, bytes) or not photo.startswith(PNG):
            raise TelegramError(400, "Bad Request: IMAGE_PROCESS_FAILED")
        return self._send(chat_id, _read(caption, how.pop("parse_mode", None), MAX_CAPTION), photo=photo, **how)

    def _send(
        self,
        chat_id: int,
        text: str,
        reply_markup: Any = None,
        message_thread_id: int | None = None,
        reply_parameters: dict[str, Any] | None = None,
        photo: bytes | None = None,
        *,
        disable_notification: bool = False,
    ) -> dict[str, Any]:
        chat = self._chat(chat_id)
        if message_thread_id is not None and not self.chats[chat].get("is_forum"):
            raise TelegramError(400, "Bad Request: message thread not found")
        answers = reply_parameters["message_id"] if reply_parameters else None
        if answers and not any((each.chat, each.id) == (chat, answers) for each in self.timeline):
            if not (reply_parameters or {}).get("allow_sending_without_reply"):
                raise TelegramError(400, "Bad Request: message to be replied not found")
            answers = None
        message = Message(
            chat,
            next(self._count),
            text,
            ME,
            _keyboard(reply_markup),
            photo,
            message_thread_id,
            answers,
            is_silent=disable_notification,
        )
        return self._told(self._keep(message))

    def _editMessageText(  # noqa: N802 - as above
        self,
        chat_id: int,
        message_id: int,
        text: str,
        parse_mode: str | None = None,
        reply_markup: Any = None,
        **_: Any,
    ) -> dict[str, Any]:
        message = self._mine(chat_id, message_id)
        if message.photo:
            raise TelegramError(400, "Bad Request: there is no text in the message to edit")
        return self._change(message, _read(text, parse_mode, MAX_TEXT), reply_markup)

    def _editMessageCaption(  # noqa: N802 - as above
        self, chat_id: int, message_id: int, caption: str = "", parse_mode: str | None = None, reply_markup: Any = None
    ) -> dict[str, Any]:
        message = self._mine(chat_id, message_id)
        if not message.photo:
            raise TelegramError(400, "Bad Request: there is no caption in the message to edit")
        return self._change(message, _read(caption, parse_mode, MAX_CAPTION), reply_markup)

    def _editMessageMedia(  # noqa: N802 - as above
        self, chat_id: int, message_id: int, media: dict[str, Any], reply_markup: Any = None
    ) -> dict[str, Any]:
        message = self._mine(chat_id, message_id)
        if media.get("type") != "photo":
            raise TelegramError(400, "Bad Request: wrong type of media")
        message.photo = PNG
        caption = _read(media.get("caption", ""), media.get("parse_mode"), MAX_CAPTION)
        return self._change(message, caption, reply_markup, is_new=True)

    def _editMessageReplyMarkup(  # noqa: N802 - as above
        self, chat_id: int, message_id: int, reply_markup: Any = None
    ) -> dict[str, Any]:
        message = self._mine(chat_id, message_id)
        return self._change(message, message.text, reply_markup)

    def _change(self, message: Message, text: str, reply_markup: Any, *, is_new: bool = False) -> dict[str, Any]:
        keyboard = _keyboard(reply_markup)  # left out, the keyboard goes
        if (message.text, message.keyboard) == (text, keyboard) and not is_new:
            raise TelegramError(400, UNCHANGED)
        message.text, message.keyboard = text, keyboard
        return self._told(message)

    def _answerCallbackQuery(self, callback_query_id: str, text: str = "", **_: Any) -> bool:  # noqa: N802 - as above
        if callback_query_id not in self._clicks or len(text) > MAX_ANSWER:
            why = "query is too old and response timeout expired or query ID is invalid"
            raise TelegramError(400, f"Bad Request: {why}")
        self._clicks.discard(callback_query_id)  # once only
        self.answered[callback_query_id] = text
        return True

    def _setMyCommands(self, commands: list[dict[str, str]], **_: Any) -> bool:  # noqa: N802 - as above
        for each in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", each["command"]) or not 1 <= len(each["description"]) <= 256:
                raise TelegramError(400, "Bad Request: BOT_COMMAND_INVALID")
        self.commands = commands
        return True

    # --- what holds for all -----------------------------------------------------------------------------------

    def _chat(self, chat: int) -> int:
        if chat in self.blocked:
            raise TelegramError(403, "Forbidden: bot was blocked by the user")
        if chat in self.moved:
            why = "Bad Request: group chat was upgraded to a supergroup chat"
            raise TelegramError(400, why, migrate_to_chat_id=self.moved[chat])
        if chat not in self.chats:
            raise TelegramError(400, "Bad Request: chat not found")
        return chat

    def _mine(self, chat: int, message: int) -> Message:
        found = next((each for each in self.timeline if (each.chat, each.id) == (self._chat(chat), message)), None)
        if found is None:
            raise TelegramError(400, "Bad Request: message to edit not found")
        if found.sender is not ME:
            raise TelegramError(400, "Bad Request: message can't be edited")
        return found

    def _keep(self, message: Message) -> Message:
        self.timeline.append(message)
        self._changed.set()
        return message

    def _told(self, message: Message) -> dict[str, Any]:
        told = {
            "message_id": message.id,
            "date": 1_780_000_000,
            "chat": self.chats[message.chat],
            "from": message.sender,
        }
        if message.topic:
            told |= {"message_thread_id": message.topic, "is_topic_message": True}
        if message.keyboard:
            told["reply_markup"] = {"inline_keyboard": message.keyboard}
        if message.photo:
            size = {"file_id": "p", "file_unique_id": "p", "width": 2, "height": 2}
            return told | {"photo": [size], "caption": message.text}
        return told | {"text": message.text}


def _read(text: str, mode: str | None, most: int) -> str:
    if mode not in (None, "HTML"):
        raise TelegramError(400, "Bad Request: unsupported parse_mode")
    try:
        seen = markup.read(text)[0] if mode else text
    except markup.CannotParseError as error:
        raise TelegramError(400, str(error)) from None
    if markup.units(seen) > most:
        what = "message caption is too long" if most == MAX_CAPTION else "message is too long"
        raise TelegramError(400, f"Bad Request: {what}")
    if most == MAX_TEXT and not seen.strip():
        raise TelegramError(400, "Bad Request: message text is empty")
    return seen.strip()


def _keyboard(reply_markup: Any) -> list[list[dict[str, str]]]:
    rows: list[list[dict[str, str]]] = (reply_markup or {}).get("inline_keyboard", [])
    if sum(map(len, rows)) > MAX_BUTTONS or any(len(row) > MAX_ROW for row in rows):
        raise TelegramError(400, "Bad Request: reply markup is too long")
    for each in itertools.chain.from_iterable(rows):
        if not 1 <= len(each.get("callback_data", "").encode()) <= MAX_DATA:
            raise TelegramError(400, "Bad Request: BUTTON_DATA_INVALID")
        if not each.get("text"):
            raise TelegramError(400, "Bad Request: Text buttons are unallowed in the inline keyboard")
    return rows


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
            files[name] = value.file.read()
        elif name in ("text", "caption", "parse_mode", "url", "secret_token", "callback_query_id"):
            given[name] = value
        else:
            given[name] = _structured(value)
    for name, value in given.items():  # `attach://x` names a part of the same request
        if isinstance(value, str) and value.startswith("attach://"):
            given[name] = files.pop(value.removeprefix("attach://"))
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
