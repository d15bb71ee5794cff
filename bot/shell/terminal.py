"""How the terminal speaks: JSON or a sentence on standard output, and what is wrong or going on beside it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from bot.shell.tongue import tongue

if TYPE_CHECKING:
    from core.errors import Fact, Problem


def as_text(content: Any) -> str:
    """Return JSON, for scripts."""
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)


def log_to_stderr() -> None:
    """Keep standard output for the answer alone."""
    import structlog

    structlog.configure(
        # A traceback as Python writes it: the richer ones print what each frame held, and tokens with it.
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S"),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def said(code: str, **facts: Fact) -> str:
    """Return a sentence in the terminal's tongue."""
    from bot.phrases import say

    return say(code, tongue(), **facts)


def told(problem: Problem) -> str:
    """Return what is wrong, as its card says it."""
    from bot.cards.problem import problem_card
    from bot.chat.plain import plain

    return plain(problem_card(problem, tongue()))


def kept() -> str:
    """Write the present traceback to a file of its own, and return what is said of it."""
    import traceback
    from tempfile import NamedTemporaryFile

    from bot.phrases import say

    with NamedTemporaryFile("w", prefix="beacon-", suffix=".log", delete=False, encoding="utf-8") as file:
        traceback.print_exc(file=file)
    return say("bug", tongue(), reference=file.name)
