"""A Slack to talk to, over real HTTP and WebSocket, as strict as the real one.

Written from Slack's documentation, never from the client library, so that the two can disagree. A test drives it
like a person (`says`, `mentions`, `clicks`) and looks at it like one (`messages`).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from tests.standins import blockkit
from tests.standins.faults import Broken, Dropped, Fault, Limited, Refused

ME = "U0BEACON"
PATIENCE = 3.0  # seconds Slack waits for an answer
MAX_TEXT = 40_000
MAX_UPDATE = 4_000
RESPONSES = 5  # uses of one response_url
PNG = b"\x89PNG\r\n\x1a\n"

# method: what it must be given, and what it may be
METHODS: dict[str, tuple[set[str], set[str]]] = {
    "auth.test": (set(), set()),
    "apps.connections.open": (set(), set()),
    "chat.postMessage": (
        {"channel"},
        {"text", "blocks", "thread_ts", "metadata", "unfurl_links", "unfurl_media", "reply_broadcast", "mrkdwn"},
    ),
    "chat.postEphemeral": ({"channel", "user"}, {"text", "blocks", "thread_ts"}),
    "chat.update": ({"channel", "ts"}, {"text", "blocks", "metadata"}),
    "conversations.open": ({"users"}, {"return_im"}),
    "conversations.history": ({"channel"}, {"oldest", "latest", "limit", "inclusive", "include_all_metadata"}),
    "conversations.replies": ({"channel", "ts"}, {"oldest", "latest", "limit", "inclusive", "include_all_metadata"}),
    "files.getUploadURLExternal": ({"filename", "length"}, {"alt_txt", "snippet_type"}),
    "files.completeUploadExternal": ({"files"}, {"channel_id", "thread_ts", "initial_comment"}),
    "files.info": ({"file"}, set()),
    "users.info": ({"user"}, {"include_locale"}),
    "views.open": ({"trigger_id", "view"}, set()),
    "views.publish": ({"user_id", "view"}, {"hash"}),
    "views.update": ({"view"}, {"view_id", "external_id", "hash"}),
}


class SlackError(Exception):
    def __init__(self, error: str, *messages: str) -> None:
        super().__init__(error)
        self.error, self.messages = error, messages


@dataclass
class Message:
    channel: str
    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread: str | None = None
    metadata: dict[str, Any] | None = None
    only_for: str | None = None
    files: list[dict[str, Any]] = field(default_factory=list)

    @property
    def seen(self) -> str:
        """What a reader sees."""
        return blockkit.seen(self.blocks) if self.blocks else self.text

    @property
    def buttons(self) -> dict[str, str]:
        """Each button's label, and what it says when pressed."""
        elements = [each for block in self.blocks if block["type"] == "actions" for each in block["elements"]]
        return {each["text"]["text"]: each["value"] for each in elements}


class Slack:
    """One workspace: channels C01 (we are in it), C02 (we are not, private), C03 (archived); users U01, U02, U03."""

    def __init__(self, bot_token: str, signing_secret: str = "", app_token: str = "") -> None:
        self.bot_token, self.signing_secret, self.app_token = bot_token, signing_secret, app_token
        self.request_url = ""  # where HTTP mode sends to
        self.members = {"C01": {ME, "U01", "U02"}, "C02": {"U01"}, "C03": {ME, "U01"}}
        self.private, self.archived = {"C02"}, {"C03"}
        self.users = {"U01", "U02", "U03", ME}
        self.timeline: list[Message] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.acks: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._uploads: dict[str, dict[str, Any]] = {}
        self._responses: dict[str, tuple[str, str, int]] = {}
        self._triggers: dict[str, float] = {}
        self._tickets: set[str] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._count = itertools.count(1)
        self._changed = asyncio.Event()
        self._last: tuple[str, bytes, str] | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=20 * 2**20)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/upload/{id}", self._upload)
        app.router.add_post("/response/{id}", self._response)
        app.router.add_get("/link", self._link)
        self._runner = web.AppRunner(app, shutdown_timeout=1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.url = f"{self.origin}/api/"
        self._client = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        for socket in self._sockets:
            await socket.close()
        await self._client.close()
        await self._runner.cleanup()

    # --- what a person does and sees --------------------------------------------------------------------------

    async def says(self, line: str, user: str = "U01", channel: str = "C01") -> tuple[int, str]:
        """Type a slash command; return what Slack was answered at once."""
        command, _, text = line.partition(" ")
        body = {
            "token": "legacy",
            "team_id": "T01",
            "channel_id": channel,
            "channel_name": "growth",
            "user_id": user,
            "user_name": user.lower(),
            "command": command,
            "text": text,
            "api_app_id": "A01",
            "response_url": self._response_url(channel, user),
            "trigger_id": self._trigger(),
        }
        return await self._deliver(
            "slash_commands", body, urlencode(body).encode(), "application/x-www-form-urlencoded"
        )

    async def mentions(self, text: str, user: str = "U01", channel: str = "C01", thread: str | None = None) -> int:
        """Say something to us by name: it arrives as a mention and as a message."""
        words = f"<@{ME}> {text}"
        message = self._keep(Message(channel, self._ts(), user, words, thread=thread))
        await self._event({"type": "message", "channel_type": "channel", **_event(message)})
        return await self._event({"type": "app_mention", **_event(message)})

    async def writes(self, text: str, user: str = "U01", channel: str = "C01", thread: str | None = None) -> int:
        """Write a plain message, perhaps into a thread; a channel beginning with D is private."""
        message = self._keep(Message(channel, self._ts(), user, text, thread=thread))
        kind = "im" if channel.startswith("D") else "channel"
        return await self._event({"type": "message", "channel_type": kind, **_event(message)})

    async def happens(self, event: dict[str, Any]) -> int:
        return await self._event(event)

    async def clicks(self, message: Message, command: str, user: str = "U01") -> tuple[int, str]:
        """Press the button that says this command; a message that has no such button cannot be pressed."""
        elements = [each for block in message.blocks if block["type"] == "actions" for each in block["elements"]]
        element = next(each for each in elements if each["value"] == command)
        shown = {"ts": message.ts, "text": message.text, "user": ME, "blocks": message.blocks}
        body = {
            "type": "block_actions",
            "user": {"id": user, "username": user.lower(), "team_id": "T01"},
            "api_app_id": "A01",
            "team": {"id": "T01", "domain": "acme"},
            "container": {"type": "message", "message_ts": message.ts, "channel_id": message.channel},
            "channel": {"id": message.channel, "name": "growth"},
            "message": shown | ({"thread_ts": message.thread} if message.thread else {}),
            "trigger_id": self._trigger(),
            "response_url": self._response_url(message.channel, user),
            "actions": [{**element, "block_id": "b1", "action_ts": self._ts()}],
        }
        form = urlencode({"payload": json.dumps(body)}).encode()
        return await self._deliver("interactive", body, form, "application/x-www-form-urlencoded")

    async def says_again(self) -> int:
        """Deliver the last event once more, as Slack does when it heard nothing within three seconds."""
        assert self._last is not None
        kind, body, content = self._last
        again = {"x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"}
        return (await self._deliver(kind, json.loads(body), body, content, again))[0]

    def messages(self, channel: str = "C01", thread: str | None = None) -> list[Message]:
        """What we have said in a channel or in one of its threads, and everybody there can see."""
        mine = (each for each in self.timeline if each.user == ME and each.channel == channel and not each.only_for)
        return [each for each in mine if each.thread == thread]

    def whispers(self, user: str = "U01") -> list[Message]:
        return [each for each in self.timeline if each.only_for == user]

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

    async def cuts_the_line(self) -> None:
        for socket in self._sockets:
            await socket.close()
        self._sockets.clear()

    # --- sending to the app -----------------------------------------------------------------------------------

    async def _event(self, event: dict[str, Any]) -> int:
        body = {
            "token": "legacy",
            "team_id": "T01",
            "api_app_id": "A01",
            "type": "event_callback",
            "event_id": f"Ev{next(self._count):08}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": "T01", "user_id": ME, "is_bot": True, "is_enterprise_install": False}],
            "event": event,
        }
        raw = json.dumps(body, ensure_ascii=False).encode()
        self._last = ("events_api", raw, "application/json")
        return (await self._deliver("events_api", body, raw, "application/json"))[0]

    async def _deliver(
        self, kind: str, body: dict[str, Any], raw: bytes, content: str, more: dict[str, str] | None = None
    ) -> tuple[int, str]:
        if self._sockets:  # while Socket Mode is on, nothing arrives over HTTP
            return await self._send_down(kind, body)
        return await self.request(raw, content, **(more or {}))

    async def request(self, raw: bytes, content: str = "application/json", **more: str) -> tuple[int, str]:
        """Send a request signed as https://docs.slack.dev/authentication/verifying-requests-from-slack says."""
        moment = more.pop("moment", str(int(time.time())))
        secret = more.pop("secret", self.signing_secret)
        signed = hmac.new(secret.encode(), b"v0:" + moment.encode() + b":" + raw, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": content,
            "X-Slack-Request-Timestamp": moment,
            "X-Slack-Signature": f"v0={signed}",
            **more,
        }
        limit = aiohttp.ClientTimeout(total=PATIENCE)
        async with self._client.post(self.request_url, data=raw, headers=headers, timeout=limit) as answer:
            return answer.status, await answer.text()

    async def _send_down(self, kind: str, body: dict[str, Any]) -> tuple[int, str]:
        name = f"envelope-{next(self._count)}"
        envelope = {
            "envelope_id": name,
            "type": kind,
            "payload": body,
            "accepts_response_payload": kind != "events_api",
        }
        self._waiting[name] = asyncio.get_running_loop().create_future()
        await self._sockets[-1].send_json(envelope)
        ack = await asyncio.wait_for(self._waiting[name], PATIENCE)
        return 200, json.dumps(ack.get("payload", ""))

    async def _link(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("ticket") not in self._tickets:
            return web.Response(status=403)
        self._tickets.discard(request.query["ticket"])
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A01"}})
        self._sockets.append(socket)
        self._changed.set()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                ack = json.loads(message.data)
                self.acks.append(ack)
                self._waiting.pop(ack["envelope_id"]).set_result(ack)
        if socket in self._sockets:
            self._sockets.remove(socket)
        return socket

    def _trigger(self) -> str:
        name = f"trigger.{next(self._count)}"
        self._triggers[name] = time.monotonic()
        return name

    def _response_url(self, channel: str, user: str) -> str:
        name = f"r{next(self._count)}"
        self._responses[name] = (channel, user, RESPONSES)
        return f"{self.origin}/response/{name}"

    # --- being called by the app ------------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given = await _arguments(request)
        self.calls.append((method, given))
        fault = self._faults[method].popleft() if self._faults[method] else None
        match fault:
            case Limited(seconds):
                error = {"ok": False, "error": "ratelimited"}
                return web.json_response(error, status=429, headers={"Retry-After": str(seconds)})
            case Refused(error):
                return web.json_response({"ok": False, "error": error})
            case Broken(status, has_acted=False):
                return web.Response(status=status, text="<html>", content_type="text/html")
            case Dropped(has_acted=False):
                return _cut(request)
        try:
            answer = {"ok": True, **self._act(method, given, request)}
        except SlackError as error:
            notes = {"messages": [f"[ERROR] {each}" for each in error.messages]}
            answer = {"ok": False, "error": error.error} | ({"response_metadata": notes} if error.messages else {})
        self._changed.set()
        match fault:
            case Broken(status):
                return web.json_response({"ok": False, "error": "internal_error"}, status=status)
            case Dropped():
                return _cut(request)
        return web.json_response(answer)

    def _act(self, method: str, given: dict[str, Any], request: web.Request) -> dict[str, Any]:
        if method not in METHODS:
            raise SlackError("unknown_method")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or given.pop("token", "")
        for ours in ("token", "team_id"):  # these any method may be given
            given.pop(ours, None)
        if not token:
            raise SlackError("not_authed")
        if token != (self.app_token if method == "apps.connections.open" else self.bot_token):
            raise SlackError("invalid_auth")
        needed, allowed = METHODS[method]
        if missing := [name for name in sorted(needed) if given.get(name) in (None, "")]:
            raise SlackError("invalid_arguments", *(f"missing required field: {name}" for name in missing))
        if unknown := sorted(set(given) - needed - allowed):
            raise SlackError("invalid_arguments", *(f"unknown argument: {name}" for name in unknown))
        return getattr(self, f"_{method.replace('.', '_')}")(**given)

    def _auth_test(self) -> dict[str, Any]:
        return {"url": "https://acme.slack.com/", "team": "Acme", "team_id": "T01", "user": "beacon", "user_id": ME,
                "bot_id": "B01"}  # fmt: skip

    def _apps_connections_open(self) -> dict[str, Any]:
        ticket = f"ticket-{next(self._count)}"
        self._tickets.add(ticket)
        return {"url": f"{self.origin.replace('http', 'ws')}/link?ticket={ticket}&app_id=A01"}

    def _chat_postMessage(  # noqa: N802 - named as Slack names it
        self,
        channel: str,
        text: str = "",
        blocks: Any = None,
        thread_ts: str | None = None,
        metadata: Any = None,
        **_: Any,
    ) -> dict[str, Any]:
        channel = self._opened(channel)
        self._check_channel(channel)
        self._check_content(text, blocks, MAX_TEXT)
        self._check_thread(channel, thread_ts)
        if metadata is not None and not (
            metadata.get("event_type") and isinstance(metadata.get("event_payload"), dict)
        ):
            raise SlackError("invalid_metadata_format")
        kept = self._keep(Message(channel, self._ts(), ME, text, blocks or [], thread_ts, metadata))
        return {"channel": channel, "ts": kept.ts, "message": _told(kept)}

    def _chat_postEphemeral(  # noqa: N802 - as above
        self, channel: str, user: str, text: str = "", blocks: Any = None, thread_ts: str | None = None
    ) -> dict[str, Any]:
        self._check_channel(channel)
        self._check_content(text, blocks, MAX_TEXT)
        self._check_thread(channel, thread_ts)
        if user not in self.members.get(channel, set()):
            raise SlackError("user_not_in_channel")
        kept = self._keep(Message(channel, self._ts(), ME, text, blocks or [], thread_ts, only_for=user))
        return {"message_ts": kept.ts}

    def _chat_update(
        self, channel: str, ts: str, text: str | None = None, blocks: Any = None, metadata: Any = None
    ) -> dict[str, Any]:
        found = next((each for each in self.timeline if (each.channel, each.ts) == (channel, ts)), None)
        if found is None or found.only_for:
            raise SlackError("message_not_found")
        if found.user != ME:
            raise SlackError("cant_update_message")
        self._check_content(text or "", blocks, MAX_UPDATE)
        found.text, found.blocks = text or "", blocks or []  # text without blocks removes the blocks
        found.metadata = found.metadata if metadata is None else metadata
        return {"channel": channel, "ts": ts, "text": found.text, "message": _told(found)}

    def _conversations_open(self, users: str, **_: Any) -> dict[str, Any]:
        return {"channel": {"id": self._opened(users)}}

    def _conversations_history(self, channel: str, **how: Any) -> dict[str, Any]:
        self._check_channel(channel)
        return self._told([each for each in self.timeline if each.channel == channel and not each.thread], **how)

    def _conversations_replies(self, channel: str, ts: str, **how: Any) -> dict[str, Any]:
        self._check_channel(channel)
        self._check_thread(channel, ts)
        return self._told(
            [each for each in self.timeline if each.channel == channel and ts in (each.ts, each.thread)], **how
        )

    def _told(self, messages: list[Message], **how: Any) -> dict[str, Any]:
        since, limit = float(how.get("oldest", 0)), int(how.get("limit", 100))
        kept = [each for each in messages if float(each.ts) > since and not each.only_for]
        kept = sorted(kept, key=lambda each: each.ts, reverse=True)[:limit]
        has_metadata = str(how.get("include_all_metadata", "")).lower() in ("true", "1")
        told = []
        for each in kept:
            replies = sum(one.thread == each.ts for one in self.timeline)
            told.append(_told(each, has_metadata=has_metadata) | ({"reply_count": replies} if replies else {}))
        return {"messages": told, "has_more": len(messages) > len(kept)}

    def _files_getUploadURLExternal(  # noqa: N802 - as above
        self, filename: str, length: str | int, alt_txt: str | None = None, **_: Any
    ) -> dict[str, Any]:
        name = f"F{next(self._count):04}"
        self._uploads[name] = {"id": name, "name": filename, "length": int(length), "is_mute": alt_txt is not None}
        return {"upload_url": f"{self.origin}/upload/{name}", "file_id": name}

    def _files_completeUploadExternal(  # noqa: N802 - as above
        self, files: Any, channel_id: str | None = None, thread_ts: str | None = None, **_: Any
    ) -> dict[str, Any]:
        done = []
        for each in json.loads(files) if isinstance(files, str) else files:
            upload = self._uploads.get(each["id"])
            if upload is None or "data" not in upload or upload.get("is_done"):
                raise SlackError("file_not_found")
            upload |= {"title": each.get("title"), "is_done": True}
            done.append(upload)
        if channel_id:
            if channel_id[0] not in "CDG":
                raise SlackError("channel_not_found")  # an id is wanted, and no person's
            self._check_channel(channel_id)
            self._check_thread(channel_id, thread_ts)
            if shared := [each for each in done if not each["is_mute"]]:  # slackapi/python-slack-sdk#1818
                self._keep(Message(channel_id, self._ts(), ME, "", thread=thread_ts, files=shared))
        return {"files": [{"id": each["id"], "title": each["title"]} for each in done]}

    def _files_info(self, file: str) -> dict[str, Any]:
        if file not in self._uploads:
            raise SlackError("file_not_found")
        upload = self._uploads[file]
        return {"file": {"id": file, "name": upload["name"], "size": upload["length"]}}

    def _users_info(self, user: str, **_: Any) -> dict[str, Any]:
        if user not in self.users:
            raise SlackError("user_not_found")
        return {"user": {"id": user, "name": user.lower(), "locale": "zh-CN", "tz": "Asia/Shanghai"}}

    def _views_open(self, trigger_id: str, view: Any) -> dict[str, Any]:
        since = self._triggers.pop(trigger_id, None)  # once only
        if since is None:
            raise SlackError("exchanged_trigger_id")
        if time.monotonic() - since > PATIENCE:
            raise SlackError("expired_trigger_id")
        return self._view(view, "modal")

    def _views_publish(self, user_id: str, view: Any, **_: Any) -> dict[str, Any]:
        if user_id not in self.users:
            raise SlackError("user_not_found")
        return self._view(view, "home")

    def _views_update(self, view: Any, **_: Any) -> dict[str, Any]:
        return self._view(view, "modal")

    def _view(self, view: Any, kind: str) -> dict[str, Any]:
        view = json.loads(view) if isinstance(view, str) else view
        titles = [view.get(name, {}).get("text", "") for name in ("title", "submit", "close")]
        is_titled = kind == "home" or bool(titles[0])
        if view.get("type") != kind or not is_titled or any(len(title) > 24 for title in titles):
            raise SlackError("invalid_arguments", "invalid view")
        if bad := blockkit.faults(view.get("blocks")):
            raise SlackError("invalid_arguments", *bad)
        self.views.append(view)
        return {"view": {"id": f"V{next(self._count)}", "hash": "1"}}

    async def _upload(self, request: web.Request) -> web.Response:
        upload = self._uploads.get(request.match_info["id"])
        data = await request.read()
        if upload is None or len(data) != upload["length"]:
            return web.Response(status=400, text="bad upload")
        upload |= {"data": data, "mimetype": "image/png" if data.startswith(PNG) else "application/octet-stream"}
        return web.Response(text=f"OK - {len(data)}")

    async def _response(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        channel, user, left = self._responses.get(name, ("", "", 0))
        if not left:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        self._responses[name] = (channel, user, left - 1)
        given = await request.json()
        try:
            self._check_content(given.get("text", ""), given.get("blocks"), MAX_TEXT)
        except SlackError as error:
            return web.json_response({"ok": False, "error": error.error}, status=400)
        only_for = None if given.get("response_type") == "in_channel" else user
        self._keep(
            Message(channel, self._ts(), ME, given.get("text", ""), given.get("blocks") or [], given.get("thread_ts"),
                    only_for=only_for)
        )  # fmt: skip
        return web.Response(text="ok")

    # --- what holds for all -----------------------------------------------------------------------------------

    def _opened(self, channel: str) -> str:
        """Return the private chat of a person, opened if need be."""
        if not channel.startswith("U"):
            return channel
        if channel not in self.users or channel == ME:
            raise SlackError("user_not_found")
        self.members.setdefault(f"D{channel}", {ME, channel})
        return f"D{channel}"

    def _check_channel(self, channel: str) -> None:
        if channel not in self.members or (channel in self.private and ME not in self.members[channel]):
            raise SlackError("channel_not_found")
        if channel in self.archived:
            raise SlackError("is_archived")

    def _check_thread(self, channel: str, thread: str | None) -> None:
        if thread and not any((each.channel, each.ts) == (channel, thread) for each in self.timeline):
            raise SlackError("thread_not_found")

    def _check_content(self, text: str, blocks: Any, most: int) -> None:
        if not text and not blocks:
            raise SlackError("no_text")
        if len(text) > most:
            raise SlackError("msg_too_long")
        if blocks is None:
            return
        if bad := blockkit.faults(blocks):
            raise SlackError("invalid_blocks", *bad)
        if blockkit.letters(blocks) > blockkit.MAX_LETTERS:
            raise SlackError("msg_blocks_too_long")

    def _keep(self, message: Message) -> Message:
        self.timeline.append(message)
        self._changed.set()
        return message

    def _ts(self) -> str:
        return f"{time.time():.0f}.{next(self._count):06}"


def _event(message: Message) -> dict[str, Any]:
    event = {"user": message.user, "text": message.text, "ts": message.ts, "channel": message.channel,
             "event_ts": message.ts, "team": "T01", "client_msg_id": f"c-{message.ts}"}  # fmt: skip
    return event | ({"thread_ts": message.thread} if message.thread else {})


def _told(message: Message, *, has_metadata: bool = False) -> dict[str, Any]:
    told = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts, "blocks": message.blocks}
    told |= {"thread_ts": message.thread} if message.thread else {}
    return told | ({"metadata": message.metadata} if has_metadata and message.metadata else {})


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Read arguments as a query, a form or JSON; in the first two, what is structured is JSON inside."""
    if request.content_type == "application/json":
        return {**request.query, **(await request.json())}
    form = await request.post() if request.can_read_body else {}
    given: dict[str, Any] = {**request.query, **{name: str(value) for name, value in form.items()}}
    for name in ("blocks", "metadata", "view"):
        if isinstance(given.get(name), str):
            given[name] = json.loads(given[name])
    return given


def _cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
