"""What a Telegram bot's account holds, and what each method of the Bot API does and refuses.

Written from the Bot API's page, never from the client library. How it is reached is in `telegram`.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.standins import markup
from tests.standins.rates import Rate, Rates

ME = {"id": 4242, "is_bot": True, "first_name": "Beacon", "username": "beacon_kpi_bot"}
MAX_TEXT, MAX_CAPTION = 4096, 1024
MAX_BUTTONS, MAX_ROW, MAX_DATA = 100, 8, 64
MAX_ANSWER = 200
MAX_COMMANDS = 100
MAX_FILE, MAX_UPLOAD, MAX_PHOTO = 20 * 2**20, 50 * 2**20, 10 * 2**20
PORTS = ("", ":443", ":80", ":88", ":8443")
IN_A_CHAT = Rate(5, 1.0)  # one a second; a short burst is borne
IN_A_GROUP = Rate(20, 3.0)  # twenty a minute, edits among them
IN_ALL = Rate(30, 1 / 30)
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
    "sendDocument": ({"chat_id", "document"}, SENDING | {"caption"}),
    "editMessageText": ({"chat_id", "message_id", "text"}, {"parse_mode", "reply_markup", "link_preview_options"}),
    "editMessageCaption": ({"chat_id", "message_id"}, {"caption", "parse_mode", "reply_markup"}),
    "editMessageMedia": ({"chat_id", "message_id", "media"}, {"reply_markup"}),
    "editMessageReplyMarkup": ({"chat_id", "message_id"}, {"reply_markup"}),
    "answerCallbackQuery": ({"callback_query_id"}, {"text", "show_alert", "url", "cache_time"}),
    "getFile": ({"file_id"}, set()),
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
    document: tuple[str, bytes] | None = None  # its name, and what is in it

    @property
    def buttons(self) -> dict[str, str]:
        """Each button's label, and what it says when pressed."""
        return {each["text"]: each["callback_data"] for row in self.keyboard for each in row}


class Account:
    """101 and 102 are people who opened our chat, 103 one who blocked it, -100500 a group, -100600 a forum.

    `now` counts the seconds in which rates are measured.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._rates = Rates(now)
        self.chats: dict[int, dict[str, Any]] = {
            101: {"id": 101, "type": "private", "first_name": "Alice"},
            102: {"id": 102, "type": "private", "first_name": "Bob"},
            -100500: {"id": -100500, "type": "supergroup", "title": "Growth"},
            -100600: {"id": -100600, "type": "supergroup", "title": "Forum", "is_forum": True},
        }
        self.blocked = {103}
        self.moved = {-77: -100500}
        self.timeline: list[Message] = []
        self.files: dict[str, bytes] = {}
        self.answered: dict[str, str] = {}
        self.commands: dict[str, list[dict[str, str]]] = {}  # by language
        self.webhook: dict[str, Any] = {}
        self.allowed: list[str] = []
        self._clicks: set[str] = set()
        self._updates: list[dict[str, Any]] = []
        self._polls = 0
        self._count = itertools.count(1)
        self._changed = asyncio.Event()
        self._arrived = asyncio.Event()

    async def act(self, method: str, given: dict[str, Any]) -> Any:
        if method not in METHODS:
            raise TelegramError(404, "Not Found: method not found")
        needed, allowed = METHODS[method]
        if missing := [name for name in sorted(needed) if given.get(name) in (None, "")]:
            raise TelegramError(400, f"Bad Request: {missing[0]} is empty")
        if unknown := sorted(set(given) - needed - allowed):
            raise TelegramError(400, f"Bad Request: unknown parameter {unknown[0]}")
        if method == "getUpdates":
            return await self._get_updates(**given)
        if method.startswith(("send", "edit")):
            self._pace(given["chat_id"])
        return getattr(self, f"_{method}")(**given)

    def _pace(self, chat: Any) -> None:
        is_group = str(chat).startswith(("-", "@"))
        waits = self._rates.take(f"chat {chat}", IN_A_GROUP if is_group else IN_A_CHAT), self._rates.take("all", IN_ALL)
        if wait := max(waits):
            raise TelegramError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)

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
        self,
        url: str,
        secret_token: str = "",
        allowed_updates: list[str] | None = None,
        max_connections: int = 40,
        **_: Any,
    ) -> bool:
        if not re.match(r"https://|http://127\.0\.0\.1:", url):  # plain HTTP on loopback only, for tests
            raise TelegramError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if url.startswith("https://") and (re.search(r":\d+", url) or [""])[0] not in PORTS:
            why = "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
            raise TelegramError(400, f"Bad Request: {why}")
        if not 1 <= max_connections <= 100:
            raise TelegramError(400, "Bad Request: max_connections is out of range")
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
        _check_photo(photo)
        return self._send(chat_id, _read(caption, how.pop("parse_mode", None), MAX_CAPTION), photo=photo, **how)

    def _sendDocument(self, chat_id: int, document: Any, caption: str = "", **how: Any) -> dict[str, Any]:  # noqa: N802
        if not isinstance(document, tuple) or not document[1]:
            raise TelegramError(400, "Bad Request: file must be non-empty")
        if len(document[1]) > MAX_UPLOAD:
            raise TelegramError(413, "Request Entity Too Large")
        words = _read(caption, how.pop("parse_mode", None), MAX_CAPTION)
        return self._send(chat_id, words, document=document, **how)

    def _send(
        self,
        chat_id: int,
        text: str,
        reply_markup: Any = None,
        message_thread_id: int | None = None,
        reply_parameters: dict[str, Any] | None = None,
        photo: bytes | None = None,
        document: tuple[str, bytes] | None = None,
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
            document=document,
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
        if message.photo or message.document:
            raise TelegramError(400, "Bad Request: there is no text in the message to edit")
        return self._change(message, _read(text, parse_mode, MAX_TEXT), reply_markup)

    def _editMessageCaption(  # noqa: N802 - as above
        self, chat_id: int, message_id: int, caption: str = "", parse_mode: str | None = None, reply_markup: Any = None
    ) -> dict[str, Any]:
        message = self._mine(chat_id, message_id)
        if not (message.photo or message.document):
            raise TelegramError(400, "Bad Request: there is no caption in the message to edit")
        return self._change(message, _read(caption, parse_mode, MAX_CAPTION), reply_markup)

    def _editMessageMedia(  # noqa: N802 - as above
        self, chat_id: int, message_id: int, media: dict[str, Any], reply_markup: Any = None
    ) -> dict[str, Any]:
        message = self._mine(chat_id, message_id)
        if media.get("type") != "photo":
            raise TelegramError(400, "Bad Request: wrong type of media")
        _check_photo(media.get("media"))
        caption = _read(media.get("caption", ""), media.get("parse_mode"), MAX_CAPTION)
        message.photo = media["media"]
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

    def _getFile(self, file_id: str) -> dict[str, Any]:  # noqa: N802 - as above
        if file_id not in self.files:
            raise TelegramError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(self.files[file_id]) > MAX_FILE:
            raise TelegramError(400, "Bad Request: file is too big")
        size = len(self.files[file_id])
        return {"file_id": file_id, "file_unique_id": file_id, "file_size": size, "file_path": f"documents/{file_id}"}

    def _setMyCommands(  # noqa: N802 - as above
        self, commands: list[dict[str, str]], language_code: str = "", **_: Any
    ) -> bool:
        if len(commands) > MAX_COMMANDS or not re.fullmatch(r"([a-z]{2})?", language_code):
            raise TelegramError(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
        for each in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", each["command"]) or not 1 <= len(each["description"]) <= 256:
                raise TelegramError(400, "Bad Request: BOT_COMMAND_INVALID")
        self.commands[language_code] = commands
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
        if message.document:
            name, body = message.document
            document = {"file_id": "d", "file_unique_id": "d", "file_name": name, "file_size": len(body)}
            return told | {"document": document, "caption": message.text}
        if message.photo:
            size = {"file_id": "p", "file_unique_id": "p", "width": 2, "height": 2}
            return told | {"photo": [size], "caption": message.text}
        return told | {"text": message.text}


def _check_photo(photo: Any) -> None:
    if not isinstance(photo, bytes) or not photo.startswith(PNG):
        raise TelegramError(400, "Bad Request: IMAGE_PROCESS_FAILED")
    if len(photo) > MAX_PHOTO:
        raise TelegramError(400, "Bad Request: file is too big")


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
