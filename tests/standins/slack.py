"""A Slack to talk to, over real HTTP and WebSocket, as strict as the real one.

A test drives it like a person (`says`, `mentions`, `clicks`) and looks at it like one (`messages`, `whispers`). What
the workspace holds and refuses is in `slack_workspace`; here is how requests are signed, sent and taken.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from tests.standins.faults import Broken, Dropped, Fault, Limited, Refused
from tests.standins.slack_workspace import (
    MAX_TEXT,
    ME,
    PATIENCE,
    PNG,
    Message,
    SlackError,
    SlackLimitedError,
    Workspace,
    checked_view,
)

RESPONSES, RESPONSES_LAST = 5, 1800.0  # uses of one response_url, and the seconds in which it may be used
RESPONSE = {"text", "blocks", "response_type", "replace_original", "delete_original", "thread_ts", "attachments"}
MOST_SOCKETS = 10


class Slack(Workspace):
    """One workspace, and the way to and from it."""

    def __init__(
        self,
        bot_token: str,
        signing_secret: str = "",
        app_token: str = "",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(bot_token, app_token, now)
        self.signing_secret = signing_secret
        self.request_url = ""  # where HTTP mode sends to
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.acks: list[dict[str, Any]] = []
        self.team = "T01"  # whose people say what is said from now on
        self.is_told_to_stop = False  # by the last answer over HTTP: no use to bring it again
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._responses: dict[str, tuple[str, str, int, float]] = {}
        self._sockets: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._last: tuple[str, bytes, str] | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=20 * 2**20)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/upload/{id}", self._upload)
        app.router.add_post("/response/{id}", self._response)
        app.router.add_get("/link", self._link)
        app.router.add_get("/files/{id}", self._download)
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
            "team_id": self.team,
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

    async def shares(self, url: str, user: str = "U01", channel: str = "C01") -> str:
        """Say an address of our domain in a channel; return the message's ts."""
        message = self._keep(Message(channel, self._ts(), user, f"look at <{url}>"))
        told = {"channel": channel, "user": user, "message_ts": message.ts, "source": "conversations_history"}
        await self._event({"type": "link_shared", "unfurl_id": "u1", **told, "links": [{"domain": "kpi", "url": url}]})
        return message.ts

    async def drops(
        self, content: bytes, name: str, text: str = "", user: str = "U01", channel: str = "DU01", **told: Any
    ) -> int:
        """Drop a file with words beside it: where we are named it arrives twice, and once more as a file."""
        is_private = channel.startswith("D")
        self.members.setdefault(channel, {ME, user})
        id = f"F{next(self._count):04}"
        url = f"{self.origin}/files/{id}"
        self._uploads[id] = {"id": id, "name": name, "length": len(content), "data": content, "url": url}
        file = {"id": id, "name": name, "size": len(content), "mode": "hosted", "url_private_download": url, **told}
        words = text if is_private else f"<@{ME}> {text}"
        message = self._keep(Message(channel, self._ts(), user, words))
        said = {**_event(message), "files": [file]}
        kind = "im" if is_private else "channel"
        status = await self._event({"type": "message", "subtype": "file_share", "channel_type": kind, **said})
        if not is_private:
            await self._event({"type": "app_mention", **said})
        await self._event({"type": "file_shared", "file_id": id, "user_id": user, "channel_id": channel})
        return status

    async def happens(self, event: dict[str, Any]) -> int:
        return await self._event(event)

    async def clicks(self, message: Message, command: str, user: str = "U01") -> tuple[int, str]:
        """Press the button that says this command; a message that has no such button cannot be pressed."""
        elements = [each for block in message.blocks if block["type"] == "actions" for each in block["elements"]]
        element = next(each for each in elements if each["value"] == command)
        shown = {"ts": message.ts, "text": message.text, "user": ME, "blocks": message.blocks}
        thread = {"thread_ts": message.thread} if message.thread else {}
        body = {
            "type": "block_actions",
            "user": {"id": user, "username": user.lower(), "team_id": self.team},
            "api_app_id": "A01",
            "team": {"id": self.team, "domain": "acme"},
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": message.channel,
                "is_ephemeral": bool(message.only_for),
                **thread,
            },
            "channel": {"id": message.channel, "name": "growth"},
            **({} if message.only_for else {"message": shown | thread}),
            "trigger_id": self._trigger(),
            "response_url": self._response_url(message.channel, user),
            "actions": [{**element, "block_id": "b1", "action_ts": self._ts()}],
        }
        return await self.happens_by_form("interactive", body)

    async def clicks_in(self, view: dict[str, Any], command: str, user: str = "U01") -> tuple[int, str]:
        """Press a button of a modal or of a home: it stands in no channel."""
        elements = [each for block in view["blocks"] if block["type"] == "actions" for each in block["elements"]]
        element = next(each for each in elements if each["value"] == command)
        body = self._of(user) | {
            "type": "block_actions",
            "container": {"type": "view", "view_id": view["id"]},
            "view": view,
            "actions": [{**element, "block_id": "b1", "action_ts": self._ts()}],
        }
        return await self.happens_by_form("interactive", body)

    async def submits(self, view: dict[str, Any], answers: dict[int, str | int], user: str = "U01") -> dict[str, Any]:
        """Fill in fields by their position and send the form; return what Slack was told, which it then shows."""
        values = {}
        for number, block in enumerate(each for each in view["blocks"] if each["type"] == "input"):
            values[block["block_id"]] = {block["element"]["action_id"]: _filled(block, answers.get(number))}
        state = {"values": values}
        body = self._of(user) | {"type": "view_submission", "view": view | {"state": state}, "response_urls": []}
        status, said = await self.happens_by_form("interactive", body)
        assert status == 200
        answer: dict[str, Any] = json.loads(said) if said.strip('"') else {}
        match answer.get("response_action"):
            case "update":
                fresh = checked_view(answer["view"], "modal")
                kept = {name: view[name] for name in ("id", "previous_view_id", "root_view_id") if name in view}
                self.views[self.views.index(view)] = fresh | kept | {"hash": f"h{next(self._count)}"}
            case "push":
                self._pushed(answer["view"], view)
            case "clear":
                assert set(answer) == {"response_action"}, answer
                self.views.clear()
            case None:
                assert not answer, answer
                self.views.remove(view)
            case other:
                raise AssertionError(other)
        return answer

    def closes(self, view: dict[str, Any]) -> None:
        """Close the topmost view; the one below it is seen again."""
        assert view is self.views[-1]
        self.views.pop()

    def _of(self, user: str) -> dict[str, Any]:
        return {
            "user": {"id": user, "username": user.lower(), "team_id": self.team},
            "api_app_id": "A01",
            "team": {"id": self.team, "domain": "acme"},
            "trigger_id": self._trigger(),
        }

    async def happens_by_form(self, kind: str, body: dict[str, Any]) -> tuple[int, str]:
        """Deliver an interaction: over HTTP it is JSON in a form's one field."""
        form = urlencode({"payload": json.dumps(body)}).encode()
        return await self._deliver(kind, body, form, "application/x-www-form-urlencoded")

    async def says_again(self, why: str = "http_timeout") -> int:
        """Deliver the last event once more, as Slack does when it heard nothing within three seconds."""
        assert self._last is not None
        kind, body, content = self._last
        again = {"x-slack-retry-num": "1", "x-slack-retry-reason": why}
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
            "team_id": self.team,
            "api_app_id": "A01",
            "type": "event_callback",
            "event_id": f"Ev{next(self._count):08}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": self.team, "user_id": ME, "is_bot": True, "is_enterprise_install": False}],
            "event": event,
        }
        raw = json.dumps(body, ensure_ascii=False).encode()
        self._last = ("events_api", raw, "application/json")
        status = (await self._deliver("events_api", body, raw, "application/json"))[0]
        if status >= 300 and not self._sockets and not self.is_told_to_stop:
            return await self.says_again("http_error")  # nearly at once; a minute and five minutes later, twice more
        return status

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
            self.is_told_to_stop = answer.headers.get("x-slack-no-retry") == "1"
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
        if len(self._sockets) >= MOST_SOCKETS:
            return web.Response(status=429)
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
        self._responses[name] = (channel, user, RESPONSES, time.monotonic() + RESPONSES_LAST)
        return f"{self.origin}/response/{name}"

    # --- being called by the app ------------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given = await _arguments(request)
        self.calls.append((method, given))
        fault = self._faults[method].popleft() if self._faults[method] else None
        match fault:
            case Limited(seconds):
                return _limited(seconds)
            case Refused(error):
                return web.json_response({"ok": False, "error": error})
            case Broken(status, has_acted=False):
                return web.Response(status=status, text="<html>", content_type="text/html")
            case Dropped(has_acted=False):
                return _cut(request)
        try:
            answer = {
                "ok": True,
                **self.act(method, given, request.headers.get("Authorization", "").removeprefix("Bearer ")),
            }
        except SlackLimitedError as limited:
            return _limited(limited.seconds)
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

    async def _upload(self, request: web.Request) -> web.Response:
        upload = self._uploads.get(request.match_info["id"])
        data = await request.read()
        if upload is None or len(data) != upload["length"]:
            return web.Response(status=400, text="bad upload")
        upload |= {"data": data, "mimetype": "image/png" if data.startswith(PNG) else "application/octet-stream"}
        return web.Response(text=f"OK - {len(data)}")

    async def _download(self, request: web.Request) -> web.Response:
        """Give a file to whoever bears our token, and to others a page to sign in on, as Slack does."""
        if request.headers.get("Authorization") != f"Bearer {self.bot_token}":
            return web.Response(text="<html>Sign in</html>", content_type="text/html")
        upload = self._uploads[request.match_info["id"]]
        return web.Response(body=upload["data"], content_type="application/octet-stream")

    async def _response(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        channel, user, left, until = self._responses.get(name, ("", "", 0, 0.0))
        if not left or time.monotonic() > until:
            return web.json_response({"ok": False, "error": "used_url" if until else "expired_url"}, status=404)
        self._responses[name] = (channel, user, left - 1, until)
        given = await request.json()
        if not set(given) <= RESPONSE or given.get("response_type") not in (None, "ephemeral", "in_channel"):
            return web.json_response({"ok": False, "error": "invalid_arguments"}, status=400)
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


def _filled(block: dict[str, Any], answer: str | int | None) -> dict[str, Any]:
    """Return a field as Slack reports it; what is needed cannot be left out, nor a choice be made up."""
    element = block["element"]
    assert answer is not None or block.get("optional") or "initial_option" in element, block
    match element["type"]:
        case "static_select":
            first = element.get("initial_option")
            chosen = first if answer is None else next(each for each in element["options"] if each["value"] == answer)
            return {"type": "static_select", "selected_option": chosen}
        case "datetimepicker":
            return {"type": "datetimepicker", "selected_date_time": answer}
        case _:
            return {"type": "plain_text_input", "value": answer}


def _event(message: Message) -> dict[str, Any]:
    event = {"user": message.user, "text": message.text, "ts": message.ts, "channel": message.channel,
             "event_ts": message.ts, "team": "T01", "client_msg_id": f"c-{message.ts}"}  # fmt: skip
    return event | ({"thread_ts": message.thread} if message.thread else {})


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


def _limited(seconds: int) -> web.Response:
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": str(seconds)})


def _cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
