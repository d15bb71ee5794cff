"""A file that somebody sent to our bot, fetched when it is wanted. Telegram lets a bot fetch 20 MB.

https://core.telegram.org/bots/api#getfile
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.error import TelegramError

from bot.chat.request import Brought
from core.errors import Problem, Unavailable

if TYPE_CHECKING:
    from telegram import Document


def brought(document: Document) -> Brought:
    name = document.file_name or document.file_unique_id

    async def fetch(most: int) -> bytes:
        try:
            file = await document.get_file()
            if (file.file_size or 0) > most:
                raise Problem("import-too-large", file=name, most=most // 1_000_000)
            body = bytes(await file.download_as_bytearray())
        except TelegramError as failure:
            # The address of a file bears our token: what failed is told by its kind alone.
            raise Unavailable("import-not-fetched", file=name, detail=type(failure).__name__) from None
        if len(body) > most:
            raise Problem("import-too-large", file=name, most=most // 1_000_000)
        return body

    return Brought(name, document.file_size or 0, fetch)
