"""The page's own words. The browser is given them in its reader's tongue and holds none itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.phrases import say

if TYPE_CHECKING:
    from core.text import Tongue

WORDS = (
    "web-title",
    "web-skip",
    "web-board",
    "web-chat",
    "web-alerts",
    "web-alerts-none",
    "web-alerts-none-hint",
    "web-numbers-none",
    "web-speak-as",
    "web-guest",
    "web-tongue",
    "web-other-tongue",
    "web-demo",
    "web-next-day",
    "web-next-alert",
    "web-pause",
    "web-resume",
    "web-over",
    "web-say",
    "web-send",
    "web-attach",
    "web-welcome",
    "web-welcome-hint",
    "web-try",
    "web-done",
    "web-failed",
    "web-offline",
    "web-newer",
    "web-you",
    "web-bad",
    "web-warning",
    "web-good",
)


def words(tongue: Tongue) -> dict[str, str]:
    return {code.removeprefix("web-"): say(code, tongue) for code in WORDS}
