"""How a drawn card becomes a call to Telegram: a photo with a caption, or text, and either of them edited.

Everything here raises what the library raises; `failure` says what that means.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
import telegram
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.adapters.telegram.failure import is_unreadable
from bot.adapters.telegram.inbound import PHOTO
from bot.adapters.telegram.render import MAX_CAPTION, MAX_TEXT, Message, Row, render
from bot.chat.card import Card
from bot.chat.reply import File
from core.notices.notice import Place

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

Say = Callable[[str, str | None], Awaitable[Any]]

log = structlog.get_logger()


async def speak(bot: Bot, place: Place, shown: Message, photo: bytes | None, below: int | None) -> telegram.Message:
    """Send a card, under its picture if there is one, and below a message of somebody's if it answers one."""
    common: dict[str, Any] = {
        "chat_id": _chat(place.chat),
        "message_thread_id": int(place.thread) if place.thread and place.thread.isdecimal() else None,
        "reply_parameters": ReplyParameters(below, allow_sending_without_reply=True) if below else None,
        "reply_markup": _markup(shown.keyboard),
    }

    async def say(text: str, mode: str | None) -> Any:
        if photo:
            return await bot.send_photo(photo=photo, caption=text, parse_mode=mode, **common)
        return await bot.send_message(text=text, parse_mode=mode, link_preview_options=NO_PREVIEW, **common)

    message: telegram.Message = await _legibly(say, shown)
    return message


async def amend(bot: Bot, receipt: str, card: Card) -> None:
    """Make an earlier message show this card; a photo keeps its picture and changes its caption."""
    chat, message, *kind = receipt.split(":")
    is_photo = PHOTO in kind
    shown = render(card, MAX_CAPTION if is_photo else MAX_TEXT, is_caption=is_photo)
    common: dict[str, Any] = {
        "chat_id": _chat(chat),
        "message_id": int(message),
        "reply_markup": _markup(shown.keyboard),
    }

    async def say(text: str, mode: str | None) -> Any:
        if is_photo:
            return await bot.edit_message_caption(caption=text, parse_mode=mode, **common)
        return await bot.edit_message_text(text, parse_mode=mode, link_preview_options=NO_PREVIEW, **common)

    await _legibly(say, shown)


async def illustrate(bot: Bot, message: telegram.Message, photo: bytes) -> None:
    """Send a picture, without a sound, below words that were too long to be its caption."""
    await bot.send_photo(
        chat_id=message.chat.id,
        message_thread_id=message.message_thread_id if message.is_topic_message else None,
        photo=photo,
        reply_parameters=ReplyParameters(message.message_id, allow_sending_without_reply=True),
        disable_notification=True,
    )


async def hand(bot: Bot, place: Place, file: File, below: int | None) -> None:
    """Send a file, below the question that asked for it."""
    await bot.send_document(
        chat_id=_chat(place.chat),
        message_thread_id=int(place.thread) if place.thread and place.thread.isdecimal() else None,
        document=file.content,
        filename=file.name,
        reply_parameters=ReplyParameters(below, allow_sending_without_reply=True) if below else None,
    )


async def _legibly(say: Say, shown: Message) -> Any:
    """Say it in HTML, and should Telegram not understand ours, once more in plain letters."""
    try:
        return await say(shown.html, ParseMode.HTML)
    except TelegramError as failure:
        if not is_unreadable(failure):
            raise
        log.warning("telegram could not read our HTML")
        return await say(shown.plain, None)


def _markup(rows: tuple[Row, ...]) -> InlineKeyboardMarkup | None:
    keyboard = [[InlineKeyboardButton(each.label, callback_data=each.command) for each in row] for row in rows]
    return InlineKeyboardMarkup(keyboard) if keyboard else None


def _chat(chat: str) -> int | str:
    """Return a chat as Telegram names it: a number, or @ and the name of a public channel."""
    return int(chat) if chat.removeprefix("-").isdecimal() else chat
