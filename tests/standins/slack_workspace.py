"""What a Slack workspace holds, and what each method of its Web API does and refuses.

Written from Slack's reference, never from the client library. How it is reached is in `slack`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.standins import blockkit
from tests.standins.rates import Rate, Rates

ME = "U0BEACON"
PATIENCE = 3.0  # seconds Slack waits for an answer
MAX_TEXT = 40_000
MAX_UPDATE = 4_000
PNG = b"\x89PNG\r\n\x1a\n"

# https://docs.slack.dev/reference/views
VIEW = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
MODAL = VIEW | {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}
MAX_VIEW, MAX_KEPT, MAX_TITLE = 250_000, 3000, 24
MAX_NAME = 255
MAX_STACK = 3  # views, one upon the other
A_MESSAGE = Rate(5, 1.0)  # in one channel; a short burst is borne
TIERS = {2: Rate(20, 3.0), 3: Rate(50, 1.2), 4: Rate(100, 0.6)}
TIER = {"conversations.open": 3, "conversations.history": 3, "conversations.replies": 3, "chat.update": 3,
        "chat.unfurl": 3, "apps.connections.open": 3, "chat.postEphemeral": 4, "files.getUploadURLExternal": 4,
        "files.completeUploadExternal": 4, "files.info": 4, "users.info": 4, "views.open": 4, "views.update": 4,
        "views.publish": 4}  # fmt: skip
LOOKING = {"oldest", "latest", "limit", "inclusive", "include_all_metadata", "cursor"}
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
    "chat.unfurl": ({"channel", "ts", "unfurls"}, {"user_auth_required", "user_auth_message", "user_auth_url"}),
    "conversations.open": ({"users"}, {"return_im"}),
    "conversations.history": ({"channel"}, LOOKING),
    "conversations.replies": ({"channel", "ts"}, LOOKING),
    "files.getUploadURLExternal": ({"filename", "length"}, {"alt_txt", "snippet_type"}),
    "files.completeUploadExternal": ({"files"}, {"channel_id", "thread_ts", "initial_comment"}),
    "files.info": ({"file"}, set()),
    "users.info": ({"user"}, {"include_locale"}),
    "views.open": ({"trigger_id", "view"}, set()),
    "views.update": ({"view"}, {"view_id", "external_id", "hash"}),
    "views.publish": ({"user_id", "view"}, {"hash"}),
}


class SlackLimitedError(Exception):
    """429, come again in so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


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


class Workspace:
    """Channels C01 (we are in it), C02 (we are not, private), C03 (archived); users U01, U02, U03.

    `now` counts the seconds in which rates are measured.
    """

    def __init__(self, bot_token: str, app_token: str = "", now: Callable[[], float] = time.monotonic) -> None:
        self.bot_token, self.app_token = bot_token, app_token
        self._rates = Rates(now)
        self.origin = ""
        self.members = {"C01": {ME, "U01", "U02"}, "C02": {"U01"}, "C03": {ME, "U01"}}
        self.private, self.archived = {"C02"}, {"C03"}
        self.users = {"U01", "U02", "U03", ME}
        self.timeline: list[Message] = []
        self.views: list[dict[str, Any]] = []  # modals that are open
        self.unfolded: dict[str, dict[str, Any]] = {}  # by the message that holds the link
        self.homes: dict[str, dict[str, Any]] = {}
        self._uploads: dict[str, dict[str, Any]] = {}
        self._triggers: dict[str, float] = {}
        self._tickets: set[str] = set()
        self._count = itertools.count(1)
        self._changed = asyncio.Event()

    def file(self, name: str) -> bytes:
        """Return what is in a file that somebody sent."""
        return self._uploads[name]["data"]  # type: ignore[no-any-return]

    def act(self, method: str, given: dict[str, Any], token: str) -> dict[str, Any]:
        if method not in METHODS:
            raise SlackError("unknown_method")
        token = token or given.get("token", "")
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
        bucket, rate = f"{method} {given.get('channel')}", A_MESSAGE
        if method != "chat.postMessage":
            bucket, rate = method, TIERS.get(TIER.get(method, 0), Rate(1000, 0.01))
        if wait := self._rates.take(bucket, rate):
            raise SlackLimitedError(wait)
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

    def _chat_unfurl(self, channel: str, ts: str, unfurls: Any, **_: Any) -> dict[str, Any]:
        self._check_channel(channel)
        message = next((each for each in self.timeline if (each.channel, each.ts) == (channel, ts)), None)
        given = json.loads(unfurls) if isinstance(unfurls, str) else unfurls
        if message is None or not given or any(f"<{url}>" not in message.text for url in given):
            raise SlackError("cannot_unfurl_url")
        for each in given.values():
            self._check_content("", each.get("blocks"), MAX_TEXT)
        self.unfolded[ts] = given
        return {}

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
        found = sorted(kept, key=lambda each: each.ts, reverse=True)
        start = int(how.get("cursor") or 0)  # a word of Slack's own, which nobody else may read
        kept = found[start : start + limit]
        has_metadata = str(how.get("include_all_metadata", "")).lower() in ("true", "1")
        told = []
        for each in kept:
            replies = sum(one.thread == each.ts for one in self.timeline)
            told.append(_told(each, has_metadata=has_metadata) | ({"reply_count": replies} if replies else {}))
        if start + limit >= len(found):
            return {"messages": told, "has_more": False}
        return {"messages": told, "has_more": True, "response_metadata": {"next_cursor": str(start + limit)}}

    def _files_getUploadURLExternal(  # noqa: N802 - as above
        self, filename: str, length: str | int, alt_txt: str | None = None, **_: Any
    ) -> dict[str, Any]:
        if int(length) < 1:
            raise SlackError("invalid_arguments", "length must be at least 1")
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
        told = {"id": file, "name": upload["name"], "size": upload["length"]}
        if upload.get("is_done"):  # what was sent is looked at by Slack only after it has said that it was taken
            told |= {"mimetype": upload["mimetype"]} if upload.get("is_ready") else {}
            upload["is_ready"] = True
        return {"file": told | ({"url_private_download": upload["url"]} if "url" in upload else {})}

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
        view = checked_view(view, "modal") | {"id": f"V{next(self._count)}", "hash": f"h{next(self._count)}"}
        self._has_its_own_name(view)
        self.views.append(view)
        return {"view": view}

    def _views_update(self, view: Any, view_id: str = "", external_id: str = "", **as_of: str) -> dict[str, Any]:
        """Change one view that is open, named by one of its two names; a hash says as of when."""
        if bool(view_id) == bool(external_id):
            raise SlackError("invalid_arguments", "one of view_id and external_id")
        at = next((at for at, one in enumerate(self.views) if view_id == one["id"] or _named(one, external_id)), None)
        if at is None:
            raise SlackError("not_found")
        held = self.views[at]
        if as_of.get("hash", held["hash"]) != held["hash"]:
            raise SlackError("hash_conflict")
        fresh = checked_view(view, "modal")
        self._has_its_own_name(fresh, held)
        kept = {name: held[name] for name in ("id", "previous_view_id", "root_view_id") if name in held}
        self.views[at] = fresh | kept | {"hash": f"h{next(self._count)}"}
        return {"view": self.views[at]}

    def _pushed(self, view: Any, onto: dict[str, Any]) -> None:
        """Lay a view on top of the one that was sent, three at most: https://docs.slack.dev/surfaces/modals"""
        if onto is not self.views[-1] or len(self.views) >= MAX_STACK:
            raise SlackError("push_limit_reached")
        fresh = checked_view(view, "modal")
        self._has_its_own_name(fresh)
        kin = {"previous_view_id": onto["id"], "root_view_id": self.views[0]["id"]}
        self.views.append(fresh | kin | {"id": f"V{next(self._count)}", "hash": f"h{next(self._count)}"})

    def _has_its_own_name(self, view: dict[str, Any], but: dict[str, Any] | None = None) -> None:
        if any(_named(one, view.get("external_id", "")) for one in self.views if one is not but):
            raise SlackError("duplicate_external_id")

    def _views_publish(self, user_id: str, view: Any, **_: Any) -> dict[str, Any]:
        if user_id not in self.users:
            raise SlackError("user_not_found")
        self.homes[user_id] = checked_view(view, "home") | {"id": f"V{next(self._count)}"}
        return {"view": self.homes[user_id]}

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
        if thread and not any(
            (each.channel, each.ts, each.only_for) == (channel, thread, None) for each in self.timeline
        ):
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
        if bad := [file for file in blockkit.files(blocks) if not self._uploads.get(file, {}).get("is_ready")]:
            raise SlackError("invalid_blocks", *(f"invalid slack file: {file}" for file in bad))
        if blockkit.letters(blocks) > blockkit.MAX_LETTERS:
            raise SlackError("msg_blocks_too_long")

    def _keep(self, message: Message) -> Message:
        self.timeline.append(message)
        self._changed.set()
        return message

    def _ts(self) -> str:
        return f"{time.time():.0f}.{next(self._count):06}"


def _told(message: Message, *, has_metadata: bool = False) -> dict[str, Any]:
    told = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts, "blocks": message.blocks}
    told |= {"thread_ts": message.thread} if message.thread else {}
    return told | ({"metadata": message.metadata} if has_metadata and message.metadata else {})


def _named(view: dict[str, Any], external_id: str) -> bool:
    return bool(external_id) and view.get("external_id") == external_id


def checked_view(view: Any, kind: str) -> dict[str, Any]:
    """Return a view that Slack would show."""
    shown: dict[str, Any] = json.loads(view) if isinstance(view, str) else view
    allowed = MODAL if kind == "modal" else VIEW
    bad = [f"unknown property: {name}" for name in sorted(set(shown) - allowed)]
    words = {name: shown[name] for name in ("title", "submit", "close") if name in shown}
    for name, each in words.items():
        is_plain = isinstance(each, dict) and each.get("type") == "plain_text"
        bad += [] if is_plain and 1 <= len(each.get("text", "")) <= MAX_TITLE else [f"bad {name}"]
    names = (shown.get(name, "") for name in ("callback_id", "external_id"))
    bad += ["a name is too long"] if any(len(name) > MAX_NAME for name in names) else []
    bad += [] if kind == "home" or "title" in shown else ["missing title"]
    has_fields = any(block.get("type") == "input" for block in shown.get("blocks", ()))
    bad += ["missing submit"] if kind == "modal" and has_fields and "submit" not in shown else []
    bad += ["private_metadata is too long"] if len(shown.get("private_metadata", "")) > MAX_KEPT else []
    bad += ["view is too large"] if len(json.dumps(shown)) > MAX_VIEW else []
    bad += blockkit.faults(shown.get("blocks"), in_view=True)
    if bad or shown.get("type") != kind:
        raise SlackError("invalid_arguments", *(bad or ["wrong type of view"]))
    return shown
