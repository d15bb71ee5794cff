"""What Slack tells us, as a Request.

Four payloads reach us: a slash command, a mention, a message (in private, or in a thread) and a click. A mention
arrives twice, as `app_mention` and as `message`: the second is left alone. Forms are in `modals`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any

from bot.chat.request import Request
from core.notices.notice import Place

if TYPE_CHECKING:
    from core.people.person import Person
    from core.text import Tongue

PLATFORM = "slack"
TRIGGER = "/kpi"
SAID = (None, "thread_broadcast", "file_share")  # the kinds of message in which somebody says something
MOST_FILES = 5  # of one message

# What reading a payload raises that is not as Slack's are; what is signed may still be of another make.
MALFORMED = (AttributeError, LookupError, TypeError, ValueError)

FindPerson = Callable[[str, str], "Person | None"]
Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as far as its payload tells; whose alert the thread is, only the house knows.

    `response_url` takes up to five answers within half an hour: https://docs.slack.dev/interactivity/handling-user-interaction
    """

    request: Request
    response_url: str | None = None
    is_overheard: bool = False  # said in a thread, to nobody in particular
    files: tuple[Payload, ...] = ()  # that came with the message, as Slack describes them
    trigger: str | None = None  # with which a form may be opened, once and within three seconds


def receipt_of(channel: str, ts: str) -> str:
    """Return Slack's name for a message, unique on the platform: a ts alone is unique in its channel only."""
    return f"{channel}:{ts}"


def read_command(body: Payload, find_person: FindPerson) -> Heard:
    """Read a slash command. Slack offers none inside a thread: https://docs.slack.dev/interactivity/implementing-slash-commands"""
    place = Place(PLATFORM, body["channel_id"])
    request = _request(body.get("text", ""), place, body["user_id"], find_person, body.get("trigger_id"))
    return Heard(request, body.get("response_url"), trigger=body.get("trigger_id"))


def read_click(body: Payload, find_person: FindPerson) -> Heard | None:
    """Read a pressed button: its value is a command already typed."""
    action: Payload = next(iter(body.get("actions", ())), {})
    if not action.get("value"):
        return None  # a link button, or a block of somebody else's
    user, trigger = body["user"]["id"], body.get("trigger_id")
    request = _request(action["value"], _clicked_in(body, user), user, find_person, trigger)
    return Heard(request, body.get("response_url"), trigger=trigger)


def read_shortcut(body: Payload, find_person: FindPerson) -> Heard:
    """Read a shortcut of ours: its name for itself is a command, which is answered in private."""
    user, trigger = body["user"]["id"], body.get("trigger_id")
    request = _request(body["callback_id"], Place(PLATFORM, user), user, find_person, trigger)
    return Heard(request, trigger=trigger)


def _clicked_in(body: Payload, user: str) -> Place:
    """Return where a button stands: in a message, in a form that knows where it was asked for, or on a home of ours."""
    if channel := body.get("channel", {}).get("id"):
        # A message that one person alone sees is not told of, and cannot be answered below; its thread can.
        message = body.get("message") or body.get("container", {})
        return Place(PLATFORM, channel, message.get("thread_ts") or message.get("ts"))
    kept = json.loads(body.get("view", {}).get("private_metadata") or "{}")
    return Place(PLATFORM, kept.get("chat", user), kept.get("thread"))


def is_private(place: Place) -> bool:
    """Return whether one person alone reads there: their private chat, by its own name or by theirs."""
    return place.chat.startswith(("D", "U", "W"))


def heard_in(text: str, place: Place, actor: str, find_person: FindPerson, event: str | None) -> Heard:
    """Return what was said by other means than a message: by a form, by opening a page."""
    return Heard(_request(text, place, actor, find_person, event))


def read_event(body: Payload, me: str, find_person: FindPerson) -> Heard | None:
    """Read a mention or a message; None for what is not ours to answer. `me` is our own user id."""
    event = body["event"]
    text = event.get("text", "")
    thread = event.get("thread_ts")
    is_mention = event["type"] == "app_mention"
    if event.get("bot_id") or not event.get("user") or event.get("subtype") not in SAID:
        return None
    is_aside = event.get("channel_type") == "im"
    if not is_mention and not is_aside and (thread is None or f"<@{me}" in text):
        return None
    if is_mention:
        text = re.sub(rf"<@{me}(\|[^>]*)?>", " ", text)
        thread = thread or event["ts"]  # answered below the question, so that the channel stays quiet
    place = Place(PLATFORM, event["channel"], thread)
    request = _request(text, place, event["user"], find_person, body.get("event_id"))
    files = tuple(event.get("files") or ())[:MOST_FILES] if is_mention or is_aside else ()
    return Heard(request, is_overheard=not (is_mention or is_aside), files=files)


def _request(text: str, place: Place, actor: str, find_person: FindPerson, event: str | None) -> Request:
    if not all(map(is_name, (actor, place.chat))):
        raise TypeError(actor)
    said = plain(text)
    person = find_person(PLATFORM, actor)
    tongue: Tongue = person.tongue if person else "zh" if re.search("[\u4e00-\u9fff]", said) else "en"
    return Request(said, place, actor, tongue, person, event=event)


def is_name(told: object) -> bool:
    """Return whether this can be the id of somebody, or of somewhere."""
    return isinstance(told, str) and bool(told)


def plain(text: str) -> str:
    """Return Slack's markup as somebody would have typed it, without our trigger.

    >>> plain("/kpi assign 7f3k <@U02|bob> &lt;soon&gt; <https://a.example|a.example>")
    'assign 7f3k @U02 <soon> a.example'
    """
    text = re.sub(r"<([@#])([A-Z0-9]+)(?:\|[^>]*)?>", r"\1\2", text)
    text = re.sub(r"<(?:https?|mailto):[^|>]*\|([^>]*)>", r"\1", text)
    text = re.sub(r"<((?:https?|mailto):[^>]*)>", r"\1", text)
    words = unescape(text).split()
    return " ".join(words[1:] if words[:1] == [TRIGGER] else words)
