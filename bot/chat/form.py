"""A form: a question with several answers, and the command that they type.

It only assembles words, as a button does, so a form has no way in of its own. A chat that cannot show one shows the
cards of the same reply, which ask for one thing at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.text import Tongue


@dataclass(frozen=True, slots=True)
class Choice:
    """`options` are what is read and what is typed; `before` stands before the answer in the command."""

    label: str
    options: tuple[tuple[str, str], ...]
    before: str = ""
    is_needed: bool = False
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """A moment, in its reader's own zone."""

    label: str
    before: str = ""
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    before: str = ""
    is_needed: bool = False
    example: str = ""


Field = Choice | When | Line


@dataclass(frozen=True, slots=True)
class Form:
    """`command` is how the sentence begins. With `is_one_of` all fields say one thing, and the last filled counts.

    `waits` is what is shown meanwhile where the answer takes its time, and is to stand where the form stood.
    """

    title: str
    command: str
    fields: tuple[Field, ...]
    submit: str
    cancel: str
    tongue: Tongue
    is_one_of: bool = False
    waits: str = ""


def typed(command: str, answers: Iterable[tuple[str, str]], *, is_one_of: bool = False) -> str:
    """Return the command that these answers type, each with what stands before it.

    >>> typed("close 7f3k@12", [("", "acted"), ("cause:", "copy"), ("action:", "")])
    'close 7f3k@12 acted cause:copy'
    >>> typed("snooze 7f3k@12", [("", "2h"), ("", "2026-11-24 15:00")], is_one_of=True)
    'snooze 7f3k@12 2026-11-24 15:00'
    """
    said = [before + " ".join(answer.split()) for before, answer in answers if answer.strip()]
    return " ".join([command, *(said[-1:] if is_one_of else said)])
