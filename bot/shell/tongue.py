"""The tongue of the terminal, for what is said before anybody is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.text import Tongue


def tongue() -> Tongue:
    """Return the tongue of the terminal, for what is said before anybody is known."""
    from os import environ

    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return "zh" if locale.lower().startswith("zh") else "en"
