"""A Slack and a Telegram to be stormed: over real HTTP, within their limits, and as unkind as on a bad day.

Written from the platforms' pages, never from a client library. They hold what a storm needs and no more, and write
down each message as its reader gets it; what goes wrong is thrown by dice that a seed makes repeatable.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from random import Random
from typing import Any, Self

from aiohttp import web

BOT, SECRET, TOKEN = "xoxb-storm", "storm", "4242:storm"
ME = "U0BEACON"
SLACK_TEXT, SLACK_UPDATE, SLACK_BLOCKS = 40_000, 4_000, 50
TELEGRAM_TEXT, TELEGRAM_DATA = 4_096, 64
SLOW = 20.0  # seconds, longer than anybody waits for an answer

FAULTS = ("limited", "broken", "acted-broken", "dropped", "acted-dropped", "slow")


@dataclass(slots=True)
class Message:
    """One message as it stands in a chat. `key` is our own name for it, where the platform carries one."""

    chat: str
    id: str
    at: float
    text: str
    buttons: tuple[str, ...] = ()
    key: str = ""
    thread: str | None = None
    is_picture: bool = False


@dataclass(slots=True)
class Weather:
    """How often a call goes wrong, and how it did so far."""

    share: float = 0.0
    dice: Random = field(default_factory=lambda: Random(618))
    happened: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def throw(self) -> str:
        if self.dice.random() >= self.share:
            return ""
        fault = self.dice.choices(FAULTS, (4, 4, 3, 3, 3, 1))[0]
        self.happened[fault] += 1
        return fault


class Platforms:
    """Both of them on one port of the loopback."""

    def __init__(self, weather: Weather | None = None) -> None:
        self.weather = weather or Weather()
        self.messages: list[Message] = []
        self.refused: dict[str, int] = defaultdict(int)  # what they had to say no to, by what was wrong
        self._count = itertools.count(1)
        self._lately: dict[str, deque[float]] = defaultdict(deque)
        self._uploads: dict[str, str] = {}
        self._polls: set[asyncio.Task[None]] = set()
        self._gone = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=20 * 2**20)
        app.router.add_route("*", "/api/{method}", self._slack)
        app.router.add_route("*", "/upload/{id}", self._upload)
        app.router.add_route("*", "/bot{token}/{method}", self._telegram)
        self._runner = web.AppRunner(app, shutdown_timeout=0.5, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._gone.set()
        await self._runner.cleanup()

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings with which Beacon finds them."""
        slack = {"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": f"{self.url}/api/"}
        return slack | {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": self.url}

    # --- what both do -----------------------------------------------------------------------------------------

    async def _thrown(self, request: web.Request, act: Any, refuse: Any) -> web.StreamResponse:
        """Let a call go well or wrong, as the dice fall; `act` does what is asked, `refuse` says 429."""
        match self.weather.throw():
            case "limited":
                return _json(*refuse(1))
            case "broken":
                return web.Response(status=500, text="<html>")
            case "dropped":
                return _cut(request)
            case "acted-broken":
                act()
                return web.Response(status=502, text="<html>")
            case "acted-dropped":
                act()
                return _cut(request)
            case "slow":
                act()
                await asyncio.wait([asyncio.ensure_future(self._gone.wait())], timeout=SLOW)
                return _cut(request)
            case _:
                return _json(*act())

    def _is_too_often(self, key: str, most: int, seconds: float) -> bool:
        now, lately = time.monotonic(), self._lately[f"{key} {seconds}"]
        while lately and now - lately[0] >= seconds:
            lately.popleft()
        if len(lately) >= most:
            self.refused["too often"] += 1
            return True
        lately.append(now)
        return False

    def _say(self, chat: str, text: str, **more: Any) -> Message:
        said = Message(chat, f"{time.time():.0f}.{next(self._count):06}", time.time(), text, **more)
        self.messages.append(said)
        return said

    def _find(self, chat: str, id: str) -> Message | None:
        return next((one for one in self.messages if (one.chat, one.id) == (chat, id)), None)

    # --- Slack ------------------------------------------------------------------------------------------------

    async def _slack(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given = await _given(request)
        if request.headers.get("Authorization") != f"Bearer {BOT}" and given.get("token") != BOT:
            return _json({"ok": False, "error": "invalid_auth"})
        act = getattr(self, f"_{method.replace('.', '_')}", None)
        if act is None:
            self.refused[method] += 1
            return _json({"ok": False, "error": "unknown_method"})

        def refuse(seconds: int) -> tuple[Any, int, dict[str, str]]:
            return {"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(seconds)}

        if method == "chat.postMessage" and self._is_too_often(f"slack {given['channel']}", 3, 2.5):
            return _json(*refuse(1))
        if method == "auth.test":
            return _json(*act(given))
        return await self._thrown(request, lambda: self._answer(act, given), refuse)

    def _answer(self, act: Any, given: dict[str, Any]) -> tuple[dict[str, Any]]:
        (answer,) = act(given)
        if not answer["ok"]:
            self.refused[answer["error"]] += 1
        return (answer,)

    def _auth_test(self, _: dict[str, Any]) -> tuple[dict[str, Any]]:
        return ({"ok": True, "user_id": ME, "bot_id": "B1", "team_id": "T1", "url": self.url, "user": "beacon"},)

    def _conversations_open(self, given: dict[str, Any]) -> tuple[dict[str, Any]]:
        return ({"ok": True, "channel": {"id": _private(given["users"])}},)

    def _chat_postMessage(self, given: dict[str, Any]) -> tuple[dict[str, Any]]:  # noqa: N802 - as Slack names it
        if error := _too_much(given, SLACK_TEXT):
            return ({"ok": False, "error": error},)
        key = (given.get("metadata") or {}).get("event_payload", {}).get("key", "")
        thread = given.get("thread_ts")
        chat = _private(given["channel"])
        if thread and self._find(chat, thread) is None:
            return ({"ok": False, "error": "thread_not_found"},)
        said = self._say(chat, given.get("text", ""), buttons=_values(given.get("blocks")), key=key, thread=thread)
        return ({"ok": True, "channel": chat, "ts": said.id},)

    def _chat_update(self, given: dict[str, Any]) -> tuple[dict[str, Any]]:
        said = self._find(given["channel"], given["ts"])
        if said is None:
            return ({"ok": False, "error": "message_not_found"},)
        if error := _too_much(given, SLACK_UPDATE):
            return ({"ok": False, "error": error},)
        said.text, said.buttons = given.get("text", ""), _values(given.get("blocks"))
        return ({"ok": True, "channel": said.chat, "ts": said.id},)

    def _conversations_history(self, given: dict[str, Any]) -> tuple[dict[str, Any]]:
        thread = given.get("ts")
        found = [
            one
            for one in reversed(self.messages)
            if one.chat == given["channel"]
            and float(one.id) > float(given.get("oldest", 0))
            and thread in (one.thread, one.id)
        ]
        start, limit = int(given.get("cursor") or 0), int(given.get("limit", 100))
        told = [
            {"ts": one.id, "text": one.text, "metadata": {"event_type": "b", "event_payload": {"key": one.key}}}
            for one in found[start : start + limit]
        ]
        rest = {"response_metadata": {"next_cursor": str(start + limit)}} if start + limit < len(found) else {}
        return ({"ok": True, "messages": told, "has_more": bool(rest)} | rest,)

    _conversations_replies = _conversations_history

    def _files_getUploadURLExternal(self, _: dict[str, Any]) -> tuple[dict[str, Any]]:  # noqa: N802 - as above
        name = f"F{next(self._count)}"
        return ({"ok": True, "upload_url": f"{self.url}/upload/{name}", "file_id": name},)

    def _files_completeUploadExternal(self, given: dict[str, Any]) -> tuple[dict[str, Any]]:  # noqa: N802 - as above
        files = json.loads(given["files"]) if isinstance(given["files"], str) else given["files"]
        return ({"ok": True, "files": [{"id": one["id"]} for one in files]},)

    def _files_info(self, given: dict[str, Any]) -> tuple[dict[str, Any]]:
        return ({"ok": True, "file": {"id": given["file"], "mimetype": "image/png"}},)

    async def _upload(self, request: web.Request) -> web.Response:
        await request.read()
        return web.Response(text="OK")

    # --- Telegram ---------------------------------------------------------------------------------------------

    async def _telegram(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given = await _given(request)
        if method == "getMe":
            me = {"id": 4242, "is_bot": True, "first_name": "Beacon", "username": "beacon_kpi_bot"}
            return _json({"ok": True, "result": me})
        if method == "getUpdates":
            await asyncio.wait([asyncio.ensure_future(self._gone.wait())], timeout=float(given.get("timeout", 0)))
            return _json({"ok": True, "result": []})
        if method not in ("sendMessage", "sendPhoto", "editMessageText", "editMessageCaption"):
            return _json({"ok": True, "result": True})

        def refuse(seconds: int) -> tuple[Any, int]:
            return _no(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)

        chat = str(given["chat_id"])
        rates = ((20, 60.0),) if chat.startswith("-") else ((4, 3.0),)
        if any(self._is_too_often(f"telegram {chat}", most, seconds) for most, seconds in rates):
            return _json(*refuse(2))
        return await self._thrown(request, lambda: self._do(method, given), refuse)

    def _do(self, method: str, given: dict[str, Any]) -> tuple[Any, int]:
        chat, text = str(given["chat_id"]), str(given.get("text", given.get("caption", "")))
        buttons = _data(given.get("reply_markup"))
        if len(re.sub("<[^>]*>", "", text).encode("utf-16-le")) // 2 > TELEGRAM_TEXT:
            return _no(400, "Bad Request: message is too long")
        if any(not 1 <= len(one.encode()) <= TELEGRAM_DATA for one in buttons):
            return _no(400, "Bad Request: BUTTON_DATA_INVALID")
        if method.startswith("send"):
            said = self._say(chat, text, buttons=buttons, is_picture=method == "sendPhoto")
            said.id = str(next(self._count))
        else:
            found = self._find(chat, str(given["message_id"]))
            if found is None:
                return _no(400, "Bad Request: message to edit not found")
            if (found.text, found.buttons) == (text, buttons):
                return _no(400, "Bad Request: message is not modified: specified new message content is the same")
            said, said.text, said.buttons = found, text, buttons
        kind = "supergroup" if chat.startswith("-") else "private"
        told: dict[str, Any] = {
            "message_id": int(said.id),
            "date": int(said.at),
            "chat": {"id": int(chat), "type": kind},
        }
        if said.is_picture:
            told["photo"] = [{"file_id": "p", "file_unique_id": "p", "width": 2, "height": 2}]
        return {"ok": True, "result": told | {"text": said.text}}, 200


def _private(channel: str) -> str:
    """Return a person's private chat for the person."""
    return f"D{channel}" if channel.startswith("U") else channel


def _too_much(given: dict[str, Any], most: int) -> str:
    blocks = given.get("blocks") or []
    if not given.get("text") and not blocks:
        return "no_text"
    if len(given.get("text", "")) > most:
        return "msg_too_long"
    return "invalid_blocks" if len(blocks) > SLACK_BLOCKS else ""


def _values(blocks: Any) -> tuple[str, ...]:
    rows = [block["elements"] for block in blocks or () if block.get("type") == "actions"]
    return tuple(element["value"] for row in rows for element in row if "value" in element)


def _data(markup: Any) -> tuple[str, ...]:
    rows = (markup or {}).get("inline_keyboard", [])
    return tuple(button.get("callback_data", "") for row in rows for button in row)


def _no(code: int, description: str, **parameters: int) -> tuple[Any, int]:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return body | ({"parameters": parameters} if parameters else {}), code


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(body, status=status, headers=headers)


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _given(request: web.Request) -> dict[str, Any]:
    """Read arguments as a query, a form or JSON; what is structured is JSON inside a form."""
    if request.content_type == "application/json":
        return {**request.query, **(await request.json())}
    given: dict[str, Any] = dict(request.query)
    for name, value in (await request.post()).items() if request.can_read_body else ():
        if isinstance(value, web.FileField):
            with value.file as file:
                given[name] = file.read()
        else:
            is_structured = isinstance(value, str) and value[:1] in ("{", "[")
            given[name] = json.loads(value) if is_structured else value
    return given
