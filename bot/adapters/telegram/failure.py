"""What became of a message, from what Telegram or the network said.

Nobody can ask Telegram whether a message has come through after all, so an unsure one is sent again:
rather twice than never.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from os import environ

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from core.notices.outbox import Dead, Outcome, Repair, Retry, Sent, Wait

# https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp: words, for there are no codes
UNCHANGED = "message is not modified"
UNREADABLE = "can't parse"
NO_TEXT = "there is no text in the message to edit"
GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")

# Durations as such: the library calls whole seconds deprecated, even where it only raises RetryAfter.
environ.setdefault("PTB_TIMEDELTA", "true")

# These write addresses, and Telegram's address is its token.
TALKATIVE = ("httpx", "telegram.Bot", "telegram.ext.ExtBot", "telegram.ext.Updater", "telegram.ext.Application")


def outcome_of(failure: TelegramError, receipt: str = "") -> Outcome:
    """Return the house's word for it. `receipt` names the message that was to be edited."""
    said = failure.message.lower()
    match failure:
        case RetryAfter():
            return Wait(_seconds(failure.retry_after))
        case ChatMigrated():
            return Repair("chat-moved", moved_to=str(failure.new_chat_id))
        case Forbidden():
            return Dead(failure.message)
        case InvalidToken():
            return Retry("invalid-token")  # a better one mends it; its message holds the token
        case BadRequest() if UNCHANGED in said:
            return Sent(receipt)
        case BadRequest() if any(words in said for words in GONE):
            return Repair(failure.message)
        case BadRequest():
            return Dead(failure.message)  # Telegram answers 400 here for ever; asking again is no use
        case TimedOut():
            return Retry("timed-out-perhaps-sent")
        case NetworkError():
            return Retry("network-perhaps-sent")
        case _:
            return Retry(type(failure).__name__)


def is_unreadable(failure: TelegramError) -> bool:
    return isinstance(failure, BadRequest) and UNREADABLE in failure.message.lower()


def is_unchanged(failure: TelegramError) -> bool:
    return isinstance(failure, BadRequest) and UNCHANGED in failure.message.lower()


def is_photo(failure: TelegramError) -> bool:
    """Return whether a message could not be edited as words for being a picture."""
    return isinstance(failure, BadRequest) and NO_TEXT in failure.message.lower()


class Redacted(logging.Filter):
    """Keeps secrets out of what libraries write."""

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__()
        self._secrets = secrets

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        for secret in self._secrets:
            if secret in said:
                said = said.replace(secret, "…")
                record.msg, record.args = said, ()
        return True


@contextmanager
def redacting(*secrets: str) -> Iterator[None]:
    """Keep secrets out of every library's log meanwhile."""
    redacted = Redacted(secrets)
    loggers = [logging.getLogger(name) for name in TALKATIVE]
    for logger in loggers:
        logger.addFilter(redacted)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(redacted)


def _seconds(pause: int | timedelta) -> float:
    return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)
