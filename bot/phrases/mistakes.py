"""A list of mistakes as text: where each stands, what is wrong, and the line itself with a caret below.

What was typed rather than written in a file stands nowhere: its carets say enough.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.phrases.phrases import say
from core.document import frame
from core.errors import Mistake
from core.text import Tongue


def written(mistakes: Iterable[Mistake], tongue: Tongue) -> str:
    """Return each mistake as `file:line:column`, a sentence, the source line and a caret."""
    return "\n\n".join(_written(mistake, tongue) for mistake in mistakes)


def _written(mistake: Mistake, tongue: Tongue) -> str:
    said = say(mistake.code, tongue, **mistake.facts)
    if mistake.where is None:
        return said
    if not mistake.where.source:
        where = mistake.where
        return f"{where.file}:{where.line}:{where.column}\n {said}" if where.file else said
    place, _, source = frame(mistake.where).partition("\n")
    return f"{place}\n {said}\n{source}" if mistake.where.file else f"{said}\n{source}"
