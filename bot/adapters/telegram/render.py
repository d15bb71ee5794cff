"""A card as Telegram's HTML and a keyboard.

Text is cut before it is escaped, in the units Telegram counts: UTF-16, after its tags are read. So neither a tag nor
a letter is ever cut in two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import chain
from typing import assert_never

from bot.chat.card import Block, Button, Buttons, Card, Fact, Facts, Picture, Prose, Table, Tone, Ways
from bot.chat.columns import columns
from core.document import display_width

# https://core.telegram.org/bots/api#sendmessage and #sendphoto
MAX_TEXT = 4096
MAX_CAPTION = 1024
# https://core.telegram.org/bots/api#messageentity
MAX_ENTITIES = 100
# https://core.telegram.org/bots/api#inlinekeyboardmarkup
MAX_BUTTONS = 100
BUTTONS_IN_A_ROW = 3  # 8 are allowed; a thumb wants room
LETTERS_IN_A_ROW = 30  # the width of a narrow phone

SIGNS = {Tone.BAD: "🔴", Tone.WARNING: "🟠", Tone.GOOD: "🟢", Tone.PLAIN: ""}
MORE = "…"

Row = tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Letters under one tag, or under none."""

    text: str
    tag: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """`plain` says the same without a tag, for the day Telegram reads our HTML otherwise."""

    html: str
    plain: str
    keyboard: tuple[Row, ...]
    is_whole: bool


def render(card: Card, most: int = MAX_TEXT, *, is_caption: bool = False) -> Message:
    """Draw a card in at most so many units; a caption stands below the picture and need not describe it."""
    title = Run(" ".join(filter(None, (SIGNS[card.tone], card.title))), "b")
    parts = [part for block in card.blocks if (part := tuple(_draw(block, is_caption=is_caption)))]
    runs = [title, *chain.from_iterable((Run("\n\n"), *part) for part in parts)]
    kept = _limit_tags(_cut(runs, most))
    return Message(
        "".join(_html(run) for run in kept),
        "".join(run.text for run in kept),
        keyboard(card),
        is_whole=sum(units(run.text) for run in runs) <= most,
    )


def picture(card: Card) -> Picture | None:
    return next((block for block in card.blocks if isinstance(block, Picture)), None)


def keyboard(card: Card) -> tuple[Row, ...]:
    """Lay buttons into rows that a narrow phone shows without cutting their words."""
    buttons = [button for block in card.blocks if isinstance(block, Buttons) for button in block.buttons]
    rows: list[Row] = []
    for button in buttons[:MAX_BUTTONS]:
        last = rows[-1] if rows else ()
        letters = sum(display_width(each.label) for each in (*last, button))
        if last and len(last) < BUTTONS_IN_A_ROW and letters <= LETTERS_IN_A_ROW:
            rows[-1] = (*last, button)
        else:
            rows.append((button,))
    return tuple(rows)


def units(text: str) -> int:
    """Return the length that Telegram counts.

    >>> units("烽火"), units("🔴")
    (2, 2)
    """
    return len(text.encode("utf-16-le")) // 2


def _draw(block: Block, *, is_caption: bool) -> Iterator[Run]:
    match block:
        case Prose(text, role):
            if text.strip():
                yield Run(text.strip(), {"plain": "", "quiet": "i", "strong": "b"}[role])
        case Facts(facts):
            for number, fact in enumerate(facts):
                yield from _fact(fact, "\n" if number else "")
        case Table():
            yield Run("\n".join(columns(block)), "pre")
        case Picture(_, alt):
            if alt.strip() and not is_caption:
                yield Run(f"📈 {alt.strip()}", "i")
        case Buttons():
            return
        case Ways(ways):
            for number, way in enumerate(ways):
                yield Run(("\n" if number else "") + way.label, "a", way.url)
        case _:
            assert_never(block)


def _fact(fact: Fact, before: str) -> Iterator[Run]:
    colon = ": " if fact.label.isascii() else "："
    yield Run(f"{before}{fact.label}{colon}")
    yield Run(" ".join(filter(None, (SIGNS[fact.tone], fact.value))), "b")


def _cut(runs: Sequence[Run], most: int) -> list[Run]:
    if sum(units(run.text) for run in runs) <= most:
        return list(runs)
    kept: list[Run] = []
    room = most - units(MORE)
    for run in runs:
        if units(run.text) > room:
            short = run.text.encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore").rstrip()
            kept.append(replace(run, text=short))
            break
        kept.append(run)
        room -= units(run.text)
    return [*(run for run in kept if run.text), Run(MORE)]


def _limit_tags(runs: Sequence[Run]) -> list[Run]:
    """Telegram reads the first hundred tags and drops the rest; dropping them here keeps that a decision of ours."""
    left = MAX_ENTITIES
    kept = []
    for run in runs:
        left -= bool(run.tag)
        kept.append(run if left >= 0 else Run(run.text))
    return kept


def _html(run: Run) -> str:
    text = escape(run.text, quote=False)
    href = f' href="{escape(run.url)}"' if run.url else ""
    return f"<{run.tag}{href}>{text}</{run.tag}>" if run.tag else text
