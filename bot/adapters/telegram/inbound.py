"""What Telegram tells us, as a Request.

A command, a mention, a reply to one of our messages, any text in private, and a pressed button. An edited message
is not asked for: a command would be carried out twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from telegram import CallbackQuery, Document, MaybeInaccessibleMessage, Message, MessageEntity, Update, User
from telegram.constants import ChatType

from bot.chat.request import Request
from core.notices.notice import Place

if TYPE_CHECKING:
    from core.people.person import Person
    from core.text import Tongue

PLATFORM = "telegram"
COMMAND = "kpi"

FindPerson = Callable[[str, str], "Person | None"]


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as far as its update tells. `head` is the receipt of our message that it answers, if it answers one."""

    request: Request
    head: str | None = None
    is_overheard: bool = False  # a reply to us, but perhaps not for us
    message: int | None = None  # what we shall answer below, in a group
    file: Document | None = None
    click: str | None = None  # to be answered once, at once


def receipt_of(chat: int | str, message: int) -> str:
    """Return our name for a message, unique on the platform."""
    return f"{chat}:{message}"


def read_update(update: Update, me: User, find_person: FindPerson) -> Heard | None:
    """Read one update; None for what is not ours to answer."""
    if update.callback_query:
        return _read_click(update.callback_query, find_person)
    message = update.message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return None
    if not (message.text or message.document):
        return None
    text, is_to_us = _address(message, me)
    head = _head(message, me)
    is_private = message.chat.type == ChatType.PRIVATE
    if text is None or not (is_to_us or is_private or head):
        return None
    request = _request(text, message, message.from_user, f"m:{message.chat.id}:{message.message_id}", find_person)
    below = None if is_private else message.message_id
    heard = Heard(request, head, is_overheard=not (is_to_us or is_private), message=below)
    if message.document is None:
        return heard
    # In a group a file is meant for us only where its words say so.
    return replace(heard, file=message.document) if is_to_us or is_private else None


def _read_click(query: CallbackQuery, find_person: FindPerson) -> Heard | None:
    shown = query.message
    if not query.data or shown is None:
        return None
    head = receipt_of(shown.chat.id, shown.message_id)
    below = None if shown.chat.type == ChatType.PRIVATE else shown.message_id
    request = _request(query.data, shown, query.from_user, f"c:{query.id}", find_person)
    return Heard(request, head, message=below, click=query.id)


def _address(message: Message, me: User) -> tuple[str | None, bool]:
    """Return what was said without its trigger, None if to another bot, and whether it was said to us."""
    text = _named(message)
    first = next(iter(message.entities or message.caption_entities), None)
    if first and first.type == MessageEntity.BOT_COMMAND and first.offset == 0:
        verb, _, bot = text[1 : first.length].partition("@")
        rest = text[first.length :]
        if bot and bot.lower() != (me.username or "").lower():
            return None, False
        start = f"link {rest}" if rest.strip() else "help"  # https://core.telegram.org/bots/features#deep-linking
        words = {COMMAND: rest, "start": start}.get(verb.lower(), f"{verb} {rest}")
        return " ".join(words.split()), True
    mention = re.compile(rf"@{re.escape(me.username or '?')}\b", re.IGNORECASE)
    said = " ".join(mention.sub(" ", text).split()).removeprefix("/")  # `/确认`: Telegram knows Latin commands only
    return said, bool(mention.search(text))


def _named(message: Message) -> str:
    """Return the text, where somebody without a username is named by their id: `assign 7f3k @123`."""
    text = message.text or message.caption or ""
    parse = message.parse_entities if message.text else message.parse_caption_entities
    for entity, name in parse([MessageEntity.TEXT_MENTION]).items():
        if entity.user:
            text = text.replace(name, f"@{entity.user.id}", 1)
    return text


def _head(message: Message, me: User) -> str | None:
    """Return the receipt of our message that this replies to. A topic's first message is no reply of anybody's."""
    answered = message.reply_to_message
    if answered is None or answered.from_user is None or answered.from_user.id != me.id:
        return None
    return receipt_of(message.chat.id, answered.message_id)


def _request(text: str, message: MaybeInaccessibleMessage, user: User, event: str, find_person: FindPerson) -> Request:
    topic = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
    place = Place(PLATFORM, str(message.chat.id), str(topic) if topic else None)
    actor = str(user.id)
    person = find_person(PLATFORM, actor)
    tongue: Tongue = person.tongue if person else "zh" if (user.language_code or "").startswith("zh") else "en"
    return Request(text, place, actor, tongue, person, event=event)
