"""One command from the command line: the same road as in a chat, but a Problem is raised and the numbers come along."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from bot.cards.answer import answer_card
from bot.chat.card import Block, Card, Picture
from bot.chat.plain import plain
from bot.chat.request import Request
from bot.commands.ask import answered, echo
from bot.commands.call import Call
from bot.commands.command import Ask
from bot.commands.dispatch import lexicon_of, obey
from bot.commands.parse import parse
from core.calendar.phrase import Reading
from core.document import suggesting
from core.errors import Missing, Problem
from core.notices.notice import Place
from core.people.person import Person
from core.ports import World
from core.text import Tongue
from core.usecases.ask import Answer, Asked
from core.workspace import Workspace

PLACE = Place("terminal", "terminal")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Once:
    """What is said back; `answer` holds the numbers, when numbers were asked for."""

    cards: tuple[Card, ...]
    answer: Answer | None = None

    @property
    def text(self) -> str:
        return "\n\n".join(plain(card) for card in self.cards)

    @property
    def picture(self) -> Picture | None:
        blocks = (block for card in self.cards for block in card.blocks)
        return next((block for block in blocks if isinstance(block, Picture)), None)


async def once(text: str, name: str | None, workspace: Workspace, world: World) -> Once:
    """Answer one command, said by `name` or by somebody who may only read."""
    person = person_of(name, workspace) if name else None
    tongue = person.tongue if person else tongue_of(text, workspace)
    request = Request(text, PLACE, person.id if person else "terminal", tongue, person)
    call = Call(request, workspace, world, lexicon_of(workspace))
    command = parse(text, call.lexicon)
    if not isinstance(command, Ask):
        return Once((await obey(command, call)).cards)
    answer, reading = await answered(command, call)
    return Once(
        (answer_card(answer, workspace, tongue, reading=echo(command, reading, tongue), form=command.form),), answer
    )


def person_of(name: str, workspace: Workspace) -> Person:
    """Return the person of that id or name, in either tongue."""
    people = lexicon_of(workspace).people
    if (id := people.exactly(name)) is None:
        raise Missing("unknown-person", **suggesting(name, people.codes, name=name))
    return workspace.people[id]


def tongue_of(text: str, workspace: Workspace) -> Tongue:
    """Return the tongue a text is written in, or the workspace's where it has no words."""
    if _HAN.search(text):
        return "zh"
    return "en" if re.search(r"[A-Za-z]", text) else workspace.tongue


def write_picture(said: Once, file: Path) -> None:
    """Write the answer's chart as a PNG; Missing when it has none."""
    from core.charts.draw import draw

    if said.picture is None:
        raise Missing("ask-no-picture")
    try:
        file.write_bytes(draw(said.picture.figure))
    except OSError as error:
        raise Problem("file-unwritable", file=str(file), detail=error.strerror or "") from None


# --- as JSON ---------------------------------------------------------------------------------------------------


def once_json(said: Once) -> dict[str, Any]:
    """Return the contract of `beacon ask --json`: {text, values, series, blocks}."""
    values = said.answer.values if said.answer else ()
    return {
        "text": said.text,
        "values": [_value(value, said.answer) for value in values if said.answer],
        "series": [_series(value) for value in values if value.first],
        "blocks": [_block(block) for card in said.cards for block in card.blocks],
    }


def _value(value: Asked, answer: Answer) -> dict[str, Any]:
    return {
        "metric": value.metric,
        "slice": dict(value.labels),
        "period": Reading(answer.question.window).echo,
        "value": value.value,
        "unit": value.unit.value,
        "compared_to": value.compared_to,
        "change": value.change,
    }


def _series(value: Asked) -> dict[str, Any]:
    points = [] if value.first is None else [value.first.shift(step) for step in range(len(value.series))]
    return {
        "metric": value.metric,
        "slice": dict(value.labels),
        "grain": value.grain,
        "points": [{"period": str(at), "value": y} for at, y in zip(points, value.series, strict=True)],
    }


def _block(block: Block) -> dict[str, Any]:
    kind = type(block).__name__.lower()
    if isinstance(block, Picture):
        return {"kind": kind, "alt": block.alt}
    return {"kind": kind} | {field.name: _plain(getattr(block, field.name)) for field in fields(block)}


def _plain(value: object) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value
