"""What Telegram offers when somebody types a slash: our commands, in the language that their Telegram speaks.

A command is Latin there, and a Chinese one is typed as a word: `/确认` and `确认` are read alike.
https://core.telegram.org/bots/api#setmycommands
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from telegram import BotCommand
from telegram.error import TelegramError

from bot.adapters.telegram.failure import outcome_of
from bot.phrases import say

if TYPE_CHECKING:
    from telegram import Bot

    from core.text import Tongue

COMMANDS = ("kpi", "home", "mine", "alerts", "board", "digest", "promises", "mutes", "metrics", "link", "help")
LANGUAGES: tuple[tuple[str, Tongue], ...] = (("", "en"), ("en", "en"), ("zh", "zh"))  # "": all whom no other names

log = structlog.get_logger()


async def offer_menu(bot: Bot) -> None:
    """Tell Telegram our commands; without them each is still understood, so a refusal stops nothing."""
    for language, tongue in LANGUAGES:
        commands = [BotCommand(name, say(f"menu-{name}", tongue)) for name in COMMANDS]
        try:
            await bot.set_my_commands(commands, language_code=language or None)
        except TelegramError as failure:
            log.warning("telegram did not take the menu", language=language, outcome=str(outcome_of(failure)))
