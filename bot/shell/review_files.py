"""A review as files to take into a meeting: a page of Markdown, a workbook, and pictures the size of a slide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_never

from bot.cards.dress import person_name, slice_words, usual_words
from bot.cards.review import because, change_words, review_card, rules_table
from bot.cards.sheet import safe
from bot.chat.card import Block, Buttons, Card, Facts, Picture, Prose, Table, Ways
from bot.phrases import say
from core.text import Tongue

if TYPE_CHECKING:
    from core.usecases.review import Review
    from core.workspace import Workspace

SLIDE = (1280, 720)  # points; two pixels each


def write_review(review: Review, workspace: Workspace, tongue: Tongue, folder: Path) -> list[Path]:
    """Write all of it and return the files; what was there under those names is written over."""
    folder.mkdir(parents=True, exist_ok=True)
    card = review_card(review, workspace, tongue)
    pictures = list(_pictures(card, folder))
    page, book = folder / "review.md", folder / "review.xlsx"
    page.write_text(page_of(card, [path.name for path in pictures]), encoding="utf-8")
    _write_book(review, workspace, tongue, book)
    return [page, book, *pictures]


def page_of(card: Card, pictures: list[str]) -> str:
    """Return the card as a page of Markdown, its pictures by their files; nobody presses a button on paper."""
    left = iter(pictures)
    parts = [f"# {card.title}", *(_block(block, left) for block in card.blocks)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _pictures(card: Card, folder: Path) -> Iterator[Path]:
    from core.charts.draw import draw

    for number, block in enumerate((one for one in card.blocks if isinstance(one, Picture)), 1):
        path = folder / f"slide-{number}.png"
        path.write_bytes(draw(block.figure, width=SLIDE[0], height=SLIDE[1]))
        yield path


def _block(block: Block, pictures: Iterator[str]) -> str:
    match block:
        case Prose(text, role):
            return f"## {_plain(text)}" if role == "strong" and "\n" not in text else _lines(text)
        case Facts(facts):
            return "\n".join(f"- {_plain(fact.label)}: **{_plain(fact.value)}**" for fact in facts)
        case Table():
            return _table(block)
        case Picture(_, alt):
            return f"![{_plain(alt)}]({next(pictures)})"
        case Buttons():
            return ""
        case Ways(ways):
            return "\n".join(f"- [{_plain(way.label)}]({way.url})" for way in ways)
        case _:
            assert_never(block)


def _lines(text: str) -> str:
    """Return each line as one: Markdown would run them together."""
    return "\n".join(f"- {_plain(line.removeprefix('· '))}" for line in text.split("\n") if line.strip())


def _table(table: Table) -> str:
    rule = ["---:" if at in table.numeric else "---" for at in range(len(table.columns))]
    rows = (table.columns, rule, *table.rows)
    return "\n".join("| " + " | ".join(_plain(cell) for cell in row) + " |" for row in rows)


def _plain(text: str) -> str:
    """Return a text in which nothing is markup."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#" else letter for letter in text)


def _write_book(review: Review, workspace: Workspace, tongue: Tongue, path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bottom": 1})
    table = rules_table(review, workspace, tongue)
    advice = [(one.rule.title.to(tongue), say(f"course-{one.course}", tongue), because(one, tongue),
               change_words(one, workspace, tongue) if one.changes else "") for one in review.advice]  # fmt: skip
    for name, columns, rows in (
        ("rules", table.columns, table.rows),
        ("advice", ("rule", "course", "why", "change"), advice),
        ("alerts", _ALERT, list(_alerts(review, workspace, tongue))),
    ):
        page = book.add_worksheet(say(f"review-sheet-{name}", tongue))
        titles = columns if name == "rules" else [say(f"review-column-{column}", tongue) for column in columns]
        for at, title in enumerate(titles):
            page.write_string(0, at, safe(title), head)
        for line, row in enumerate(rows, 1):
            for at, cell in enumerate(row):
                _write_cell(page, line, at, cell)
        page.freeze_panes(1, 0)
        page.set_column(0, max(len(titles) - 1, 0), 22)
    book.close()


_ALERT = ("alert", "rule", "where", "fired", "owner", "feedback", "cause", "action", "detect", "take", "resolve")


def _alerts(review: Review, workspace: Workspace, tongue: Tongue) -> Iterator[tuple[str | float, ...]]:
    """Yield a row for each alert; lengths of time are hours."""
    titles = {rule.id: rule.title.to(tongue) for rule in workspace.rules}
    for one in review.total.records:
        alert, handling = one.alert, one.alert.handling
        yield (
            alert.handle,
            titles.get(one.rule, one.rule),
            slice_words(alert.fingerprint.labels, workspace, tongue),
            f"{one.fired.astimezone(workspace.zone):%Y-%m-%d %H:%M}",
            person_name(alert.owner, workspace, tongue),
            say(f"feedback-{one.verdict}", tongue) if one.verdict else "",
            usual_words("cause", handling.cause, tongue) if handling.cause else "",
            usual_words("action", handling.action, tongue) if handling.action else "",
            *(
                round(length.total_seconds() / 3600, 2) if length is not None else ""
                for length in (one.to_detect, one.to_take, one.to_resolve)
            ),
        )


def _write_cell(page: Any, line: int, at: int, cell: str | float) -> None:
    if isinstance(cell, str):
        page.write_string(line, at, safe(cell))
    else:
        page.write_number(line, at, cell)
