"""A card as Slack's blocks.

What is too long is cut from the end, but never the buttons: a card that Slack refuses is an alert that nobody hears.
A picture whose file Slack has already is shown where it stands; until then its words stand there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, assert_never

from bot.chat.card import Block, Button, Buttons, Card, Fact, Facts, Picture, Prose, Table, Tone, Ways
from bot.chat.columns import columns

# https://docs.slack.dev/reference/block-kit/blocks
MAX_BLOCKS = 50
MAX_HEADER = 150
MAX_SECTION = 3000
MAX_FIELDS = 10
MAX_FIELD = 2000
MAX_CONTEXT = 2000
MAX_BUTTON_LABEL = 75
MAX_ALT = 2000
BUTTONS_IN_A_ROW = 5  # 25 are allowed; more than these wrap on a phone
# https://github.com/slackapi/bolt-js/issues/2509: the sum over all blocks, which no page states
MAX_LETTERS = 13_000
# https://docs.slack.dev/reference/methods/chat.update: `msg_too_long` above 4,000
MAX_FALLBACK = 3000

SIGNS = {Tone.BAD: "🔴", Tone.WARNING: "🟠", Tone.GOOD: "🟢", Tone.PLAIN: ""}
MORE = "…"

Json = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is what a notification and a screen reader say, and all there is where blocks are refused."""

    text: str
    blocks: tuple[Json, ...]
    is_whole: bool


class Scissors:
    """Cuts what is too long, and knows whether anything was."""

    def __init__(self) -> None:
        self.is_whole = True

    def cut(self, text: str, most: int) -> str:
        self.is_whole = self.is_whole and len(text) <= most
        return cut(text, most)


def render(card: Card, files: Sequence[str] = ()) -> Message:
    """Draw a card; `files` are Slack's names of its charts, as far as it has them, in their order."""
    scissors, charts = Scissors(), iter(files)
    title = " ".join(filter(None, (SIGNS[card.tone], card.title)))
    header = {"type": "header", "text": _plain(scissors.cut(title, MAX_HEADER))}
    drawn = [header, *(drawn for block in card.blocks for drawn in _draw(block, scissors, charts))]
    blocks = _fit(drawn)
    text = cut(escape(card.summary or title), MAX_FALLBACK)
    return Message(text, tuple(blocks), is_whole=scissors.is_whole and len(blocks) == len(drawn))


def pictures(card: Card) -> tuple[Picture, ...]:
    return tuple(block for block in card.blocks if isinstance(block, Picture))


def escape(text: str) -> str:
    """Return text that Slack shows as it is: https://docs.slack.dev/messaging/formatting-message-text"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, most: int) -> str:
    """Return text of at most so many characters, never ending inside an escaped sign.

    >>> cut("ROI &lt; 1", 6)
    'ROI …'
    """
    if len(text) <= most:
        return text
    kept = text[: most - len(MORE)]
    amp = kept.rfind("&")
    if amp >= 0 and ";" not in kept[amp:]:
        kept = kept[:amp]
    return kept + MORE


def _draw(block: Block, scissors: Scissors, charts: Iterator[str]) -> Iterator[Json]:
    match block:
        case Prose(text, role):
            if text.strip():
                yield _prose(text, role, scissors)
        case Facts(facts):
            for some in _by(MAX_FIELDS, facts):
                yield {"type": "section", "fields": [_fact(fact, scissors) for fact in some]}
        case Table():
            yield _section(f"```\n{_lines(block, scissors)}\n```")
        case Picture(_, alt):
            if file := next(charts, ""):
                yield {"type": "image", "slack_file": {"id": file}, "alt_text": cut(alt.strip() or MORE, MAX_ALT)}
            elif alt.strip():
                yield _prose(f"📈 {alt}", "quiet", scissors)
        case Buttons(buttons):
            for number, row in enumerate(_by(BUTTONS_IN_A_ROW, buttons)):
                elements = [_button(button, number, place) for place, button in enumerate(row)]
                yield {"type": "actions", "elements": elements}
        case Ways(ways):
            said = " · ".join(f"<{escape(way.url)}|{escape(way.label)}>" for way in ways)
            if said and len(said) <= MAX_SECTION:  # half of a link is none
                yield _section(said)
        case _:
            assert_never(block)


def _prose(text: str, role: str, scissors: Scissors) -> Json:
    if role == "quiet":
        return {"type": "context", "elements": [_marked(scissors.cut(escape(text), MAX_CONTEXT))]}
    if role == "strong":
        lines = scissors.cut(escape(text), MAX_SECTION // 2).splitlines()  # half: each line is given two stars more
        return _section("\n".join(f"*{line}*" for line in lines if line.strip()))
    return _section(scissors.cut(escape(text), MAX_SECTION))


def _fact(fact: Fact, scissors: Scissors) -> Json:
    value = " ".join(filter(None, (SIGNS[fact.tone], fact.value))).strip() or "–"
    half = MAX_FIELD // 2 - len("\n**")
    return _marked(f"{scissors.cut(escape(fact.label), half)}\n*{scissors.cut(escape(value), half)}*")


def _lines(table: Table, scissors: Scissors) -> str:
    """Return as many lines as a section holds, and say when there are more."""
    kept: list[str] = []
    room = MAX_SECTION - len(f"```\n{MORE}\n```")
    for line in columns(table):
        room -= len(escape(line)) + 1
        if room < 0:
            scissors.is_whole = False
            return "\n".join([*kept, MORE])
        kept.append(escape(line))
    return "\n".join(kept)


def _button(button: Button, row: int, place: int) -> Json:
    style = {} if button.style == "plain" else {"style": button.style}
    label = _plain(cut(button.label, MAX_BUTTON_LABEL))
    return {"type": "button", "text": label, "value": button.command, "action_id": f"say-{row}-{place}", **style}


def _section(text: str) -> Json:
    return {"type": "section", "text": _marked(text)}


def _marked(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def _fit(blocks: Sequence[Json]) -> Sequence[Json]:
    """Drop from the end, first what can only be read, until Slack would take the rest."""
    kept = list(blocks)
    dropped = False
    while len(kept) + dropped > MAX_BLOCKS or letters(kept) > MAX_LETTERS:
        last = max((n for n, block in enumerate(kept) if n and block["type"] != "actions"), default=len(kept) - 1)
        del kept[last]
        dropped = True
    if dropped:
        place = next((n for n, block in enumerate(kept) if block["type"] == "actions"), len(kept))
        kept.insert(place, {"type": "context", "elements": [_marked(MORE)]})
    return kept


def letters(part: object) -> int:
    """Return how much text there is in blocks, wherever it stands."""
    if isinstance(part, dict):
        own = len(part["text"]) if isinstance(part.get("text"), str) else 0
        return own + sum(letters(value) for value in part.values())
    return sum(map(letters, part)) if isinstance(part, list | tuple) else 0


def _by(most: int, many: Iterable[T]) -> Iterator[tuple[T, ...]]:
    every = tuple(many)
    for start in range(0, len(every), most):
        yield every[start : start + most]
