"""How a drawn card becomes a call to Telegram: a photo with a caption, or text, and either of them edited.

A text becomes a photo when one is put into it, and stays one: https://core.telegram.org/bots/api#editmessagemedia

Everything here raises what the library raises; `failure` says what that means.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
import telegram
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.adapters.telegram.failure import is_unreadable
from bot.adapters.telegram.inbound import receipt_of
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
        "message_thread_id": _topic(place),
        "reply_parameters": ReplyParameters(below, allow_sending_without_reply=True) if below else None,
        "reply_markup": _markup(shown.keyboard),
    }

    async def say(text: str, mode: str | None) -> Any:
        if photo:
            return await bot.send_photo(photo=photo, caption=text, parse_mode=mode, **common)
        return await bot.send_message(text=text, parse_mode=mode, link_preview_options=NO_PREVIEW, **common)

    message: telegram.Message = await _legibly(say, shown)
    return message


async def amend(bot: Bot, receipt: str, card: Card, *, is_photo: bool) -> None:
    """Make an earlier message show this card; a photo keeps its picture."""
    shown = render(card, MAX_CAPTION if is_photo else MAX_TEXT, is_caption=is_photo)
    common = _where(receipt) | {"reply_markup": _markup(shown.keyboard)}

    async def say(text: str, mode: str | None) -> Any:
        if is_photo:
            return await bot.edit_message_caption(caption=text, parse_mode=mode, **common)
        return await bot.edit_message_text(text, parse_mode=mode, link_preview_options=NO_PREVIEW, **common)

    await _legibly(say, shown)


async def put_in(bot: Bot, receipt: str, photo: bytes, card: Card) -> None:
    """Put a chart into an earlier message, instead of the one that it has; its words and its buttons stay."""
    shown = render(card, MAX_CAPTION, is_caption=True)
    common = _where(receipt) | {"reply_markup": _markup(shown.keyboard)}

    async def say(text: str, mode: str | None) -> Any:
        media = InputMediaPhoto(photo, caption=text, parse_mode=mode, filename="chart.png")
        return await bot.edit_message_media(media, **common)

    await _legibly(say, shown)


async def illustrate(bot: Bot, place: Place, receipt: str, photo: bytes, before: str) -> str:
    """Show a picture, without a sound, below words that are too long to be its caption; return where it stands.

    `before` is where an earlier one of this card stands, if it does: that is changed.
    """
    if before:
        await bot.edit_message_media(InputMediaPhoto(photo, filename="chart.png"), **_where(before))
        return before
    message = await bot.send_photo(photo=photo, **_below(place, receipt))
    return receipt_of(message.chat.id, message.message_id)


async def add_rest(bot: Bot, place: Place, receipt: str, file: File) -> None:
    """Send all that a card says, without a sound, below a message that holds only the first of it."""
    await bot.send_document(document=file.content, filename=file.name, **_below(place, receipt))


async def hand(bot: Bot, place: Place, file: File, below: int | None) -> None:
    """Send a file, below the question that asked for it."""
    await bot.send_document(
        chat_id=_chat(place.chat),
        message_thread_id=_topic(place),
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


def _where(receipt: str) -> dict[str, Any]:
    chat, message = receipt.split(":")[:2]
    return {"chat_id": _chat(chat), "message_id": int(message)}


def _below(place: Place, receipt: str) -> dict[str, Any]:
    where = _where(receipt)
    return {
        "chat_id": where["chat_id"],
        "message_thread_id": _topic(place),
        "reply_parameters": ReplyParameters(where["message_id"], allow_sending_without_reply=True),
        "disable_notification": True,
    }


def _topic(place: Place) -> int | None:
    return int(place.thread) if place.thread and place.thread.isdecimal() else None


def _markup(rows: tuple[Row, ...]) -> InlineKeyboardMarkup | None:
    keyboard = [[InlineKeyboardButton(each.label, callback_data=each.command) for each in row] for row in rows]
    return InlineKeyboardMarkup(keyboard) if keyboard else None


def _chat(chat: str) -> int | str:
    """Return a chat as Telegram names it: a number, or @ and the name of a public channel."""
    return int(chat) if chat.removeprefix("-").isdecimal() else chat
